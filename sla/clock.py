"""Counting open time (sla.md, section 2): pure functions of a calendar and instants. No Django, no clock.

Instants are aware datetimes, cut to whole seconds; answers are UTC. Laws, for all values:
`between(start, add(start, n)) == n` and `between(a, b) + between(b, c) == between(a, c)` for a <= b <= c.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sla.calendars import BLOCK, Calendar, instant_of, merged, openings_in, seconds_of, zone_of

YEARS = 12


class NeverOpen(ValueError):
    """The calendar does not have that much open time within twelve years."""


def between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Return the open seconds in [a, b); 0 if b is not after a."""
    return _between(calendar, seconds_of(a), seconds_of(b))


def add(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """Return the earliest instant at which so many open seconds have passed since start.

    Nothing to wait for is answered with the start itself. Raises NeverOpen where there is no answer within
    twelve years, ValueError for a negative number of seconds.
    """
    since = seconds_of(start)
    return instant_of(_add(calendar, since, seconds, _horizon(since)))


def add_with_pauses(
    calendar: Calendar, start: datetime, seconds: int, pauses: Iterable[tuple[datetime, datetime]]
) -> datetime:
    """Return the same for a clock that stands during each pause [from, to), in whatever order they come.

    Pauses may overlap, and may lie before the start. The twelve years count from where the clock last began
    to run. Raises NeverOpen; ValueError for a pause that ends before it starts, or negative seconds.
    """
    at, left = seconds_of(start), seconds
    stretches = [(seconds_of(begin), seconds_of(end)) for begin, end in pauses]
    if any(end < begin for begin, end in stretches):
        raise ValueError("A pause ends before it starts.")
    if left == 0:
        return instant_of(at)
    for begin, end in merged(stretches):
        if end <= at:
            continue
        if begin > at:
            try:
                due = _add(calendar, at, left, _horizon(at))
            except NeverOpen:
                if begin > _horizon(at):
                    raise
            else:
                if due <= begin:
                    return instant_of(due)
            left -= _between(calendar, at, begin)
        at = end
    return instant_of(_add(calendar, at, left, _horizon(at)))


def due(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """Return the same as `add`, with the end of the twelve years where `add` finds no answer.

    For what runs inside somebody's act: a target that was set wrong must not keep a customer from writing.
    """
    try:
        return add(calendar, start, seconds)
    except NeverOpen:
        return instant_of(_horizon(seconds_of(start)))


def open_spans(calendar: Calendar, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open stretches within [a, b), in order and clipped to it; touching ones come as one."""
    start, end = seconds_of(a), seconds_of(b)
    if calendar.is_always and start < end:
        yield instant_of(start), instant_of(end)
        return
    held: tuple[int, int] | None = None
    for block in range(start // BLOCK, (end - 1) // BLOCK + 1 if start < end else start // BLOCK):
        openings = openings_in(calendar, block)
        for opens, closes in zip(openings.starts, openings.ends, strict=True):
            opens, closes = max(opens, start), min(closes, end)
            if opens >= closes:
                continue
            if held and held[1] == opens:
                held = (held[0], closes)
                continue
            if held:
                yield instant_of(held[0]), instant_of(held[1])
            held = (opens, closes)
    if held:
        yield instant_of(held[0]), instant_of(held[1])


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether the desk is open at an instant."""
    return _between(calendar, seconds_of(at), seconds_of(at) + 1) == 1


def opens_at(calendar: Calendar, at: datetime) -> datetime:
    """Return the first instant not before `at` at which the desk is open. Raises NeverOpen."""
    return add(calendar, at, 1) - timedelta(seconds=1)


def local_to_instant(zone: str, typed: datetime, fold: int = 0) -> datetime:
    """Return the instant, UTC, that a person means who types a local time (without zone) in a time zone.

    In a gap it is moved forward by the gap's length. In a fold it is the first of the two, or the second with
    `fold=1`, which elsewhere says nothing. Raises ValueError (CalendarError) for a time with a zone, an
    unknown zone, or a fold that is neither 0 nor 1.
    """
    if typed.tzinfo is not None:
        raise ValueError("A local time is typed without a zone.")
    if fold not in (0, 1):
        raise ValueError("A fold is 0 or 1.")
    local = typed.replace(microsecond=0, tzinfo=zone_of(zone))
    first, second = local.replace(fold=0), local.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None and after is not None
    # Only in a fold is the second reading the later one; in a gap it would move the time back.
    return (second if fold and after < before else first).astimezone(UTC)


# --- The same on whole seconds since 1970 -------------------------------------------------------------


def _horizon(start: int) -> int:
    at = instant_of(start)
    try:
        return seconds_of(at.replace(year=at.year + YEARS))
    except ValueError:
        if at.year + YEARS > 9999:
            return seconds_of(datetime.max.replace(tzinfo=UTC))
        return seconds_of(at.replace(year=at.year + YEARS, month=3, day=1))  # 29 February


def _between(calendar: Calendar, a: int, b: int) -> int:
    if b <= a:
        return 0
    if calendar.is_always:
        return b - a
    first, last = a // BLOCK, b // BLOCK
    if first == last:
        return _until(calendar, b) - _until(calendar, a)
    whole = sum(openings_in(calendar, block).total for block in range(first, last))
    return whole - _until(calendar, a) + _until(calendar, b)


def _until(calendar: Calendar, at: int) -> int:
    """Return the open seconds from the beginning of the instant's block up to it."""
    openings = openings_in(calendar, at // BLOCK)
    index = bisect_right(openings.starts, at) - 1
    if index < 0:
        return 0
    return openings.before[index] + min(at, openings.ends[index]) - openings.starts[index]


def _add(calendar: Calendar, start: int, seconds: int, horizon: int) -> int:
    if seconds < 0:
        raise ValueError("Seconds to add are not negative.")
    if seconds == 0:
        return start
    if calendar.is_always:
        due = start + seconds
    else:
        wanted = seconds + _until(calendar, start)
        block = start // BLOCK
        while (openings := openings_in(calendar, block)).total < wanted:
            wanted -= openings.total
            block += 1
            if block * BLOCK > horizon:
                raise NeverOpen(_NEVER)
        # The last stretch with less than the wanted seconds before it is where they are reached.
        index = bisect_left(openings.before, wanted) - 1
        due = openings.starts[index] + wanted - openings.before[index]
    if due > horizon:
        raise NeverOpen(_NEVER)
    return due


_NEVER = "The calendar does not have that much open time within twelve years."
