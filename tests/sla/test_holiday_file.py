"""Dates from iCalendar files, friendly and hostile, and from the lists of national holidays."""

import time
from datetime import date
from pathlib import Path

import pytest

from sla.found_dates import beside, chosen, clean_name, closed_on, named
from sla.holiday_file import FileError, dates_in
from sla.national_holidays import country, country_names, public_holidays

FILES = Path(__file__).parent.parent / "data" / "calendars"
FROM, TO = date(2026, 11, 23), date(2031, 11, 23)
WHOLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%sEND:VCALENDAR\r\n"


def event(*lines, start="DTSTART;VALUE=DATE:20201225"):
    return "\r\n".join(["BEGIN:VEVENT", "UID:x", "SUMMARY:X", start, *lines, "END:VEVENT", ""])


def read(*events):
    return dates_in((WHOLE % "".join(events)).encode(), FROM, TO)


def days(*events):
    return [day.isoformat() for day, _name in read(*events).days]


def test_a_file_yields_its_whole_days_and_says_what_it_leaves_out():
    found = dates_in((FILES / "public_holidays.ics").read_bytes(), FROM, date(2028, 1, 31))
    assert named(found.days) == [
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2026, 12, 28), "Christmas moved"),  # in place of that year's two days
        (date(2026, 12, 31), "New Year's Eve"),
        (date(2027, 11, 25), "Thanksgiving"),  # the eighth and last; Christmas 2027 is left out by the file itself
    ]
    assert found.left_out == [
        ("Broken", "cannot be read"),
        ("Party", "has a time; only whole days are taken"),
        ("Cancelled", "is cancelled"),
    ]


def test_a_file_of_the_icalendar_project_is_read():
    found = dates_in((FILES / "icalendar_example.ics").read_bytes(), date(2022, 1, 1), date(2022, 12, 31))
    assert found.days[0] == (date(2022, 1, 1), "New Year's Day")
    assert len(found.days) == 3


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["RRULE:FREQ=YEARLY;UNTIL=20281231"], ["2026-12-25", "2027-12-25", "2028-12-25"]),
        (["RRULE:FREQ=YEARLY;UNTIL=20271231T000000Z"], ["2026-12-25", "2027-12-25"]),
        (["RRULE:FREQ=YEARLY;COUNT=8"], ["2026-12-25", "2027-12-25"]),
        (["RRULE:FREQ=YEARLY;INTERVAL=4;BYHOUR=9,10"], ["2028-12-25"]),
        (["RDATE;VALUE=DATE:20270704,20290704"], ["2027-07-04", "2029-07-04"]),
        (["RRULE:FREQ=YEARLY;COUNT=7", "DURATION:P2D"], ["2026-12-25", "2026-12-26"]),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"], ["2028-02-29"]),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], []),
    ],
)
def test_repetitions_are_worked_out(lines, expected):
    assert days(event(*lines)) == expected


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["RRULE:FREQ=SECONDLY"], "repeats more than once a day"),
        (["RRULE:FREQ=YEARLY;INTERVAL=0"], "repeats by a rule that cannot be read"),
        (["RRULE:FREQ=YEARLY;BYDAY=SOON"], "cannot be read"),
        (["DTEND;VALUE=DATE:20400101"], "lasts longer than a year"),
        (["DTEND;TZID=Nowhere/../../etc:20201226T090000"], "has a time; only whole days are taken"),
    ],
)
def test_what_is_no_day_is_left_out_with_the_reason(lines, why):
    found = read(event(*lines))
    assert (found.days, found.left_out) == ([], [("X", why)])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no iCalendar file"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "no iCalendar file"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no event"),
        (b"x" * (10 * 1024 * 1024), "larger than 1 MB"),
        ((WHOLE % ("BEGIN:VEVENT\nEND:VEVENT\n" * 40_000)).encode(), "more than 1000 events"),
        ((WHOLE % ("BEGIN:VEVENT\r\n" * 60_000)).encode(), "no event"),
    ],
    ids=["empty", "picture", "nothing", "ten megabytes", "100,000 events", "nested"],
)
def test_a_bad_file_is_refused_with_the_way_out(content, said):
    with pytest.raises(FileError, match=said):
        dates_in(content, FROM, TO)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE % (event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") * 20),
        WHOLE % event("RRULE:FREQ=DAILY", start="DTSTART;VALUE=DATE:19000101"),
        WHOLE % event("RRULE:FREQ=YEARLY;BYHOUR=1,2;BYSECOND=" + ",".join(map(str, range(60)))),
        WHOLE % (event("RDATE;VALUE=DATE:" + ",".join(["20271225"] * 400)) * 40),
        WHOLE % event("SUMMARY:" + "a\r\n " * 200_000),
        WHOLE % event("SUMMARY" + ";A=b" * 200_000 + ":x"),
        WHOLE % ("BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
                 "TZOFFSETFROM:+9900\r\nTZOFFSETTO:-9900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" + event()),
    ],
    ids=["never", "since 1900", "by second", "dates", "folds", "parameters", "zone"],
)  # fmt: skip
def test_a_hostile_file_takes_no_longer_than_it_may(text):
    started = time.thread_time()
    try:
        dates_in(text.encode(), FROM, TO)
    except FileError as error:
        assert "takes too long" in str(error)
    assert time.thread_time() - started < 2  # a second, and one step over it


def test_names_are_one_line_and_of_bounded_length():
    assert clean_name("a\nb\x00\u202ec\t d") == "a b c d"
    assert len(clean_name("x" * 500)) == 80
    assert named([(FROM, "A"), (FROM, "B"), (FROM, "A")]) == [(FROM, "A / B")]


def test_found_dates_stand_beside_the_calendars_own():
    content = {"zone": "UTC", "weekly": {}, "exceptions": {"2026-12-25": [], "2026-12-24": [["09:00", "12:00"]]}}
    found = beside([(date(2026, 12, day), "") for day in (24, 25, 26)], content)
    assert [(each.is_offered, each.is_taken, each.stands) for each in found] == [
        (True, False, "has hours of its own, 09:00–12:00: would be closed"),
        (False, False, "closed already"),
        (True, True, ""),
    ]
    content, names = closed_on(content, {}, chosen([found[0].value, "2026-12-31 New Year's Eve"]))
    assert content["exceptions"] == {"2026-12-24": [], "2026-12-25": [], "2026-12-31": []}
    assert names == {"2026-12-31": "New Year's Eve"}
    with pytest.raises(ValueError):
        chosen(["soon X"])


def test_national_holidays_are_known_by_country_part_and_language():
    berlin = dict(public_holidays("DE", "BE", [2027], "en_US"))
    assert berlin[date(2027, 3, 8)] == "Women's Day"
    assert date(2027, 3, 8) not in dict(public_holidays("DE", "BY", [2027], ""))
    assert dict(public_holidays("DE", "", [2027], "")).get(date(2027, 10, 3)) == "Tag der Deutschen Einheit"
    assert ("BE", "Berlin") in country("DE").parts
    assert public_holidays("DE", "", [2400], "") == []
    with pytest.raises(LookupError):
        public_holidays("XX", "", [2027], "")
    with pytest.raises(LookupError):
        public_holidays("DE", "XX", [2027], "")
    assert country_names()["CF"] == "Central African Republic"
