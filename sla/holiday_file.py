"""Whole-day events of an iCalendar file (RFC 5545), as dates with names.

A file may come from anywhere, so its size, its events, its repetitions and the time all that takes are bounded. Events
are cut out and read one by one: a broken one is told and does no harm to the others. Zones, alarms and all else
that does not matter to a date is not even parsed.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _
from icalendar import Event

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 1000
MOST_LEFT_OUT = 50
MOST_LINE = 4000
SECONDS = 1.0
# One event may last so many days: a summer closing, and no more.
MOST_DAYS = 366
# The calendar repeats itself, weekdays included, every 400 years. Rules are worked out near the last year there is:
# one that never comes true ("30 February") then ends soon instead of running through eight thousand years.
CYCLE = 400
FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "SUMMARY", "STATUS", "UID", "RECURRENCE-ID")

_PROPERTY = re.compile(r"[A-Za-z0-9-]+")


class FileError(ValueError):
    """A file that is not read, with the reason and the way out, translated."""


@dataclass
class FileDates:
    """What a file holds between two dates: days to close, and events that close none, each with the reason."""

    days: list[tuple[date, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    more_left_out: int = 0

    def leave_out(self, name: str, why: str) -> None:
        """Keep the reason why an event is none of the days, or count it where there are too many."""
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append((name or _("an event without a name"), why))
        else:
            self.more_left_out += 1


class _LeftOutError(ValueError):
    pass


def dates_in(content: bytes, first: date, last: date) -> FileDates:
    """Return the whole-day events of a file from one date to another, repetitions included. Raises FileError."""
    events = list(_events(_text(content)))
    if not events:
        raise FileError(_("There is no event in this file. Export the calendar again, as iCalendar (.ics)."))
    found, stop = FileDates(), time.thread_time() + SECONDS
    moved: dict[str, set[date]] = {}
    read = []
    for lines in events:
        _in_time(stop)
        event = _event(lines)
        name = str(event.get("SUMMARY", "")) if event else _summary(lines)
        if event is None:
            found.leave_out(name, _("cannot be read"))
            continue
        read.append((event, name))
        try:
            if instance := _day(event, "RECURRENCE-ID"):
                moved.setdefault(str(event.get("UID")), set()).add(instance)
        except _LeftOutError:
            pass
    for event, name in read:
        _in_time(stop)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            found.leave_out(name, _("is cancelled"))
            continue
        try:
            skipped = set() if "RECURRENCE-ID" in event else moved.get(str(event.get("UID")), set())
            found.days += [(day, name) for day in _days(event, first, last, skipped, stop)]
        except _LeftOutError as error:
            found.leave_out(name, str(error))
    return found


def _in_time(stop: float) -> None:
    if time.thread_time() > stop:
        raise FileError(_("The file takes too long to read. Export fewer years, or fewer events, and try again."))


# --- From bytes to events -----------------------------------------------------------------------------


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise FileError(_("The file is larger than 1 MB. Export only the holidays, or fewer years."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "BEGIN:VCALENDAR" not in text[:10_000].upper():
        raise FileError(
            _("This is no iCalendar file: it does not begin with BEGIN:VCALENDAR. Choose a file that ends in .ics.")
        )
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _events(text: str) -> Iterator[list[str]]:
    """Yield the lines of each event that matter, unfolded, without the parts inside it such as alarms."""
    # A line that begins with white space goes on with the one before (RFC 5545, 3.1).
    unfolded = text.replace("\n ", "").replace("\n\t", "")
    event: list[str] | None = None
    inside, count = 0, 0
    for line in unfolded.split("\n"):
        mark = line.strip().upper() if len(line) < 100 else ""
        if event is None:
            event = [] if mark == "BEGIN:VEVENT" else None
        elif mark == "END:VEVENT" and not inside:
            count += 1
            if count > MOST_EVENTS:
                raise FileError(
                    _("There are more than %(count)s events in this file. Export only the holidays.")
                    % {"count": MOST_EVENTS}
                )
            yield event
            event = None
        elif mark.startswith("BEGIN:"):
            inside += 1
        elif mark.startswith("END:"):
            inside = max(0, inside - 1)
        elif not inside and len(line) <= MOST_LINE and (name := _PROPERTY.match(line)) and name[0].upper() in READ:
            event.append(line)


def _event(lines: list[str]) -> Any:
    """Return the event of these lines, or None for one that cannot be read."""
    try:
        event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
        return None
    # A broken line is dropped by the library and told; without a date or with half a rule an event is another one.
    return None if any(name in (None, *READ[:6]) for name, _why in event.errors) else event


def _summary(lines: list[str]) -> str:
    for line in lines:
        if line.upper().startswith("SUMMARY"):
            return line.partition(":")[2]
    return ""


# --- From events to days ------------------------------------------------------------------------------


def _value(event: Any, name: str) -> Any:
    """Return the one value of a property; of several, which the standard forbids, the first."""
    found = event.get(name)
    return getattr(found[0] if isinstance(found, list) else found, "dt", None) if found else None


def _day(event: Any, name: str) -> date | None:
    value = _value(event, name)
    if isinstance(value, datetime):
        raise _LeftOutError(_("has a time; only whole days are taken"))
    return value if isinstance(value, date) else None


def _days(event: Any, first: date, last: date, skipped: set[date], stop: float) -> Iterator[date]:
    """Yield the days of an event, its repetitions included, within the dates. Raises _LeftOutError with the reason."""
    start = _day(event, "DTSTART")
    if start is None:
        raise _LeftOutError(_("has no date"))
    if not 1900 <= start.year <= 2200:
        raise _LeftOutError(_("starts in the year %(year)s") % {"year": start.year})
    length = _length(event, start)
    without = skipped | _listed(event, "EXDATE")
    earliest = first - timedelta(days=length - 1)
    starts = {*_repeated(event, start, earliest, last, stop), *_listed(event, "RDATE")}
    days = {day + timedelta(days=more) for day in starts - without if earliest <= day <= last for more in range(length)}
    yield from sorted(day for day in days if first <= day <= last)


def _length(event: Any, start: date) -> int:
    """Return how many days an event lasts. Its end is the day after (RFC 5545, 3.6.1); some write the last day."""
    end, lasts = _day(event, "DTEND"), _value(event, "DURATION")
    if end:
        lasts = end - start
    days = lasts.days if isinstance(lasts, timedelta) else 1
    if days > MOST_DAYS:
        raise _LeftOutError(_("lasts longer than a year"))
    return max(1, days)


def _listed(event: Any, name: str) -> set[date]:
    found = event.get(name) or []
    days = [each.dt for one in (found if isinstance(found, list) else [found]) for each in getattr(one, "dts", [])]
    return {day for day in days if isinstance(day, date) and not isinstance(day, datetime)}


def _repeated(event: Any, start: date, first: date, last: date, stop: float) -> Iterator[date]:
    """Yield the dates on which an event starts, up to `last`."""
    yield start
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        if not {str(name).upper() for name in rule.get("FREQ", [])} <= FREQUENCIES or not rule.get("FREQ"):
            raise _LeftOutError(_("repeats more than once a day"))
        shift = (9999 - last.year - 1) // CYCLE * CYCLE
        for count, day in enumerate(_rule(rule, start, shift)):
            if count % 100 == 0:
                _in_time(stop)
            shown = day.date().replace(year=day.year - shift)
            if shown > last:
                break
            if shown >= first:
                yield shown


def _rule(rule: Any, start: date, shift: int) -> rrule:
    """Return a rule of repetition, moved so many years ahead. Raises _LeftOutError for one that cannot be."""
    rule = rule.copy()
    until = rule.pop("UNTIL", None)
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):  # a day has no time (RFC 5545, 3.3.10)
        rule.pop(part, None)
    if min(rule.get("INTERVAL", [1])) < 1:
        raise _LeftOutError(_("repeats by a rule that cannot be read"))
    try:
        begin = datetime(start.year + shift, start.month, start.day)  # noqa: DTZ001 (a date; it has no zone)
        found = rrulestr(rule.to_ical().decode(), dtstart=begin)
        assert isinstance(found, rrule)
        if until:
            end = until[0] if isinstance(until, list) else until
            return found.replace(until=datetime(end.year + shift, end.month, end.day))  # noqa: DTZ001
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise _LeftOutError(_("repeats by a rule that cannot be read")) from error
    return found
