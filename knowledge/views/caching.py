"""What caches may do with pages of knowledge: keep what everybody may read, and ask each time if it still holds."""

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

View = Callable[..., HttpResponse]


def revalidated(view: View) -> View:
    """Answer 304 to whoever has the page as it is; a page that was changed is another page at once.

    Whoever has a session gets pages of their own, which nobody keeps (SEC-35; `config.middleware.PersonMiddleware`).
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return response
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        set_response_etag(response)
        found = get_conditional_response(request, etag=response["ETag"], response=response)
        assert isinstance(found, HttpResponse)
        return found

    return wrapped
