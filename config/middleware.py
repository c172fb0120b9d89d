"""What happens around every request."""

import re
import sys
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

logger = structlog.get_logger(__name__)

# Orchestrators and load balancers ask an address, not a name.
PROBES = frozenset({"/livez", "/readyz"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,60}")

GetResponse = Callable[[HttpRequest], HttpResponse]


def client_address(request: HttpRequest) -> str:
    """Return the address that the request came from, as the first of our own proxies saw it.

    Without TRUSTED_PROXIES the X-Forwarded-For header is a claim of the client's and is not read.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded: list[str] = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    count: int = settings.TRUSTED_PROXIES
    if count and len(forwarded) >= count:
        return forwarded[-count]
    return address


class TrustedAddressMiddleware:
    """Put the believed client address into REMOTE_ADDR and drop what a client may forge.

    Probes are answered whatever host they name: their answers hold no address. Everything else must name one of
    ALLOWED_HOSTS.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the believed address in place."""
        request.META["REMOTE_ADDR"] = client_address(request)
        request.META.pop("HTTP_X_FORWARDED_FOR", None)
        request.META.pop("HTTP_X_FORWARDED_HOST", None)
        request.META.pop("HTTP_X_CORRELATION_ID", None)
        if request.path_info in PROBES:
            request.META["HTTP_HOST"] = settings.BASE_HOST
        # The id goes into logs and events: only from our own proxy, and only what an id looks like.
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not (settings.TRUSTED_PROXIES and REQUEST_ID.fullmatch(request_id)):
            request.META.pop("HTTP_X_REQUEST_ID", None)
        return self.get_response(request)


def _note_outage(sender: Any, request: HttpRequest | None = None, **about: Any) -> None:
    error = sys.exc_info()[1]
    if request is not None and isinstance(error, OperationalError | InterfaceError):
        request.database_outage = error  # type: ignore[attr-defined]


got_request_exception.connect(_note_outage, dispatch_uid="config.middleware.database_outage")


class DatabaseOutageMiddleware:
    """Answer 503 with Retry-After while the database is away, instead of an error page that blames nobody.

    Django makes a 500 of what a middleware further inside raises (reading the session, mostly) before it gets here;
    its signal tells that it was an outage (REL-04).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; an outage that happens outside of views (sessions) is answered here as well."""
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self.outage(request, error)
        if noted := getattr(request, "database_outage", None):
            return self.outage(request, noted)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn an outage inside a view into a 503."""
        if isinstance(error, OperationalError | InterfaceError):
            return self.outage(request, error)
        return None

    def outage(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Return the page that says what happened and when to come back (10 seconds)."""
        logger.error("database_unavailable", error=type(error).__name__)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "10"
        return response


class PersonMiddleware:
    """Show times and words in the person's own zone and language; keep private pages out of caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the zone and language of the person who is signed in."""
        user = request.user
        if user.is_authenticated:
            try:
                timezone.activate(ZoneInfo(user.time_zone))
            except (ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
            if user.locale:
                translation.activate(user.locale)
                request.LANGUAGE_CODE = user.locale
        else:
            timezone.deactivate()
        response = self.get_response(request)
        if user.is_authenticated or settings.SESSION_COOKIE_NAME in request.COOKIES:
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
                response["Cache-Control"] = "no-store, private"
            patch_vary_headers(response, ["Cookie"])
        timezone.deactivate()
        return response
