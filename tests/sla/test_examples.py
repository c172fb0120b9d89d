"""The worked examples of sla.md, section 9, that are arithmetic."""

from datetime import UTC, datetime

import pytest

from sla.calendars import Calendar, parse
from sla.clock import add, between

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
EVERY_DAY = [*WORKDAYS, "sat", "sun"]


def calendar(zone: str, days: list[str], *intervals: tuple[str, str], exceptions=None) -> Calendar:
    return parse(
        {
            "zone": zone,
            "weekly": {day: [list(i) for i in intervals] for day in days},
            "exceptions": exceptions or {},
        }
    )


CALENDARS = {
    "A": calendar("UTC", EVERY_DAY, ("00:00", "24:00")),
    "B": calendar("Europe/Berlin", WORKDAYS, ("09:00", "17:00"),
                  exceptions={"2025-12-24": [["09:00", "12:00"]], "2025-12-25": [], "2025-12-26": []}),
    "Y": calendar("America/New_York", WORKDAYS, ("09:00", "12:00"), ("13:00", "18:00")),
    "N": calendar("America/New_York", EVERY_DAY, ("22:00", "06:00")),
    "E": calendar("America/New_York", ["sun"], ("02:30", "04:00")),
    "G": calendar("America/New_York", ["sun"], ("01:30", "03:30")),
    "H": calendar("Australia/Lord_Howe", ["sun"], ("01:00", "05:00")),
    "S": calendar("America/Sao_Paulo", ["sat"], ("20:00", "24:00")),
    "W": calendar("Pacific/Apia", WORKDAYS, ("09:00", "17:00")),
    "C": calendar("Africa/Casablanca", EVERY_DAY, ("02:15", "03:45")),
    "K": calendar("Asia/Kathmandu", ["sun", "mon", "tue", "wed", "thu", "fri"], ("10:00", "17:00")),
}  # fmt: skip
HOUR = 3600
ADD = [
    (1, "A", "2025-03-28T16:00:00", 48 * HOUR, "2025-03-30T16:00:00"),
    (2, "B", "2025-03-28T15:30:00", 2 * HOUR, "2025-03-31T08:30:00"),
    (3, "B", "2025-10-24T14:30:00", 2 * HOUR, "2025-10-27T09:30:00"),
    (4, "B", "2025-06-02T07:00:00", 8 * HOUR, "2025-06-02T15:00:00"),
    (5, "B", "2025-06-02T07:00:00", 8 * HOUR + 1, "2025-06-03T07:00:01"),
    (6, "B", "2025-12-23T15:00:00", 6 * HOUR, "2025-12-29T10:00:00"),
    (7, "Y", "2025-06-02T15:30:00", 1 * HOUR, "2025-06-02T17:30:00"),
    (11, "E", "2025-03-09T05:00:00", 5400, "2025-03-16T07:00:00"),
    (13, "H", "2024-10-05T14:00:00", 3 * HOUR, "2024-10-05T17:30:00"),
    (14, "H", "2024-04-06T14:00:00", 4 * HOUR, "2024-04-06T18:00:00"),
    (16, "W", "2011-12-30T02:00:00", 2 * HOUR, "2012-01-01T20:00:00"),
    (17, "C", "2024-03-09T12:00:00", 2 * HOUR, "2024-03-10T03:30:00"),
    (18, "C", "2024-04-13T12:00:00", 1 * HOUR, "2024-04-15T01:30:00"),
    (19, "K", "2025-06-06T10:45:00", 2 * HOUR, "2025-06-08T05:45:00"),
]
BETWEEN = [
    (8, "N", "2025-03-09T00:00:00", "2025-03-09T16:00:00", 7 * HOUR),
    (9, "N", "2025-11-02T00:00:00", "2025-11-02T16:00:00", 9 * HOUR),
    (10, "E", "2025-03-09T00:00:00", "2025-03-10T00:00:00", 1 * HOUR),
    (12, "G", "2025-11-02T00:00:00", "2025-11-03T00:00:00", 9000),
    (15, "S", "2018-02-17T00:00:00", "2018-02-19T00:00:00", 5 * HOUR),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("number", "name", "start", "n", "due"), ADD)
def test_adding(number, name, start, n, due):
    assert add(CALENDARS[name], utc(start), n) == utc(due)
    assert between(CALENDARS[name], utc(start), utc(due)) == n


@pytest.mark.parametrize(("number", "name", "a", "b", "n"), BETWEEN)
def test_counting(number, name, a, b, n):
    assert between(CALENDARS[name], utc(a), utc(b)) == n
