"""Small files that programs look for."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

A_DAY = "public, max-age=86400"


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Tell crawlers to leave what is private or different for everybody."""
    closed = [
        reverse("admin:index"),
        "/account/",
        "/accounts/",
        "/files/",
        "/link/",
        reverse("support:ticket_list"),
        reverse("portal:search"),
    ]
    lines = [
        "User-agent: *",
        f"Allow: {reverse('support:ticket_new')}",
        *(f"Disallow: {path}" for path in closed),
        f"Sitemap: {settings.BASE_URL}{reverse('knowledge:sitemap')}",
    ]
    return _text("\n".join(lines) + "\n")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Tell where to report a weakness (RFC 9116); valid for a year from today."""
    expires = (timezone.now() + timedelta(days=365)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.SUPPORT_ADDRESS}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Canonical: {settings.BASE_URL}{reverse('portal:security_txt')}",
        "Preferred-Languages: " + ", ".join(code for code, _name in settings.LANGUAGES),
    ]
    return _text("\n".join(lines) + "\n")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send programs that ask for the old address to the icon."""
    response = redirect(static("icons/desk.svg"))
    response["Cache-Control"] = A_DAY
    return response


def _text(content: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = A_DAY
    return response
