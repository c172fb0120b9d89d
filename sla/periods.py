"""The pure part of reports (sla.md, section 8): days and weeks of a reader's zone, shares, percentiles. No Django.

A period is whole local days, half-open in UTC: a verdict belongs to the day that the reader's clock then shows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sla.clock import local_to_instant

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# So many weeks are told apart in one statement and fit a page: two years.
LONGEST = timedelta(days=731)


@dataclass(frozen=True)
class Period:
    """Local dates from `first` to `last`, both included, in an IANA zone."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        """Return the first instant that counts, UTC."""
        return start_of(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """Return the instant, UTC, at which the period is over: itself it does not count."""
        return start_of(self.last + DAY, self.zone)

    def weeks(self) -> list["Period"]:
        """Return the period in weeks from Monday to Sunday; the first and the last may be shorter."""
        return list(self._weeks())

    def _weeks(self) -> Iterator["Period"]:
        monday = monday_of(self.first)
        while monday <= self.last:
            yield Period(max(self.first, monday), min(self.last, monday + WEEK - DAY), self.zone)
            monday += WEEK

    def week_of(self, monday: date) -> "Period | None":
        """Return the part of the period that lies in the week of a Monday, if any does."""
        first, last = max(self.first, monday), min(self.last, monday + WEEK - DAY)
        return Period(first, last, self.zone) if monday.weekday() == 0 and first <= last else None


def monday_of(day: date) -> date:
    """Return the Monday of a date's ISO week."""
    return day - timedelta(days=day.weekday())


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and last date of a date's quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    beyond = date(day.year + 1, 1, 1) if first.month == 10 else date(day.year, first.month + 3, 1)
    return first, beyond - DAY


def start_of(day: date, zone: str) -> datetime:
    """Return the instant, UTC, at which a local date begins: midnight, by the rule for typed times of section 1."""
    return local_to_instant(zone, datetime.combine(day, time()))


@dataclass(frozen=True)
class Tally:
    """Verdicts: how many promises were kept (met), and how many not (breached)."""

    met: int = 0
    breached: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.met + other.met, self.breached + other.breached)

    @property
    def decided(self) -> int:
        """Return how many verdicts there are."""
        return self.met + self.breached

    @property
    def percent(self) -> float | None:
        """Return attainment, rounded down to a tenth: 99.96 % is not all. None without a verdict: no data."""
        return self.met * 1000 // self.decided / 10 if self.decided else None


def quantile_places(count: int, percent: int) -> tuple[int, int, float]:
    """Return the two places (from 0) in the sorted values between which a percentile lies, and how far along.

    Linear interpolation, as PostgreSQL's `percentile_cont`, numpy's default and `statistics.quantiles(…, inclusive)`.
    """
    place = (count - 1) * percent / 100
    low = math.floor(place)
    return low, min(low + 1, count - 1), place - low


def quantile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of sorted values. Raises IndexError without any."""
    low, high, along = quantile_places(len(values), percent)
    return values[low] + (values[high] - values[low]) * along
