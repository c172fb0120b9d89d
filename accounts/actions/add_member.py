"""Taking somebody into an organisation."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.event_names import AccountEvent
from accounts.models import Membership, Organization, User
from accounts.permissions import can_manage_people
from events.record import record


def add_member(organization: Organization, user: User, *, by: Actor, role: str = Membership.Role.MEMBER) -> Membership:
    """Make the person a member; somebody who is one already stays as they are.

    Raises NotAllowed, and Refused for staff and for members of another organisation.
    """
    if not can_manage_people(by, organization):
        raise NotAllowed(_("Only the organisation's admins manage its people."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        known = Membership.objects.filter(user=user).first()
        if known and known.organization_id == organization.pk:
            return known
        if known:
            raise Refused(_("This person belongs to another organisation."))
        if user.is_staff:
            raise Refused(_("Somebody of the desk is no customer."))
        return join(user, organization, by=by, role=role)


def join(
    user: User,
    organization: Organization,
    *,
    by: Actor,
    role: str = Membership.Role.MEMBER,
    domain: str = "",
) -> Membership:
    """Write the membership and record it; `domain` is the mail domain that brought them, if one did."""
    membership = Membership.objects.create(user=user, organization=organization, role=role)
    record(
        AccountEvent.JOINED,
        subject_type="organization",
        subject_id=organization.pk,
        actor=by.user,
        actor_kind=by.kind,
        data={"user": user.pk, "role": role} | ({"domain": domain} if domain else {}),
    )
    return membership
