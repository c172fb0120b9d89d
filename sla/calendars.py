"""When the desk is open: calendars as values, and the wall rule (sla.md, section 1). No Django, no clock.

Inside this module and `sla.clock`, instants are whole seconds since 1970 UTC and days are days since 1970: the
arithmetic is on integers, and datetimes appear only where a caller gives or takes one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAY = 86_400
DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Openings are worked out for this many days at once and kept. A power of two, for no deeper reason.
BLOCK = 128 * DAY
# How often a zone is asked for its offset while looking for changes; a change found is then pinned to the second.
# No zone has ever changed twice within four days.
PROBE = 6 * 3600
# Offsets are asked for inside these bounds only, so that local time stays within the years 1 and 9999.
EARLIEST = -62_135_596_800 + 2 * DAY
LATEST = 253_402_300_799 - 2 * DAY

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Names that exist in a zone folder and say nothing about a place.
_NOT_ZONES = {"localtime", "posixrules", "Factory"}

Minutes = tuple[tuple[int, int], ...]
"""Half-open stretches of one local date, in minutes since its midnight: sorted, apart, none empty."""


class CalendarError(ValueError):
    """A calendar that cannot be: the message says which part and why."""


@dataclass(frozen=True)
class Openings:
    """The open stretches of one block of time: starts, ends, and open seconds before each stretch."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Calendar:
    """When the desk is open: an IANA zone, seven lists of minutes from Monday on, and dates that differ.

    Made by `parse`, which validates; equal calendars are equal values. `exceptions` is keyed by days since 1970.
    """

    zone: str
    weekly: tuple[Minutes, ...]
    exceptions: Mapping[int, Minutes] = field(default_factory=dict)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.zone, self.weekly, tuple(sorted(self.exceptions.items()))))

    @cached_property
    def is_always(self) -> bool:
        """Return whether time is plain elapsed seconds: every day whole, no date that differs."""
        whole = ((0, DAY_MINUTES),)
        return all(day == whole for day in self.weekly) and all(day == whole for day in self.exceptions.values())

    def minutes_on(self, day: int) -> Minutes:
        """Return the stretches of a local date, given in days since 1970."""
        if day in self.exceptions:
            return self.exceptions[day]
        return self.weekly[(day + 3) % 7]  # 1 January 1970 was a Thursday


ALWAYS = Calendar("UTC", (((0, DAY_MINUTES),),) * 7)


# --- Reading a calendar -----------------------------------------------------------------------------


def parse(content: Any) -> Calendar:
    """Return the calendar that JSON content describes. Raises CalendarError.

    `{"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": {"2025-12-25": []}}`;
    an end may be "24:00", and a weekly interval whose end is not after its start crosses midnight.
    """
    try:
        return _parse(json.dumps(content, sort_keys=True))
    except TypeError as error:
        raise CalendarError("A calendar is made of text, lists and objects.") from error


@lru_cache(maxsize=1024)
def _parse(content: str) -> Calendar:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise CalendarError("A calendar is an object with zone, weekly and exceptions.")
    zone = zone_of(found.get("zone")).key
    weekly = _weekly(found.get("weekly"))
    if not any(weekly):
        raise CalendarError("A calendar needs at least one weekly interval.")
    return Calendar(zone, weekly, _exceptions(found.get("exceptions")))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(name: Any) -> ZoneInfo:
    """Return the zone of an IANA name. Raises CalendarError."""
    if not isinstance(name, str) or not name or name in _NOT_ZONES or name.startswith(("posix/", "right/")):
        raise CalendarError(f"{name!r} is not the name of a time zone.")
    try:
        return _zone(name)
    except (ValueError, OSError, LookupError) as error:  # what zoneinfo raises for odd, broken and unknown names
        raise CalendarError(f"{name!r} is not the name of a time zone.") from error


def _weekly(found: Any) -> tuple[Minutes, ...]:
    if not isinstance(found, dict):
        raise CalendarError("weekly is an object of weekdays, mon to sun.")
    unknown = set(found) - set(WEEKDAYS)
    if unknown:
        raise CalendarError(f"weekly has no day named {', '.join(sorted(unknown))}.")
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for index, name in enumerate(WEEKDAYS):
        for start, end in _intervals(found.get(name, []), name):
            if end > start:
                days[index].append((start, end))
            else:
                days[index].append((start, DAY_MINUTES))
                days[(index + 1) % 7].append((0, end))
    return tuple(merged(day) for day in days)


def _exceptions(found: Any) -> dict[int, Minutes]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CalendarError("exceptions is an object of dates.")
    days = {}
    for name, intervals in found.items():
        pairs = list(_intervals(intervals, name))
        for start, end in pairs:
            if end <= start:
                raise CalendarError(f"{name}: an interval of a single date ends after its start, at 24:00 the latest.")
        days[_day(name)] = merged(pairs)
    return days


def _day(name: str) -> int:
    if not _DATE.fullmatch(name):
        raise CalendarError(f"{name!r} is not a date such as 2025-12-24.")
    try:
        return day_of(date.fromisoformat(name))
    except ValueError as error:
        raise CalendarError(f"{name!r} is not a date.") from error


def _intervals(found: Any, where: str) -> Iterator[tuple[int, int]]:
    if not isinstance(found, list):
        raise CalendarError(f"{where}: intervals are a list of [start, end].")
    for pair in found:
        if not isinstance(pair, list) or len(pair) != 2:
            raise CalendarError(f"{where}: an interval is [start, end].")
        start, end = minutes(pair[0], where), minutes(pair[1], where)
        if start == DAY_MINUTES:
            raise CalendarError(f"{where}: only an end may be 24:00.")
        yield start, end


def minutes(text: Any, where: str = "time") -> int:
    """Return "09:30" as minutes of the day, "24:00" as its end. Raises CalendarError."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise CalendarError(f"{where}: {text!r} is not a time such as 09:00.")
    hour, minute = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(hour) * 60 + int(minute)


def merged(pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return half-open stretches sorted, with those that overlap or touch made one and empty ones left out."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


# --- The wall rule ----------------------------------------------------------------------------------


def day_of(local: date) -> int:
    """Return a date as days since 1970."""
    return local.toordinal() - 719_163


def seconds_of(instant: datetime) -> int:
    """Return an instant as seconds since 1970, cut to whole ones. Raises ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its zone.")
    return (instant - _EPOCH) // _SECOND


def instant_of(seconds: int) -> datetime:
    """Return the UTC datetime of seconds since 1970. Raises OverflowError beyond the year 9999."""
    return _EPOCH + timedelta(seconds=seconds)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def offset_at(zone: str, seconds: int) -> int:
    """Return how far local time is ahead of UTC at an instant, in seconds."""
    local = instant_of(max(EARLIEST, min(seconds, LATEST))).astimezone(_zone(zone))
    offset = local.utcoffset()
    assert offset is not None
    return offset // _SECOND


@lru_cache(maxsize=8192)
def offsets_in(zone: str, block: int) -> tuple[tuple[int, int, int], ...]:
    """Return the stretches of constant offset in a block: start, end (seconds, half-open), offset."""
    start, end = block * BLOCK, (block + 1) * BLOCK
    stretches = []
    since, offset = start, offset_at(zone, start)
    for probe in range(start + PROBE, end + PROBE, PROBE):
        at = min(probe, end)
        later = offset_at(zone, at)
        if later == offset:
            continue
        low, high = at - PROBE, at  # the offset is the old one at low, the new one at high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset_at(zone, middle) == offset else (low, middle)
        if high >= end:
            break
        stretches.append((since, high, offset))
        since, offset = high, later
    stretches.append((since, end, offset))
    return tuple(stretches)


@lru_cache(maxsize=8192)
def openings_in(calendar: Calendar, block: int) -> Openings:
    """Return when the desk is open in a block of BLOCK seconds since 1970, by the wall rule.

    1. Cut the block where the zone's offset changes: within each piece the local clock runs evenly.
    2. Walk the local dates that the piece shows, and shift their stretches back to UTC.
    3. Keep what lies inside the piece. Skipped local times lie in no piece, repeated ones in two.
    """
    found: list[tuple[int, int]] = []
    for start, end, offset in offsets_in(calendar.zone, block):
        for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            midnight = day * DAY - offset
            for opens, closes in calendar.minutes_on(day):
                found.append((max(start, midnight + opens * 60), min(end, midnight + closes * 60)))
    stretches = merged(found)
    before, total = [], 0
    for opens, closes in stretches:
        before.append(total)
        total += closes - opens
    return Openings(
        tuple(opens for opens, _closes in stretches),
        tuple(closes for _opens, closes in stretches),
        tuple(before),
        total,
    )
