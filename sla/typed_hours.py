"""Hours as a person types them: "09:00–12:00, 13:00–17:00" to what a calendar holds, and back."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sla.calendars import DAY_MINUTES, CalendarError, minutes, zone_of

Intervals = list[list[str]]
"""What a calendar's content holds for a day: [["09:00", "17:00"]]; an empty list is a closed day."""

MOST_CHARACTERS = 200
MOST_INTERVALS = 12
ALL_DAY: Intervals = [["00:00", "24:00"]]

_TIME = r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))? ?(am|pm|a\.m\.|p\.m\.)?"
_INTERVAL = re.compile(rf"{_TIME} ?- ?{_TIME}(?![^\s,;/&])")
_DASHES = re.compile(r"[‐‑‒–—−~]|\b(?:to|until|till|bis)\b")
_BETWEEN = re.compile(r"(?:[\s,;/&]|\b(?:and|und)\b)+")
_CLOSED = {"", "-", "closed", "geschlossen", "zu", "none"}


def intervals_of(text: str, *, may_cross_midnight: bool = True) -> Intervals:
    """Return the intervals that somebody typed; none for "closed" or nothing at all.

    Read are all dashes, "9-17", "9.30 to 12", "0930-1730", "9 am - 5 pm" and "22:00–06:00", which goes on past
    midnight. Midnight as an end is 24:00. Raises ValidationError with what could not be read, and the way out.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(_("Write at most %(count)s characters.") % {"count": MOST_CHARACTERS})
    typed = " ".join(_DASHES.sub("-", text.lower()).split())
    if typed in _CLOSED or typed == _("closed").lower():
        return []
    if typed in {"24 h", "24h", "all day", _("all day").lower()}:
        return [list(pair) for pair in ALL_DAY]
    found: Intervals = []
    at = 0
    while at < len(typed):
        if gap := _BETWEEN.match(typed, at):
            at = gap.end()
            continue
        read = _INTERVAL.match(typed, at)
        if read is None:
            raise ValidationError(
                _("“%(text)s” is no interval. Write a start and an end, such as 09:00–17:00, or “closed”.")
                % {"text": re.split("[,;/&]", typed[at:])[0].strip()}
            )
        found.append(_pair(*_times(read), read[0].strip(), may_cross_midnight=may_cross_midnight))
        at = read.end()
    if len(found) > MOST_INTERVALS:
        raise ValidationError(_("Write at most %(count)s intervals a day.") % {"count": MOST_INTERVALS})
    return found


def _times(read: "re.Match[str]") -> tuple[int, int]:
    start = _minutes(read[1], read[2], read[3])
    end = _minutes(read[4], read[5], read[6])
    return start, end or DAY_MINUTES


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    hours, rest = int(hour), int(minute or 0)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    elif half:
        hours = 99
    if hours * 60 + rest > DAY_MINUTES or rest > 59:
        raise ValidationError(
            _("There is no time “%(time)s”. Write one from 00:00 to 24:00.")
            % {"time": hour + (f":{minute}" if minute else "") + (f" {half}" if half else "")}
        )
    return hours * 60 + rest


def _pair(start: int, end: int, text: str, *, may_cross_midnight: bool) -> list[str]:
    if start == DAY_MINUTES:
        raise ValidationError(_("“%(text)s” starts at 24:00. Write 00:00 on the next day.") % {"text": text})
    if end <= start and not may_cross_midnight:
        raise ValidationError(
            _(
                "“%(text)s” goes on past midnight, which a single date cannot. End it at 24:00, and give the next date "
                "a row of its own that starts at 00:00."
            )
            % {"text": text}
        )
    return [clock_text(start), clock_text(end)]


def clock_text(minute: int) -> str:
    """Return a minute of the day as "09:30", its end as "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def text_of(intervals: Iterable[Iterable[str]]) -> str:
    """Return intervals as they are typed: "09:00–12:00, 13:00–17:00"; nothing for a closed day."""
    return ", ".join("–".join(pair) for pair in intervals)


def words_of(intervals: Iterable[Iterable[str]], next_day: str = "") -> str:
    """Return intervals to read: "closed", "22:00–06:00 (ends Tue 06:00)" with the name of the next weekday."""
    pairs = [tuple(pair) for pair in intervals]
    if not pairs:
        return _("closed")
    if pairs == [("00:00", "24:00")]:
        return _("all day")
    words = []
    for start, end in pairs:
        words.append(f"{start}–{end}")
        if next_day and minutes(end) <= minutes(start):
            words[-1] += " " + _("(ends %(day)s %(time)s)") % {"day": next_day, "time": end}
    return ", ".join(words)


# --- Zones ------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the zones to choose from: places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS and "/" in name))


_AREAS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


def zone_named(text: str) -> str:
    """Return the IANA zone that somebody means: "europe/berlin", "new york" and "Berlin" will do.

    Raises ValidationError with the names that come near.
    """
    typed = text.strip()
    try:
        return zone_of(typed).key
    except CalendarError:
        pass
    wanted = typed.lower().replace(" ", "_")
    names = {name.lower(): name for name in zone_names()}
    cities: dict[str, list[str]] = {}
    for name in zone_names():
        cities.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    if wanted in names:
        return names[wanted]
    if len(cities.get(wanted, [])) == 1:
        return cities[wanted][0]
    near = [names[name] for name in difflib.get_close_matches(wanted, names, n=3)]
    near += [name for city in difflib.get_close_matches(wanted, cities, n=3) for name in cities[city]]
    if near := list(dict.fromkeys(near))[:3]:
        raise ValidationError(
            _("“%(text)s” is no time zone. Did you mean %(names)s?") % {"text": typed, "names": _(" or ").join(near)}
        )
    raise ValidationError(_("“%(text)s” is no time zone. Write a name such as Europe/Berlin.") % {"text": typed})
