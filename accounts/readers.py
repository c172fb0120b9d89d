"""By what the desk knows a reader again who may not be signed in, without keeping who they are."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.actors import Actor, actor_of


def reader_of(request: HttpRequest) -> str:
    """Return a keyed hash of the person, else of the browser's session or form token; never of an address.

    Empty for a browser that has sent no cookie yet and got none in this answer: nothing says that it comes again.
    """
    known = reader_of_actor(actor_of(request))
    if known:
        return known
    session = getattr(request, "session", None)
    token = request.META.get("CSRF_COOKIE") or request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if session is not None and session.session_key:
        return _hash(f"session {session.session_key}")
    return _hash(f"browser {token}") if token else ""


def reader_of_actor(actor: Actor) -> str:
    """Return the hash of a person, or of the one as whom a guest reads; empty for a stranger."""
    return reader_of_person(actor.user.pk) if actor.user is not None else ""


def reader_of_person(pk: int) -> str:
    """Return the hash of the person with this key."""
    return _hash(f"person {pk}")


def _hash(of: str) -> str:
    return salted_hmac("accounts.readers", of, algorithm="sha256").hexdigest()
