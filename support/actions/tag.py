"""Putting words on a ticket."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from support import permissions, timeline
from support.errors import Invalid
from support.event_names import TicketEvent
from support.models import Tag, Ticket

LONGEST_TAG = 40
MOST_TAGS = 20


def set_tags(
    ticket: Ticket,
    names: Iterable[str],
    *,
    by: Actor,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give a ticket exactly these tags, creating those that are new. The same tags again change nothing.

    Raises NotAllowed, Invalid, Stale.
    """
    wanted = {" ".join(name.split()).lower() for name in names} - {""}
    if any(len(name) > LONGEST_TAG for name in wanted):
        raise Invalid("tags", _("Keep each tag under %(count)s characters.") % {"count": LONGEST_TAG})
    if len(wanted) > MOST_TAGS:
        raise Invalid("tags", _("A ticket has at most %(count)s tags.") % {"count": MOST_TAGS})
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can tag it."))
        present = {tag.name: tag for tag in ticket.tags.all()}
        added, removed = sorted(wanted - present.keys()), sorted(present.keys() - wanted)
        if not added and not removed:
            return ticket
        ticket.tags.remove(*(present[name] for name in removed))
        Tag.objects.bulk_create([Tag(name=name) for name in added], ignore_conflicts=True)
        ticket.tags.add(*Tag.objects.filter(name__in=added))
        timeline.commit_change(ticket, TicketEvent.TAGGED, by=by, at=timeline.now(at), added=added, removed=removed)
        return ticket
