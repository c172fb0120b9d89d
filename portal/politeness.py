"""How often a page may be asked while somebody types: counted in the cache, since losing count loses nothing."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from accounts.throttle import address_key, key_hash

PER_MINUTE = 600
SECONDS = 60
PAUSE_SECONDS = 15


def asks_too_often(request: HttpRequest, what: str, *, limit: int = PER_MINUTE) -> bool:
    """Count one request of this client and return whether it is over the limit of a minute.

    Ten a second is more than anybody types, even for a few people behind one address.
    """
    key = f"polite:{key_hash(what, address_key(request))}"
    if cache.add(key, 1, SECONDS):
        return False
    try:
        return cache.incr(key) > limit
    except ValueError:  # it ran out between the two
        return False


def wait_a_moment() -> HttpResponse:
    """Return the answer to a client that asks too often: nothing, and when to ask again."""
    response = HttpResponse(status=429)
    response["Retry-After"] = str(PAUSE_SECONDS)
    return response
