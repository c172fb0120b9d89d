"""Links that open one ticket for somebody who has no password: signed, expiring, void as soon as the account changes.

The token is the person, the ticket and a fingerprint of the account's state, signed with HMAC-SHA256 under the
desk's secret key and stamped with its time. Whoever holds it reads the requester's mail.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

SALT = "accounts.signed_links"


class LinkEnded(Exception):
    """The link was ours but is too old, or the account has changed since (a password, a deactivation)."""

    def __init__(self, user: User | None, ticket: int, *, is_old: bool) -> None:
        super().__init__("The link has ended.")
        self.user = user
        self.ticket = ticket
        self.is_old = is_old


class LinkForged(Exception):
    """The link was never ours, or was broken on its way."""


@dataclass(frozen=True)
class Link:
    """What an open link stands for, and until when (UTC)."""

    user: User
    ticket: int
    ends_at: datetime


def state_of(user: User) -> str:
    """Return a fingerprint of what a link depends on: the address, and everything that ends a session."""
    return salted_hmac(SALT, f"{user.pk}|{user.email}|{user.get_session_auth_hash()}").hexdigest()[:16]


def make(user: User, ticket_number: int) -> str:
    """Return the token of a link. Raises ValueError for staff: a link must never open a desk's account."""
    if user.is_staff:
        raise ValueError("Staff sign in; they get no links.")
    return signing.dumps([user.pk, ticket_number, state_of(user)], salt=SALT)


def make_url(user: User, ticket_number: int) -> str:
    """Return the whole address for a mail. Raises ValueError for staff."""
    return f"{settings.BASE_URL}{reverse('accounts:ticket_link', args=[make(user, ticket_number)])}"


def read(token: str) -> Link:
    """Return what the token stands for. Raises LinkForged and LinkEnded."""
    lifetime = timedelta(days=settings.TICKET_LINK_DAYS)
    signer = signing.TimestampSigner(salt=SALT)
    try:
        pk, ticket, state = signer.unsign_object(token)
        stamped = signing.b62_decode(token.rsplit(":", 2)[1])
    except (signing.BadSignature, ValueError, TypeError, IndexError) as error:
        raise LinkForged from error
    ends_at = datetime.fromtimestamp(stamped, tz=timezone.get_default_timezone()) + lifetime
    user = User.objects.filter(pk=pk, is_active=True, is_staff=False).first()
    if user is None or not constant_time_compare(state, state_of(user)):
        raise LinkEnded(None, ticket, is_old=False)
    if ends_at <= timezone.now():
        raise LinkEnded(user, ticket, is_old=True)
    return Link(user, ticket, ends_at)
