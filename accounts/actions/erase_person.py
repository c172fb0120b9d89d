"""Forgetting who a person was, at their own wish; what was said in tickets stays."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.end_sessions import end_sessions
from accounts.actions.remove_member import is_last_admin
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.event_names import AccountEvent
from accounts.models import Membership, User
from events.record import record

NAME = "Former customer"


def refusal(user: User) -> str:
    """Return why this person cannot leave by themselves, or nothing."""
    if user.is_staff:
        return _("Accounts of the desk are closed by an administrator.")
    membership = Membership.objects.filter(user=user).first()
    if membership and is_last_admin(membership):
        return _("You are your organisation's only admin. Make a colleague one first.")
    return ""


def erase_person(user: User) -> None:
    """Replace name and address, end sessions and membership, and let nobody sign in any more.

    Tickets, messages and events keep pointing at the row. Raises Refused with a sentence.
    """
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        why = refusal(fresh)
        if why:
            raise Refused(why)
        record(
            AccountEvent.ERASED,
            subject_type="user",
            subject_id=fresh.pk,
            actor=fresh,
            actor_kind=Actor.person(fresh).kind,
        )
        Membership.objects.filter(user=fresh).delete()
        Authenticator.objects.filter(user=fresh).delete()
        EmailAddress.objects.filter(user=fresh).delete()
        fresh.email = f"erased-{fresh.pk}@invalid.invalid"
        fresh.display_name = NAME
        fresh.is_active = False
        fresh.time_zone, fresh.locale = "UTC", ""
        fresh.set_unusable_password()
        fresh.save()
        end_sessions(fresh)
