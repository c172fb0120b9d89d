"""Making a member an admin of their organisation, or no longer one."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.remove_member import is_last_admin
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.event_names import AccountEvent
from accounts.models import Membership, Organization
from accounts.permissions import can_manage_people
from events.record import record


def set_role(membership: Membership, role: str, *, by: Actor) -> Membership:
    """Give a member this role in their organisation; the same role writes nothing.

    Raises NotAllowed, and Refused for an unknown role or a customer's last admin.
    """
    if not can_manage_people(by, membership.organization):
        raise NotAllowed(_("Only the organisation's admins manage its people."))
    if role not in Membership.Role.values:
        raise Refused(_("There is no such role."))
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=membership.organization_id)
        fresh = Membership.objects.get(pk=membership.pk)
        if fresh.role == role:
            return fresh
        if not (by.is_staff or by.is_system) and is_last_admin(fresh):
            raise Refused(_("An organisation needs an admin. Make somebody else one first."))
        old, fresh.role = fresh.role, role
        fresh.save(update_fields=["role"])
        record(
            AccountEvent.ROLE_SET,
            subject_type="organization",
            subject_id=fresh.organization_id,
            actor=by.user,
            actor_kind=by.kind,
            data={"user": fresh.user_id, "old": old, "new": role},
        )
    return fresh
