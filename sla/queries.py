"""What pages ask of calendars."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from sla.models import Calendar

# So long before the holidays of a calendar run out, somebody is reminded.
REMINDED = timedelta(days=60)


def calendars_without_holidays_soon(now: datetime) -> QuerySet[Calendar]:
    """Return the calendars whose national holidays are known for REMINDED at most."""
    return Calendar.objects.filter(holidays_until__lte=(now + REMINDED).date())
