"""The way to reach us by phone: for whom it is, and only while somebody answers (sla.md, section 3)."""

import re
from dataclasses import dataclass
from datetime import datetime

from accounts.actors import Actor
from accounts.models import Channel
from portal.branding import look
from sla import calendars, clock
from sla.time_words import clock_words
from support.promises import tier_of


@dataclass(frozen=True)
class Phone:
    """The number while the desk is open; while it is closed none, but when it opens, in the reader's zone."""

    number: str = ""
    opens: str = ""

    @property
    def link(self) -> str:
        """Return what a phone dials."""
        return "tel:" + re.sub(r"[^+0-9]", "", self.number)


def phone_for(actor: Actor, now: datetime) -> Phone | None:
    """Return how this person calls us now; None where their tier includes no calls, or the desk takes none."""
    shown, tier = look(), tier_of(actor)
    if not shown.phone_number or tier is None or not tier.includes(Channel.PHONE):
        return None
    if shown.business_hours is None:
        return Phone(number=shown.phone_number)
    hours = calendars.parse(shown.business_hours)
    if clock.is_open(hours, now):
        return Phone(number=shown.phone_number)
    try:
        return Phone(opens=clock_words(clock.opens_at(hours, now), now))
    except clock.NeverOpen:
        return None
