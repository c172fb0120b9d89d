import pytest

from sla.calendars import WEEKDAYS, CalendarError, day_of, parse
from tests.sla.test_clock import utc, weekly
from tests.sla.test_examples import CALENDARS


def calendar(**changes):
    return {"zone": "UTC", "weekly": weekly(["mon"], ("09:00", "17:00")), **changes}


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "UTC",
        {},
        calendar(zone="Mars/Olympus"),
        calendar(zone="../../etc/passwd"),
        calendar(zone="localtime"),
        calendar(zone=""),
        calendar(zone=5),
        calendar(weekly={}),
        calendar(weekly={"mon": []}),
        calendar(weekly={"monday": [["09:00", "17:00"]]}),
        calendar(weekly=[["09:00", "17:00"]]),
        calendar(weekly={"mon": [["9:00", "17:00"]]}),
        calendar(weekly={"mon": [["09:00", "24:01"]]}),
        calendar(weekly={"mon": [["24:00", "06:00"]]}),
        calendar(weekly={"mon": [["09:60", "17:00"]]}),
        calendar(weekly={"mon": [["٠٩:00", "17:00"]]}),
        calendar(weekly={"mon": [["09:00"]]}),
        calendar(weekly={"mon": [[540, 1020]]}),
        calendar(weekly={"mon": "09:00"}),
        calendar(exceptions={"2025-12-24": [["22:00", "06:00"]]}),
        calendar(exceptions={"2025-12-24": [["09:00", "09:00"]]}),
        calendar(exceptions={"2025-02-30": []}),
        calendar(exceptions={"24.12.2025": []}),
        calendar(exceptions=[]),
    ],
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(CalendarError):
        parse(content)


def test_a_night_is_split_at_midnight_and_its_tail_is_the_next_days():
    found = parse(calendar(weekly=weekly(["sun"], ("22:00", "06:00"))))
    assert found.weekly[6] == ((22 * 60, 1440),)
    assert found.weekly[0] == ((0, 360),)


def test_an_interval_that_ends_where_it_starts_lasts_a_day():
    found = parse(calendar(weekly=weekly(["mon"], ("09:00", "09:00"))))
    assert found.weekly[0] == ((540, 1440),)
    assert found.weekly[1] == ((0, 540),)


def test_overlapping_intervals_are_one():
    found = parse(calendar(weekly=weekly(["mon"], ("13:00", "18:00"), ("09:00", "13:00"), ("10:00", "11:00"))))
    assert found.weekly[0] == ((540, 1080),)


def test_an_exception_replaces_its_date_tails_included():
    night = parse(calendar(weekly=weekly(WEEKDAYS, ("22:00", "06:00")), exceptions={"2025-06-03": []}))
    assert night.minutes_on(day_of(utc("2025-06-03T00:00Z").date())) == ()
    # Its own tail, on the morning after, belongs to the next date and stays.
    assert night.minutes_on(day_of(utc("2025-06-04T00:00Z").date())) == ((0, 360), (22 * 60, 1440))


def test_only_whole_days_without_exceptions_are_always_open():
    assert CALENDARS["A"].is_always
    assert not CALENDARS["B"].is_always
    always = weekly(WEEKDAYS, ("00:00", "00:00"))
    assert parse(calendar(zone="Pacific/Apia", weekly=always)).is_always
    assert not parse(calendar(weekly=always, exceptions={"2025-12-25": []})).is_always
