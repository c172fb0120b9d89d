"""The signed address by which a follower leaves a ticket's mail without signing in (RFC 8058)."""

from django.core import signing
from django.urls import reverse

SALT = "support.unsubscribing"


def path(ticket_number: int, person_id: int) -> str:
    """Return the address that takes this person off this ticket.

    It opens nothing and shows nothing of the ticket.
    """
    token = signing.Signer(salt=SALT).sign_object([ticket_number, person_id])
    return reverse("support:unsubscribe", args=[token])


def read(token: str) -> tuple[int, int] | None:
    """Return ticket and person of an address, or None for one that we did not make. It does not expire."""
    try:
        number, person = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(number), int(person)
