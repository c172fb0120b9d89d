"""A person has shown that they read the mail of their address."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.actions.add_member import join
from accounts.actors import Actor
from accounts.event_names import AccountEvent
from accounts.free_mail import FREE_MAIL_DOMAINS
from accounts.models import MailDomain, Membership, User
from events.models import Event
from events.record import record


def prove_address(user: User, *, keeps_password: bool = False, ticket: int | None = None) -> None:
    """Mark the person's address as proven; they join the organisation whose mail domain it is.

    A password or second factor from before the proof was set by somebody who had not shown that the address is
    theirs, so both go, unless `keeps_password`: the proof came from the session that just set the password.
    An address that is proven already changes nothing; but whoever opens the link of a `ticket` shows that this one
    is theirs, even if a stranger filed it under their address, and that is recorded once.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        address, _ = EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": False}
        )
        if address.verified:
            if ticket is not None and not was_opened(user, ticket):
                record_event(user, ticket)
            return
        address.verified = address.primary = True
        address.save(update_fields=["verified", "primary"])
        record_proof(user, keeps_password=keeps_password, ticket=ticket)


def was_opened(user: User, ticket: int) -> bool:
    """Return whether the link of this ticket has proven the address before."""
    return Event.objects.filter(
        subject_type="user", subject_id=user.pk, name=AccountEvent.ADDRESS_PROVEN, data__ticket=ticket
    ).exists()


def record_proof(user: User, *, keeps_password: bool, ticket: int | None = None) -> None:
    """Do what follows from a proof, once the address is marked as proven (by us, or by allauth)."""
    with transaction.atomic():
        if not keeps_password:
            if user.has_usable_password():
                user.set_unusable_password()
                user.save(update_fields=["password"])
            Authenticator.objects.filter(user=user).delete()
        record_event(user, ticket)
        join_by_domain(user)


def record_event(user: User, ticket: int | None) -> None:
    """Record the proof; `ticket` is the one whose link was opened, if it was a link."""
    record(
        AccountEvent.ADDRESS_PROVEN,
        subject_type="user",
        subject_id=user.pk,
        actor=user,
        actor_kind=Actor.person(user).kind,
        data={"ticket": ticket} if ticket is not None else {},
    )


def join_by_domain(user: User) -> None:
    """Make the person a member of the organisation whose mail domain their address is in; free mail is nobody's."""
    domain = user.email.rpartition("@")[2]
    if user.is_staff or domain in FREE_MAIL_DOMAINS or Membership.objects.filter(user=user).exists():
        return
    owner = MailDomain.objects.select_related("organization").filter(domain=domain).first()
    if owner:
        join(user, owner.organization, by=Actor.system(), domain=domain)
