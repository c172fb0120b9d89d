"""Saying when the desk is open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from sla import calendars
from sla.actions.ask_recalculation import ask_recalculation
from sla.models import Calendar, CalendarVersion, Recalculation, validate_content


def set_hours(
    calendar: Calendar,
    content: dict[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    by: User | None = None,
    at: datetime | None = None,
) -> CalendarVersion:
    """Give a saved calendar new hours, in force from now on (sla.md, section 1); return their version.

    The version before stays as it was. Timers that run are moved to the new one soon after, as of this instant, by a
    job (sla.md, section 6). The same hours again change nothing. `names` are those of the dates that differ; without
    them, what dates were called stays. Other names of the same hours make a version and move no timer.
    Raises ValidationError for hours that cannot be.
    """
    validate_content(content)
    with transaction.atomic():
        fresh = Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=calendar.pk)
        before, instant = fresh.current, at or timezone.now()
        called = _names_in(content, before.names if names is None and before else names or {})
        is_same = before is not None and before.hours == calendars.parse(content)
        if before is not None and is_same and before.names == called:
            return before
        version = CalendarVersion.objects.create(
            calendar=fresh, content=content, names=called, valid_from=instant, made_by=by
        )
        fresh.current = calendar.current = version
        fresh.save(update_fields=["current"])
        if before is not None and not is_same:
            ask_recalculation(
                Recalculation(kind=Recalculation.Kind.CALENDAR, name=fresh.name, calendar_version=version),
                by=by,
                at=instant,
            )
        return version


def _names_in(content: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {day: name for day, name in sorted(names.items()) if name and day in (content.get("exceptions") or {})}
