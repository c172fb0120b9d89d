"""The branding as pages need it, read once a minute at most."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError

from content.markdown import render
from portal.models import BRANDING_CACHE_KEY, Branding

# A desk without a shared cache learns of a change made by another process within this time.
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Look:
    """What pages show of the branding."""

    name: str
    accent_hue: int
    logo_path: str
    footer_html: str
    phone_number: str
    # The hours of the business calendar as its version holds them; None is always.
    business_hours: dict[str, Any] | None

    @property
    def logo_version(self) -> str:
        """Return what the logo's address carries; empty without a logo."""
        return hashlib.sha256(self.logo_path.encode()).hexdigest()[:12] if self.logo_path else ""


def look() -> Look:
    """Return the branding of now. Pages that tell of a database outage get the defaults."""
    kept: Look | None = cache.get(BRANDING_CACHE_KEY)
    if kept is not None:
        return kept
    try:
        row = Branding.objects.select_related("business_calendar__current").filter(pk=1).first() or Branding()
    except DatabaseError:
        return _look_of(Branding())
    found = _look_of(row)
    cache.set(BRANDING_CACHE_KEY, found, KEPT_SECONDS)
    return found


def _look_of(row: Branding) -> Look:
    return Look(
        name=row.name,
        accent_hue=row.accent_hue,
        logo_path=row.logo.name or "",
        footer_html=render(row.footer).html if row.footer else "",
        phone_number=row.phone_number,
        business_hours=row.business_calendar.current.content
        if row.business_calendar and row.business_calendar.current
        else None,
    )
