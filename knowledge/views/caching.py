"""What caches may do with pages of knowledge: keep what everybody may read, and ask each time if it still holds."""

import functools
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.http import http_date

View = Callable[..., HttpResponse]
ASK_EACH_TIME = "public, max-age=0, must-revalidate"


def revalidated(view: View) -> View:
    """Answer 304 to whoever has the page as it is; a page that was changed is another page at once.

    Whoever has a session gets pages of their own, which nobody keeps (SEC-35; `config.middleware.PersonMiddleware`).
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return response
        response["Cache-Control"] = ASK_EACH_TIME
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        set_response_etag(response)
        found = get_conditional_response(request, etag=response["ETag"], response=response)
        assert isinstance(found, HttpResponse)
        return found

    return wrapped


def sent_on(request: HttpRequest, url: str) -> HttpResponsePermanentRedirect:
    """Return a redirect for good (301), asked for again each time: what is moved back must not lead in a circle."""
    response = HttpResponsePermanentRedirect(url)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        response["Cache-Control"] = ASK_EACH_TIME
        patch_vary_headers(response, ["Cookie"])
    return response


def dated(response: HttpResponse, changed_at: datetime | None) -> HttpResponse:
    """Return the response with when its text was changed. Whether it still holds is asked by the ETag alone:

    what stands around a text changes without it.
    """
    if changed_at is not None:
        response["Last-Modified"] = http_date(changed_at.timestamp())
    return response
