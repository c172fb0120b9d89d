"""Edges of the arithmetic; the worked examples are in test_examples.py, the laws in test_laws.py."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from sla.calendars import WEEKDAYS, CalendarError, parse
from sla.clock import NeverOpen, add, add_with_pauses, between, due, is_open, local_to_instant, open_spans, opens_at
from tests.sla.test_examples import CALENDARS
from tests.sla.test_laws import is_open as is_open_on_the_wall


def utc(text):
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def hours(count):
    return count * 3600


def weekly(days, *intervals):
    return {day: [list(interval) for interval in intervals] for day in days}


def test_a_pause_moves_the_due_time_as_in_worked_example_23():
    pauses = [(utc("2025-06-02T10:00Z"), utc("2025-06-03T09:00Z"))]
    assert add_with_pauses(CALENDARS["B"], utc("2025-06-02T07:00Z"), hours(8), pauses) == utc("2025-06-03T14:00Z")


def test_a_promise_used_up_when_the_pause_begins_is_due_then():
    start = utc("2025-06-02T07:00Z")
    pauses = [(utc("2025-06-02T15:00Z"), utc("2025-06-05T09:00Z")), (start, start)]
    assert add_with_pauses(CALENDARS["B"], start, hours(8), pauses) == utc("2025-06-02T15:00Z")


def test_overlapping_pauses_count_once_in_whatever_order_they_come():
    pauses = [
        (utc("2025-06-02T10:00Z"), utc("2025-06-02T12:00Z")),
        (utc("2025-06-02T09:00Z"), utc("2025-06-02T11:00Z")),
        (utc("2025-06-02T09:30Z"), utc("2025-06-02T09:45Z")),
    ]
    assert add_with_pauses(CALENDARS["A"], utc("2025-06-02T08:00Z"), hours(2), pauses) == utc("2025-06-02T13:00Z")


def test_a_pause_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        add_with_pauses(
            CALENDARS["A"], utc("2025-06-02T08:00Z"), 60, [(utc("2025-06-02T10:00Z"), utc("2025-06-02T09:00Z"))]
        )


def test_where_add_gives_up_due_is_twelve_years_off():
    start = utc("2024-02-29T08:00Z")
    assert due(CALENDARS["E"], start, 10**9) == utc("2036-02-29T08:00Z")
    assert due(CALENDARS["B"], utc("2025-06-02T07:00Z"), hours(8)) == utc("2025-06-02T15:00Z")


@pytest.mark.parametrize("name", list(CALENDARS))
def test_open_spans_are_apart_and_sum_up(name):
    start, end = utc("2025-03-01T00:30Z"), utc("2025-11-30T12:00Z")
    spans = list(open_spans(CALENDARS[name], start, end))
    assert sum((b - a).total_seconds() for a, b in spans) == between(CALENDARS[name], start, end)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert list(open_spans(CALENDARS[name], end, start)) == []


@pytest.mark.parametrize("zone", ["Africa/Monrovia", "Europe/Amsterdam", "Asia/Kathmandu", "America/Caracas"])
def test_offsets_with_odd_seconds_are_exact(zone):
    """Offsets were not always whole minutes; around each change the wall is read second by second."""
    content = {"zone": zone, "weekly": weekly(WEEKDAYS, ("00:15", "00:45"), ("12:00", "13:00")), "exceptions": {}}
    for near in ("1972-01-07T00:44:30Z", "1937-06-30T23:40:28Z", "1985-12-31T18:30Z", "1964-12-31T23:59Z"):
        start = utc(near) - timedelta(seconds=1500)
        counted = sum(is_open_on_the_wall(content, start + timedelta(seconds=n)) for n in range(3000))
        assert between(parse(content), start, start + timedelta(seconds=3000)) == counted


# --- Edges ----------------------------------------------------------------------------------------------


def test_nothing_to_wait_for_is_due_at_once():
    closed = utc("2025-06-01T12:00Z")
    assert add(CALENDARS["B"], closed, 0) == closed
    assert add_with_pauses(CALENDARS["B"], closed, 0, [(closed, closed + timedelta(days=1))]) == closed


def test_microseconds_are_cut():
    assert add(CALENDARS["A"], utc("2025-06-02T08:00:00.999Z"), 60) == utc("2025-06-02T08:01Z")


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        between(CALENDARS["A"], datetime(2025, 6, 2), utc("2025-06-02T08:00Z"))  # noqa: DTZ001


def test_negative_seconds_are_refused():
    with pytest.raises(ValueError, match="negative"):
        add(CALENDARS["B"], utc("2025-06-02T08:00Z"), -1)


@pytest.mark.parametrize("calendar", ["A", "E"])
def test_twelve_years_are_the_limit(calendar):
    start = utc("2025-06-02T08:00Z")
    reachable = between(CALENDARS[calendar], start, utc("2037-06-02T08:00Z"))
    assert add(CALENDARS[calendar], start, reachable) <= utc("2037-06-02T08:00Z")
    with pytest.raises(NeverOpen):
        add(CALENDARS[calendar], start, reachable + 1)


def test_opening_hours_that_only_exist_in_gaps_are_never_open():
    content = {
        "zone": "Europe/Berlin",
        "weekly": weekly(["sun"], ("02:00", "03:00")),
        "exceptions": {
            (datetime(2025, 1, 5, tzinfo=UTC) + timedelta(days=7 * n)).date().isoformat(): []
            for n in range(52 * 13)
            if n != 12
        },
    }
    with pytest.raises(NeverOpen):
        add(parse(content), utc("2025-01-01T00:00Z"), 1)


def test_an_open_day_of_the_year_is_found_quickly():
    content = {"zone": "Asia/Kathmandu", "weekly": weekly(["fri"], ("00:00", "00:01"))}
    calendar, start = parse(content), utc("2025-01-01T00:00Z")
    began = time.perf_counter()
    assert add(calendar, start, 60 * 600) > utc("2036-01-01T00:00Z")
    assert time.perf_counter() - began < 0.5
    began = time.perf_counter()
    for _ in range(1000):
        add(calendar, start, 60 * 600)
    assert time.perf_counter() - began < 0.5


def test_open_now_and_opens_at():
    assert is_open(CALENDARS["B"], utc("2025-06-02T07:00Z"))
    assert not is_open(CALENDARS["B"], utc("2025-06-02T15:00Z"))
    assert opens_at(CALENDARS["B"], utc("2025-06-06T15:00Z")) == utc("2025-06-09T07:00Z")
    assert opens_at(CALENDARS["B"], utc("2025-06-02T08:30Z")) == utc("2025-06-02T08:30Z")


@pytest.mark.parametrize(
    ("zone", "typed", "fold", "instant"),
    [
        ("Europe/Berlin", "2025-06-02T09:00:00", 0, "2025-06-02T07:00Z"),
        ("Europe/Berlin", "2025-03-30T02:30:00", 0, "2025-03-30T01:30Z"),  # a gap: 03:30 is meant
        ("Europe/Berlin", "2025-03-30T02:30:00", 1, "2025-03-30T01:30Z"),  # a fold is no answer to a gap
        ("Europe/Berlin", "2025-10-26T02:30:00", 0, "2025-10-26T00:30Z"),  # a fold: the first
        ("Europe/Berlin", "2025-10-26T02:30:00", 1, "2025-10-26T01:30Z"),
        ("Europe/Berlin", "2025-06-02T09:00:00", 1, "2025-06-02T07:00Z"),
        ("Australia/Lord_Howe", "2024-10-06T02:10:00", 0, "2024-10-05T15:40Z"),  # half an hour is skipped
        ("Pacific/Apia", "2011-12-30T10:00:00", 0, "2011-12-30T20:00Z"),  # a whole date is skipped
    ],
)
def test_a_typed_time_is_taken_as_people_mean_it(zone, typed, fold, instant):
    assert local_to_instant(zone, datetime.fromisoformat(typed), fold) == utc(instant)


def test_a_typed_time_has_no_zone_and_a_real_fold():
    with pytest.raises(ValueError, match="without a zone"):
        local_to_instant("UTC", utc("2025-06-02T08:00Z"))
    with pytest.raises(ValueError, match="fold"):
        local_to_instant("UTC", datetime(2025, 6, 2), 2)  # noqa: DTZ001
    with pytest.raises(CalendarError):
        local_to_instant("Mars/Olympus", datetime(2025, 6, 2))  # noqa: DTZ001


def test_the_order_of_keys_does_not_make_another_calendar():
    one = {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": {"2025-12-25": []}}
    other = {key: one[key] for key in reversed(one)}
    assert parse(one) == parse(other)
    assert hash(parse(one)) == hash(parse(other))
