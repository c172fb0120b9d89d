"""The desk's colour and logo as files that browsers keep."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.branding import look

FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=60"


@require_safe
def theme_css(request: HttpRequest) -> HttpResponse:
    """Return the accent colour as a style sheet; browsers keep the one that names the hue of now."""
    now = look()
    response = HttpResponse(f":root {{ --hue: {now.accent_hue}; }}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = FOREVER if request.GET.get("hue") == str(now.accent_hue) else SHORTLY
    return response


@require_safe
def logo(request: HttpRequest, version: str) -> FileResponse:
    """Return the logo, a PNG that we encoded. Raises Http404 without one, or for one that was replaced."""
    now = look()
    if not now.logo_version or version != now.logo_version:
        raise Http404
    try:
        content = default_storage.open(now.logo_path)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type="image/png")
    response["Cache-Control"] = FOREVER
    return response


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state, while developing. Raises Http404 elsewhere."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide.html")
