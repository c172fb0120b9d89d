"""Hours as people type them, and what an edit of them is called."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as some

from sla import outlook as looking
from sla.calendars import WEEKDAYS, parse
from sla.outlook import clock_change, outlook, state_words
from sla.typed_hours import intervals_of, text_of, words_of, zone_named
from sla.version_words import changes

OFFICE = {"zone": "Europe/Berlin", "weekly": {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]}, "exceptions": {}}


def with_hours(zone="Europe/Berlin", exceptions=None, **weekly):
    return parse(
        {
            "zone": zone,
            "weekly": {day: intervals_of(text) for day, text in weekly.items()},
            "exceptions": exceptions or {},
        }
    )


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00–12:00, 13:00–17:00", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("9-17", [["09:00", "17:00"]]),
        ("9 - 12 13 — 17", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("9.30 to 12 and 13 bis 17.30", [["09:30", "12:00"], ["13:00", "17:30"]]),
        ("0930-1730", [["09:30", "17:30"]]),
        ("9 am - 5 pm; 8 p.m.-10 p.m.", [["09:00", "17:00"], ["20:00", "22:00"]]),
        ("12am-12pm", [["00:00", "12:00"]]),
        ("09:00-24:00", [["09:00", "24:00"]]),
        ("17:00-00:00", [["17:00", "24:00"]]),
        ("22:00–06:00", [["22:00", "06:00"]]),
        ("24h", [["00:00", "24:00"]]),
        ("closed", []),
        (" - ", []),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert intervals_of(text) == hours


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9-25", "There is no time “25”"),
        ("9:75-10", "There is no time “9:75”"),
        ("13pm-15", "There is no time “13 pm”"),
        ("9", "“9” is no interval"),
        ("9-17x", "“9-17x” is no interval"),
        ("nine to five", "“nine - five” is no interval"),
        ("24:00-1", "Write 00:00 on the next day"),
        ("1-2," * 13, "at most 12 intervals"),
        ("1" * 201, "at most 200 characters"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_way_out(text, said):
    with pytest.raises(ValidationError) as error:
        intervals_of(text)
    assert said in error.value.messages[0]


def test_a_single_date_does_not_go_on_past_midnight():
    with pytest.raises(ValidationError) as error:
        intervals_of("22-6", may_cross_midnight=False)
    assert "End it at 24:00" in error.value.messages[0]


TIMES = some.builds(lambda hour, minute: f"{hour:02}:{minute:02}", some.integers(0, 23), some.integers(0, 59))
INTERVALS = some.lists(some.tuples(TIMES, some.one_of(TIMES, some.just("24:00"))).map(list), max_size=6)


@given(INTERVALS)
@settings(max_examples=60, deadline=None)
def test_what_is_shown_is_read_as_the_same_hours(hours):
    again = intervals_of(text_of(hours))
    # Midnight as an end is shown as it was kept, and read as the end of the day: the same hours.
    assert again == [[start, "24:00" if end == "00:00" else end] for start, end in hours]
    assert text_of(again) == text_of(intervals_of(text_of(again)))
    if hours:
        both = [parse({"zone": "UTC", "weekly": {"mon": each}}) for each in (hours, again)]
        assert both[0] == both[1]


@given(some.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reading(text):
    try:
        for start, end in intervals_of(text):
            assert len(start) == len(end) == 5
    except ValidationError as error:
        assert error.messages


def test_hours_past_midnight_say_when_they_end():
    assert words_of([["22:00", "06:00"]], "Tue") == "22:00–06:00 (ends Tue 06:00)"
    assert words_of([]) == "closed"
    assert words_of([["00:00", "24:00"]]) == "all day"


@pytest.mark.parametrize("text", ["Europe/Berlin", "europe/berlin", "Berlin", " berlin "])
def test_a_zone_is_found_by_its_city(text):
    assert zone_named(text) == "Europe/Berlin"


def test_a_zone_that_is_misspelt_comes_with_names_that_are_near():
    with pytest.raises(ValidationError, match="Did you mean Europe/Berlin"):
        zone_named("Europe/Berln")
    with pytest.raises(ValidationError, match="such as Europe/Berlin"):
        zone_named("../../etc/passwd")


# --- What a calendar comes to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "at", "words"),
    [
        ({"mon": "9-17"}, "2026-11-23T10:00", "Open now, closes 17:00 (in 6 h)"),
        ({"mon": "9-17"}, "2026-11-23T20:00", "Closed, opens 30 Nov 09:00 (in 6 d)"),
        ({"mon": "22-6"}, "2026-11-23T22:30", "Open now, closes Tue 06:00 (in 6 h 30 min)"),
        (dict.fromkeys(WEEKDAYS, "24h"), "2026-11-23T10:00", "Open now, around the clock"),
        ({"sun": "2:30-2:31"}, "2026-11-23T10:00", "Closed, opens Sun 02:30 (in 5 d)"),
    ],
)  # fmt: skip
def test_the_preview_says_whether_the_desk_is_open_and_until_when(hours, at, words):
    calendar = with_hours(**hours)
    assert state_words(calendar, datetime.fromisoformat(at + "+00:00"), looking.ZoneInfo("Europe/Berlin")) == words


@pytest.mark.parametrize(
    ("calendar", "at", "words", "touches"),
    [
        (with_hours(sun="1-2:30"), "2026-11-23", "jumps from 02:00 to 03:00. 30 min of open time are skipped", True),
        (with_hours(sun="1-2:30"), "2026-06-23", "set back from 03:00 to 02:00. 30 min of open time come twice", True),
        (with_hours(mon="9-17"), "2026-11-23", "The desk is closed then.", False),
        (with_hours(**dict.fromkeys(WEEKDAYS, "24h")), "2026-11-23", "changes nothing", False),
        (with_hours(zone="Australia/Lord_Howe", sun="1-5"), "2024-09-01", "02:00 to 02:30. 30 min of open", True),
    ],
)  # fmt: skip
def test_the_next_change_of_the_clock_says_what_it_does_to_the_hours(calendar, at, words, touches):
    change = clock_change(calendar, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert words in change.words
    assert change.touches is touches


def test_a_zone_without_changes_has_none():
    assert clock_change(with_hours(zone="Asia/Kathmandu", mon="9-17"), datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_the_picture_shows_the_week_with_now_and_this_weeks_exceptions():
    calendar = with_hours(mon="22-6", thu="9-17", exceptions={"2026-11-26": [], "2026-12-25": []})
    look = outlook(calendar, datetime(2026, 11, 23, 9, 30, tzinfo=UTC), {"2026-11-26": "Outing"})
    monday, tuesday, thursday = look.week[0], look.week[1], look.week[3]
    assert monday.now == 630 and tuesday.now is None
    assert [(block.x, block.width) for block in monday.blocks + tuesday.blocks] == [(1320, 120), (0, 360)]
    assert thursday.exception == "closed (Outing)"
    assert look.dates == [(date(2026, 11, 26), "closed", "Outing"), (date(2026, 12, 25), "closed", "")]
    assert "24 h of open time from now end" in look.day_of_work


def test_a_calendar_that_never_opens_again_says_so():
    calendar = with_hours(zone="UTC", mon="0-0:01")
    look = outlook(calendar, datetime(2026, 11, 24, tzinfo=UTC))
    assert look.day_of_work == "24 h of open time from now do not end within twelve years."


def test_an_edit_is_told_in_words():
    later = {**OFFICE, "zone": "Europe/Paris", "weekly": {**OFFICE["weekly"], "mon": [["09:00", "18:00"]], "tue": [["09:00", "18:00"]], "fri": []}, "exceptions": {"2026-12-25": []}}  # fmt: skip
    assert changes(OFFICE, later, {}, {"2026-12-25": "Christmas Day"}) == [
        "Time zone Europe/Berlin → Europe/Paris",
        "Mon–Tue 09:00–17:00 → 09:00–18:00",
        "Fri 09:00–17:00 → closed",
        "added 25 Dec 2026 closed (Christmas Day)",
    ]
    moved = {**later, "exceptions": {"2026-12-25": [["09:00", "12:00"]]}}
    assert changes(later, moved) == ["changed 25 Dec 2026 closed → 09:00–12:00"]
    assert changes(moved, OFFICE)[-1] == "removed 25 Dec 2026 09:00–12:00"
    many = {**OFFICE, "exceptions": {f"2027-01-{day:02}": [] for day in range(1, 31)}}
    assert changes(OFFICE, many)[0].endswith("4 Jan 2027 closed, 26 more")
