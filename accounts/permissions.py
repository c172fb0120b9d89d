"""Who may manage an organisation's people, and who counts as protected by a second factor."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from accounts.actors import Actor, ActorKind
from accounts.models import Membership, Organization, User


def has_second_factor(user: User) -> bool:
    """Return whether this person signs in with more than one proof; recovery codes alone are none."""
    keys = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(keys.exists())


def can_manage_people(actor: Actor, organization: Organization) -> bool:
    """Return whether this actor may change members and settings: the organisation's admins, leads, the desk itself."""
    if actor.is_system:
        return True
    if actor.kind != ActorKind.PERSON or actor.user is None or not actor.user.is_active:
        return False
    if actor.is_staff:
        return actor.user.has_perm("accounts.change_membership")
    membership = actor.membership
    return bool(
        membership and membership.organization_id == organization.pk and membership.role == Membership.Role.ADMIN
    )


def can_change_tier(actor: Actor) -> bool:
    """Return whether this actor may say what an organisation pays for: never the customer."""
    return actor.is_system or (
        actor.is_staff and actor.user is not None and actor.user.has_perm("accounts.change_organization")
    )


def visible_memberships(actor: Actor) -> QuerySet[Membership]:
    """Return whom this person may know as colleagues: the members of their own organisation, by name."""
    membership = actor.membership
    if membership is None:
        return Membership.objects.none()
    return Membership.objects.filter(organization=membership.organization_id).order_by(
        "user__display_name", "user__email"
    )
