"""Somebody wrote: whoever they are, they are a person at this desk from now on."""

from allauth.account.models import EmailAddress
from django.core.validators import validate_email
from django.db import transaction

from accounts.actors import Actor
from accounts.event_names import AccountEvent
from accounts.models import User
from accounts.names import clean_name
from events.record import record


def find_or_create_person(email: str, name: str, channel: str) -> User:
    """Return the person with this address; a new one has no password and an unproven address.

    `name` is only kept for a new person. Two messages at once make one person. Raises ValidationError for
    what is no address.
    """
    email = email.strip().lower()
    validate_email(email)
    found = User.objects.filter(email=email).first()
    if found is None:
        # Somebody's further, proven address is theirs as well.
        further = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        found = further.user if further else None
    if found:
        return found
    with transaction.atomic():
        user = User(email=email, display_name=clean_name(name))
        user.set_unusable_password()
        # get_or_create keeps the race of two first messages in the database, where it is decided.
        user, is_new = User.objects.get_or_create(
            email=email, defaults={"display_name": user.display_name, "password": user.password}
        )
        if is_new:
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
            record(
                AccountEvent.CREATED_BY_MESSAGE,
                subject_type="user",
                subject_id=user.pk,
                actor=None,
                actor_kind=Actor.system().kind,
                data={"channel": channel},
            )
    return user
