"""An organisation pays for another plan."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.errors import NotAllowed
from accounts.event_names import AccountEvent
from accounts.models import Organization, Tier
from accounts.permissions import can_change_tier
from events.record import record


def change_tier(organization: Organization, tier: Tier | None, *, by: Actor, at: datetime | None = None) -> None:
    """Give the organisation this tier; the same one writes nothing. `at` is UTC.

    What it means for running promises follows from the event (sla.md, section 6). Raises NotAllowed.
    """
    if not can_change_tier(by):
        raise NotAllowed(_("Only the desk changes an organisation's tier."))
    with transaction.atomic():
        fresh = Organization.objects.select_for_update().get(pk=organization.pk)
        old, new = fresh.tier_id, tier.pk if tier else None
        if old == new:
            return
        fresh.tier = tier
        fresh.save(update_fields=["tier"])
        record(
            AccountEvent.TIER_CHANGED,
            subject_type="organization",
            subject_id=fresh.pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"old": old, "new": new},
            at=at,
        )
    organization.tier = tier
