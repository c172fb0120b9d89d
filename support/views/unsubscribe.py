"""Leaving a ticket's mail by the address in its header or its foot, without signing in (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from support import unsubscribing
from support.actions.follow import unfollow
from support.queries import following_of


# A mail program posts here by itself, without cookies: the signed address is the authority, and all it can do
# is take its own reader off one ticket.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop (GET: mail scanners follow every link), and stop (POST).

    Twice is the same as once.
    """
    found = unsubscribing.read(token)
    if found is None:
        raise Http404
    number, person_id = found
    following = following_of(number, person_id)
    if request.method == "POST" and following is not None:
        unfollow(following.ticket, following.user, by=Actor.person(following.user))
        following = None
    return render(request, "support/unsubscribe.html", {"number": number, "is_done": following is None})
