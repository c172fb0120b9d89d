"""The secret part of the address that a mail is answered to: it proves that its bearer was written to.

`support+1042.<token>@desk.example`: the token names the person and carries 160 bits of HMAC-SHA-256 over
ticket and person. It is written in base 32, since mail servers may change the case of an address. An agent's
token is theirs alone (SEC-10): guessing a number, or knowing a colleague's address, is not enough.
"""

import base64
import binascii
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

MAC_BYTES = 20
SALT = "notifications.reply_tokens"
FORM = re.compile(r"^(?P<person>[a-z2-7]{1,13})-(?P<mac>[a-z2-7]{32})$")


def make(ticket_number: int, person_id: int) -> str:
    """Return the token of this person for this ticket: the same one each time."""
    return f"{_letters(_number_bytes(person_id))}-{_mac(ticket_number, person_id, settings.SECRET_KEY)}"


def verify(ticket_number: int, token: str) -> int | None:
    """Return the id of the person whom the token was made for, or None if it was not made for this ticket.

    Keys that were rotated out (SECRET_KEY_FALLBACKS) still verify.
    """
    found = FORM.match(token.lower())
    if found is None:
        return None
    try:
        padded = found["person"].upper() + "=" * (-len(found["person"]) % 8)
        person_id = int.from_bytes(base64.b32decode(padded), "big")
    except binascii.Error:
        return None
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        if constant_time_compare(_mac(ticket_number, person_id, key), found["mac"]):
            return person_id
    return None


def address(ticket_number: int, person_id: int) -> str:
    """Return where this person's answers to this ticket go."""
    local, _, domain = settings.SUPPORT_ADDRESS.rpartition("@")
    return f"{local}+{ticket_number}.{make(ticket_number, person_id)}@{domain}"


def _mac(ticket_number: int, person_id: int, key: str) -> str:
    digest = salted_hmac(SALT, f"{ticket_number}:{person_id}", secret=key, algorithm="sha256").digest()
    return _letters(digest[:MAC_BYTES])


def _letters(value: bytes) -> str:
    return base64.b32encode(value).decode().rstrip("=").lower()


def _number_bytes(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
