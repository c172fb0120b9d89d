"""Deciding whether members of an organisation see one another's tickets."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.errors import NotAllowed
from accounts.event_names import AccountEvent
from accounts.models import Organization
from accounts.permissions import can_manage_people
from events.record import record


def set_sharing(organization: Organization, shares_tickets: bool, *, by: Actor) -> None:
    """Let members see all tickets of the organisation, or their own only; as it is, nothing is written.

    Raises NotAllowed.
    """
    if not can_manage_people(by, organization):
        raise NotAllowed(_("Only the organisation's admins decide who sees its tickets."))
    with transaction.atomic():
        fresh = Organization.objects.select_for_update().get(pk=organization.pk)
        if fresh.shares_tickets == shares_tickets:
            return
        fresh.shares_tickets = shares_tickets
        fresh.save(update_fields=["shares_tickets"])
        record(
            AccountEvent.SHARING_SET,
            subject_type="organization",
            subject_id=fresh.pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"new": shares_tickets},
        )
    organization.shares_tickets = shares_tickets
