"""How often something may be tried: counted in the database, so that a lost cache or another process forgets nothing.

1. Put a row under each key (the client's address, the account) before anything is tried: tries at the same
   moment see each other's rows, so no more than the limit get through.
2. Count the rows of the window. Over the limit: take the new rows back and refuse, so that knocking at a
   closed door does not keep it closed.
3. Where only failures count, success takes its own rows back (`Taken.forgive`).

ASVS 6.3.1; safety.md SEC-23: ten in fifteen minutes for each account and each address.
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Attempt

LIMIT = 10
WINDOW_SECONDS = 15 * 60
# No window may be longer: `accounts.tasks.delete_ended_sessions` deletes what is older.
KEEP_SECONDS = 24 * 60 * 60


class TooManyAttempts(Exception):
    """Somebody must wait. ThrottleMiddleware answers 429 with Retry-After."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Too many attempts; again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class Taken:
    """The rows of one try that was let through."""

    ids: tuple[int, ...]

    def forgive(self) -> None:
        """Forget this try, because it succeeded."""
        Attempt.objects.filter(pk__in=self.ids).delete()


def hit(action: str, *keys: str, limit: int = LIMIT, seconds: int = WINDOW_SECONDS) -> Taken:
    """Count one try of `action` under each key; empty keys are left out.

    Call it outside of a transaction. Raises TooManyAttempts when one of the keys has had `limit` tries in the
    last `seconds` already.
    """
    now = timezone.now()
    since = now - timedelta(seconds=seconds)
    hashes = [key_hash(action, key) for key in keys if key]
    taken = Taken(tuple(Attempt.objects.create(key=key, at=now).pk for key in hashes))
    for key in hashes:
        recent = Attempt.objects.filter(key=key, at__gt=since).order_by("at", "pk")
        times = list(recent.values_list("at", flat=True)[: limit + 1])
        if len(times) > limit:
            taken.forgive()
            wait = (times[0] - since).total_seconds()
            raise TooManyAttempts(max(1, round(wait)))
    return taken


def key_hash(action: str, key: str) -> str:
    """Return what a key is stored as: 256 bits that nobody turns back into an address."""
    return salted_hmac("accounts.throttle", f"{action}:{key.strip().lower()}", algorithm="sha256").hexdigest()


def address_key(request: HttpRequest) -> str:
    """Return the key of the client's address, which TrustedAddressMiddleware has checked; of IPv6 the /64."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address {address}"
    if isinstance(parsed, ipaddress.IPv6Address):
        address = str(ipaddress.ip_network((parsed, 64), strict=False))
    return f"address {address}"


def account_key(email: str) -> str:
    """Return the key of an account, whether or not it exists."""
    return f"account {email.strip().lower()[:254]}" if email.strip() else ""
