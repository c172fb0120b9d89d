"""What every page knows: the desk's name and look, and the reader's theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_of
from content.markdown import trusted
from portal.branding import look
from portal.phone import phone_for


def desk(request: HttpRequest) -> dict[str, Any]:
    """Return the desk's branding and the theme that the reader chose (empty: the system's)."""
    theme = request.COOKIES.get("theme", "")
    now = look()
    return {
        "desk": {
            "name": now.name,
            "logo_url": reverse("portal:logo", args=[now.logo_version]) if now.logo_version else "",
            "accent_hue": now.accent_hue,
            "footer": trusted(now.footer_html),
            "support_address": settings.SUPPORT_ADDRESS,
            # Called by the pages that show it, and by no other.
            "phone": lambda: phone_for(actor_of(request), timezone.now()),
        },
        "theme": theme if theme in {"light", "dark"} else "",
    }
