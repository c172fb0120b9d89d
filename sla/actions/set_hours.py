"""Saying when the desk is open."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from sla.actions.ask_recalculation import ask_recalculation
from sla.models import Calendar, CalendarVersion, Recalculation, validate_content


def set_hours(
    calendar: Calendar, content: dict[str, Any], *, by: User | None = None, at: datetime | None = None
) -> CalendarVersion:
    """Give a saved calendar new hours, in force from now on (sla.md, section 1); return their version.

    The version before stays as it was. Timers that run are moved to the new one soon after, as of this instant, by a
    job (sla.md, section 6). The same hours again change nothing. Raises ValidationError for hours that cannot be.
    """
    validate_content(content)
    with transaction.atomic():
        fresh = Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=calendar.pk)
        if fresh.current is not None and fresh.current.content == content:
            return fresh.current
        before, instant = fresh.current, at or timezone.now()
        version = CalendarVersion.objects.create(calendar=fresh, content=content, valid_from=instant)
        fresh.current = calendar.current = version
        fresh.save(update_fields=["current"])
        if before is not None:
            ask_recalculation(
                Recalculation(kind=Recalculation.Kind.CALENDAR, name=fresh.name, calendar_version=version),
                by=by,
                at=instant,
            )
        return version
