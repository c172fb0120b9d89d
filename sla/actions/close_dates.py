"""Closing the desk on dates that were found in a file or a list of national holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from sla.actions.set_hours import set_hours
from sla.found_dates import MOST_DATES, closed_on
from sla.models import Calendar, CalendarVersion


@dataclass(frozen=True)
class National:
    """Which national holidays the dates are, and until when they are known."""

    country: str
    subdivision: str
    language: str
    until: date


def close_dates(
    calendar: Calendar, days: Iterable[tuple[date, str]], *, by: User | None, national: National | None = None
) -> CalendarVersion:
    """Close these dates, each with its name, in one new version of the hours; return it.

    Other dates keep what they have. Raises ValidationError for more dates to come than a calendar holds.
    """
    with transaction.atomic():
        fresh = Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=calendar.pk)
        assert fresh.current is not None
        content, names = closed_on(fresh.current.content, fresh.current.names, days)
        yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
        if sum(day >= yesterday for day in content["exceptions"]) > MOST_DATES:
            raise ValidationError(
                _("A calendar holds %(count)s dates to come. Choose fewer years, or fewer dates.")
                % {"count": MOST_DATES}
            )
        if national:
            fresh.holiday_country, fresh.holiday_subdivision = national.country, national.subdivision
            fresh.holiday_language, fresh.holidays_until = national.language, national.until
            fresh.save(update_fields=["holiday_country", "holiday_subdivision", "holiday_language", "holidays_until"])
        return set_hours(fresh, content, names=names, by=by)
