"""Saying when the desk is open."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from sla.models import Calendar, CalendarVersion, validate_content


def set_hours(calendar: Calendar, content: dict[str, Any], *, at: datetime | None = None) -> CalendarVersion:
    """Give a saved calendar new hours, in force from now on (sla.md, section 1); return their version.

    The version before stays as it was, and with it every timer that was counted by it. The same hours again change
    nothing. Raises ValidationError for hours that cannot be.
    """
    validate_content(content)
    with transaction.atomic():
        fresh = Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=calendar.pk)
        if fresh.current is not None and fresh.current.content == content:
            return fresh.current
        version = CalendarVersion.objects.create(calendar=fresh, content=content, valid_from=at or timezone.now())
        fresh.current = calendar.current = version
        fresh.save(update_fields=["current"])
        return version
