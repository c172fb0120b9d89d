"""What a calendar comes to, for whoever sets it: the week as a picture, and what is next. Pure but for translations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla import clock
from sla.calendars import BLOCK, DAY, Calendar, day_of, instant_of, offsets_in, seconds_of
from sla.time_words import clock_words, duration
from sla.typed_hours import clock_text, words_of

# How far ahead a clock change is looked for, in blocks: more than a year.
BLOCKS_AHEAD = 4
YEAR = timedelta(days=366)
OPEN_DAY = 24 * 3600


@dataclass(frozen=True)
class Block:
    """An open stretch of a day in the picture: minutes since midnight, and how many."""

    x: int
    width: int


@dataclass(frozen=True)
class WeekDay:
    """A row of the picture. `now` is the minute of the day if it is this day now."""

    name: str
    hours: str
    blocks: list[Block]
    now: int | None = None
    exception: str = ""


@dataclass(frozen=True)
class ClockChange:
    """A change of the zone's clock, and what it does to the hours."""

    at: datetime
    words: str
    touches: bool


@dataclass(frozen=True)
class Outlook:
    """All that the preview says. Sentences are whole and translated."""

    is_open: bool
    state: str
    state_elsewhere: str
    zone_now: str
    week: list[WeekDay]
    weekly_hours: str
    dates: list[tuple[date, str, str]] = field(default_factory=list)
    more_dates: int = 0
    change: ClockChange | None = None
    day_of_work: str = ""


def outlook(
    calendar: Calendar, at: datetime, names: Mapping[str, str] | None = None, hours: Mapping[str, str] | None = None
) -> Outlook:
    """Return what the calendar comes to at an instant.

    `names` are those of its dates ("2026-12-25"); `hours` words for weekdays (mon to sun) as they were typed, where
    the picture's own, cut at midnight, would read worse.
    """
    names, zone = names or {}, ZoneInfo(calendar.zone)
    today = timezone.localtime(at, zone).date()
    coming = sorted(day for day in calendar.exceptions if day >= day_of(today))
    return Outlook(
        is_open=clock.is_open(calendar, at),
        state=state_words(calendar, at, zone),
        state_elsewhere=_elsewhere(calendar, at, zone),
        zone_now=date_format(timezone.localtime(at, zone), "D H:i"),
        week=_week(calendar, at, zone, names, hours or {}),
        weekly_hours=_hours_and_minutes(sum(end - start for day in calendar.weekly for start, end in day)),
        dates=[_date_row(calendar, day, names) for day in coming[:3]],
        more_dates=max(0, len(coming) - 3),
        change=clock_change(calendar, at),
        day_of_work=_day_of_work(calendar, at, zone),
    )


def state_words(calendar: Calendar, at: datetime, zone: ZoneInfo | None = None) -> str:
    """Return whether the desk is open, and until when or from when; in the reader's zone if none is given."""
    if clock.is_open(calendar, at):
        if calendar.is_always:
            return _("Open now, around the clock")
        _opens, closes = next(clock.open_spans(calendar, at, at + YEAR))
        if closes >= at.replace(microsecond=0) + YEAR:
            return _("Open now, and does not close within a year")
        return _("Open now, closes %(when)s (in %(span)s)") % _when(closes, at, zone)
    try:
        opens = clock.opens_at(calendar, at)
    except clock.NeverOpen:
        return _("Closed, and does not open within twelve years")
    return _("Closed, opens %(when)s (in %(span)s)") % _when(opens, at, zone)


def _when(then: datetime, at: datetime, zone: ZoneInfo | None) -> dict[str, str]:
    return {"when": clock_words(then, at, zone), "span": duration(then - at, in_full=True)}


def _elsewhere(calendar: Calendar, at: datetime, zone: ZoneInfo) -> str:
    """Return the same for a reader whose clock shows another time; nothing where it shows the same."""
    if timezone.localtime(at).utcoffset() == timezone.localtime(at, zone).utcoffset() or calendar.is_always:
        return ""
    try:
        then = (
            next(clock.open_spans(calendar, at, at + YEAR))[1]
            if clock.is_open(calendar, at)
            else clock.opens_at(calendar, at)
        )
    except clock.NeverOpen:
        return ""
    return _("%(when)s in your zone, %(zone)s") % {
        "when": clock_words(then, at).removesuffix(" UTC"),
        "zone": timezone.get_current_timezone_name(),
    }


# --- The week ---------------------------------------------------------------------------------------


def _week(
    calendar: Calendar, at: datetime, zone: ZoneInfo, names: Mapping[str, str], hours: Mapping[str, str]
) -> list[WeekDay]:
    now = timezone.localtime(at, zone)
    monday = now.date() - timedelta(days=now.weekday())
    days = []
    for index, key in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")):
        stretches, day = calendar.weekly[index], day_of(monday) + index
        exception = ""
        if day in calendar.exceptions:
            _date, words, name = _date_row(calendar, day, names)
            exception = f"{words} ({name})" if name else words
        days.append(
            WeekDay(
                name=str(WEEKDAYS_ABBR[index]),
                hours=hours.get(key) or words_of((clock_text(start), clock_text(end)) for start, end in stretches),
                blocks=[Block(start, end - start) for start, end in stretches],
                now=now.hour * 60 + now.minute if index == now.weekday() else None,
                exception=exception,
            )
        )
    return days


def _date_row(calendar: Calendar, day: int, names: Mapping[str, str]) -> tuple[date, str, str]:
    when = date.fromordinal(day + 719_163)
    words = words_of((clock_text(start), clock_text(end)) for start, end in calendar.exceptions[day])
    return when, words, names.get(when.isoformat(), "")


def _hours_and_minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def _day_of_work(calendar: Calendar, at: datetime, zone: ZoneInfo) -> str:
    try:
        end = clock.add(calendar, at, OPEN_DAY)
    except clock.NeverOpen:
        return _("24 h of open time from now do not end within twelve years.")
    return _("24 h of open time from now end %(when)s (in %(span)s).") % _when(end, at, zone)


# --- The next change of the clock ---------------------------------------------------------------------


def clock_change(calendar: Calendar, at: datetime) -> ClockChange | None:
    """Return the zone's next gap or fold within about a year, with what it does to the hours (sla.md, section 1)."""
    since = seconds_of(at)
    before: int | None = None
    for block in range(since // BLOCK, since // BLOCK + BLOCKS_AHEAD):
        for start, _end, offset in offsets_in(calendar.zone, block):
            if before is not None and offset != before and start > since:
                return _change(calendar, start, before, offset)
            before = offset
    return None


def _change(calendar: Calendar, at: int, before: int, after: int) -> ClockChange:
    low, high = at + min(before, after), at + max(before, after)  # the local times skipped, or shown twice
    touched = sum(
        max(0, min(high, day * DAY + end * 60) - max(low, day * DAY + start * 60))
        for day in range(low // DAY, (high - 1) // DAY + 1)
        for start, end in calendar.minutes_on(day)
    )
    words = {
        "day": date_format(instant_of(at + before).replace(tzinfo=None), "D j M Y"),
        "from": _local(at + before),
        "to": _local(at + after),
        "span": _hours_and_minutes(touched // 60),
    }
    if after > before:
        said = _("On %(day)s the clock jumps from %(from)s to %(to)s.")
        effect = _("%(span)s of open time are skipped that day.") if touched else _("The desk is closed then.")
    else:
        said = _("On %(day)s the clock is set back from %(from)s to %(to)s.")
        effect = _("%(span)s of open time come twice, and count twice.") if touched else _("The desk is closed then.")
    if calendar.is_always:
        effect = _("Around the clock, that changes nothing.")
    return ClockChange(instant_of(at), f"{said % words} {effect % words}", bool(touched) and not calendar.is_always)


def _local(seconds: int) -> str:
    return clock_text(seconds % DAY // 60)
