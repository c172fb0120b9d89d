"""Days and weeks of a reader's zone, shares and percentiles: the pure part of reports."""

import random
import statistics
from datetime import UTC, date, datetime, timedelta

import pytest

from sla.periods import Period, Tally, quantile, quarter_of


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "first", "last", "since", "until"),
    [
        ("UTC", "2025-06-02", "2025-06-08", "2025-06-02T00:00", "2025-06-09T00:00"),
        # The week in which New York's clocks jump forward has 167 hours, the other one 169.
        ("America/New_York", "2025-03-03", "2025-03-09", "2025-03-03T05:00", "2025-03-10T04:00"),
        ("America/New_York", "2025-10-27", "2025-11-02", "2025-10-27T04:00", "2025-11-03T05:00"),
        # Midnight was skipped: the day begins when the gap ends.
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15", "2017-10-15T03:00", "2017-10-16T02:00"),
    ],
)
def test_a_period_is_whole_days_of_the_readers_clock(zone, first, last, since, until):
    period = Period(date.fromisoformat(first), date.fromisoformat(last), zone)
    assert (period.since, period.until) == (at(since), at(until))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
def test_weeks_run_from_monday_to_sunday_and_leave_no_instant_out(zone):
    period = Period(date(2025, 2, 19), date(2025, 11, 4), zone)
    weeks = period.weeks()
    assert (weeks[0].since, weeks[-1].until) == (period.since, period.until)
    assert all(before.until == after.since for before, after in zip(weeks, weeks[1:], strict=False))
    assert all(week.first.weekday() == 0 for week in weeks[1:])
    assert period.week_of(date(2025, 2, 17)) == weeks[0]
    assert period.week_of(date(2025, 2, 18)) is None  # no Monday
    assert period.week_of(date(2025, 11, 10)) is None


def test_a_quarter_begins_and_ends_where_the_year_says():
    assert quarter_of(date(2025, 3, 31)) == (date(2025, 1, 1), date(2025, 3, 31))
    assert quarter_of(date(2025, 12, 24)) == (date(2025, 10, 1), date(2025, 12, 31))


def test_no_verdict_is_no_data_and_nearly_all_is_not_all():
    assert Tally().percent is None
    assert Tally(2999, 1).percent == 99.9
    assert (Tally(1, 2) + Tally(2, 0)).percent == 60.0


def test_percentiles_are_those_of_the_standard_library():
    chance = random.Random(7)
    for _ in range(200):
        values = sorted(chance.randrange(10**6) for _ in range(chance.randrange(2, 60)))
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        for percent in (50, 90):
            assert quantile(values, percent) == pytest.approx(cuts[percent - 1], abs=1e-6)
    assert quantile([5], 90) == 5
    assert timedelta(seconds=quantile([1, 2], 50)) == timedelta(seconds=1.5)
