"""Instants and spans in words, as short as they may be."""

from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def duration(span: timedelta, *, in_full: bool = False) -> str:
    """Return a span cut to what matters: "42 min", "1 h 55" (in full "1 h 55 min"), "19 h", "3 d".

    Rounded down: nobody is told more time than there is. Minutes count below 10 hours, hours below 2 days.
    """
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, minutes // (60 * 24)
    if minutes < 1:
        return _("under 1 min")
    if hours < 1:
        return _("%(minutes)s min") % {"minutes": minutes}
    if hours < 10 and minutes % 60:
        words = _("%(hours)s h %(minutes)s min") if in_full else _("%(hours)s h %(minutes)s")
        return words % {"hours": hours, "minutes": minutes % 60 if in_full else f"{minutes % 60:02}"}
    if days < 2:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(days)s d") % {"days": days}


def clock_words(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Return an instant, no longer than needed: "11:18", "Tue 14:00", "12 Mar 14:00".

    In the reader's zone if none is given; whoever has chosen none reads which one is meant: "11:18 UTC".
    """
    local, today = timezone.localtime(at, zone), timezone.localtime(now, zone).date()
    away = (local.date() - today).days
    if away == 0:
        form = pgettext("time today, in Django's date format", "H:i")
    elif -7 < away < 7:
        form = pgettext("time within a week, in Django's date format", "D H:i")
    elif local.year == today.year:
        form = pgettext("time this year, in Django's date format", "j M H:i")
    else:
        form = pgettext("time in another year, in Django's date format", "j M Y H:i")
    is_nobodys = zone is None and timezone.get_current_timezone_name() == "UTC"
    return f"{date_format(local, form)} UTC" if is_nobodys else date_format(local, form)
