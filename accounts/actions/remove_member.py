"""Letting somebody leave an organisation."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.event_names import AccountEvent
from accounts.models import Membership, Organization
from accounts.permissions import can_manage_people
from events.record import record


def is_last_admin(membership: Membership) -> bool:
    """Return whether the organisation would be without an admin."""
    return (
        membership.role == Membership.Role.ADMIN
        and not Membership.objects.filter(organization=membership.organization_id, role=Membership.Role.ADMIN)
        .exclude(pk=membership.pk)
        .exists()
    )


def remove_member(membership: Membership, *, by: Actor) -> None:
    """End a membership. The person stays, and so do their tickets.

    Raises NotAllowed, and Refused for a customer's last admin; the desk may remove that one as well.
    """
    if not can_manage_people(by, membership.organization):
        raise NotAllowed(_("Only the organisation's admins manage its people."))
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=membership.organization_id)
        if not (by.is_staff or by.is_system) and is_last_admin(membership):
            raise Refused(_("An organisation needs an admin. Make somebody else one first."))
        deleted, _rows = Membership.objects.filter(pk=membership.pk).delete()
        if deleted:
            record(
                AccountEvent.LEFT,
                subject_type="organization",
                subject_id=membership.organization_id,
                actor=by.user,
                actor_kind=by.kind,
                data={"user": membership.user_id},
            )
