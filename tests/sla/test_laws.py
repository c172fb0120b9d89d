"""The laws of sla.md, section 2, over random calendars, zones and instants, against a reference that steps by minutes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.calendars import WEEKDAYS, minutes, parse
from sla.clock import NeverOpen, add, add_with_pauses, between

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "America/Sao_Paulo", "Pacific/Apia", "Pacific/Chatham", "America/St_Johns", "Asia/Gaza",
]  # fmt: skip
QUARTERS = [f"{m // 60:02}:{m % 60:02}" for m in range(0, 24 * 60 + 1, 15)]
# Around the nights on which these zones change their clocks, where mistakes live.
NIGHTS = [
    datetime(2025, 3, 9), datetime(2025, 3, 30), datetime(2025, 10, 26), datetime(2025, 11, 2), datetime(2024, 4, 6),
    datetime(2024, 10, 5), datetime(2011, 12, 29), datetime(2018, 2, 17), datetime(2024, 3, 10), datetime(2024, 4, 14),
]  # fmt: skip

interval = st.tuples(st.sampled_from(QUARTERS[:-1]), st.sampled_from(QUARTERS)).map(list)
hours = st.lists(interval, max_size=3)
weekly = st.dictionaries(st.sampled_from(WEEKDAYS), hours, min_size=1)
instants = st.builds(
    lambda night, minute: (night + timedelta(minutes=minute)).replace(tzinfo=UTC),
    st.sampled_from(NIGHTS), st.integers(-2880, 2880),
)  # fmt: skip


@st.composite
def contents(draw):
    content = {"zone": draw(st.sampled_from(ZONES)), "weekly": draw(weekly.filter(lambda w: any(w.values())))}
    night = draw(st.sampled_from(NIGHTS))
    closed = st.lists(interval.filter(lambda i: minutes(i[1]) > minutes(i[0])), max_size=2)
    content["exceptions"] = {
        (night + timedelta(days=n)).date().isoformat(): draw(closed)
        for n in draw(st.sets(st.integers(-1, 2), max_size=2))
    }
    return content


def is_open(content, instant: datetime) -> bool:
    """The wall rule, as it is written: what does the local clock show, and is that inside an interval of that date?"""
    local = instant.astimezone(ZoneInfo(content["zone"]))
    minute = local.hour * 60 + local.minute
    day = local.date().isoformat()
    if day in content["exceptions"]:
        return any(minutes(a) <= minute < minutes(b) for a, b in content["exceptions"][day])
    today, before = WEEKDAYS[local.weekday()], WEEKDAYS[local.weekday() - 1]
    for a, b in content["weekly"].get(today, []):
        if (minutes(b) > minutes(a) and minutes(a) <= minute < minutes(b)) or (minutes(b) <= minutes(a) <= minute):
            return True
    return any(minutes(b) <= minutes(a) and minute < minutes(b) for a, b in content["weekly"].get(before, []))


def reference(content, a: datetime, b: datetime) -> int:
    count = 0
    while a < b:
        count += 60 * is_open(content, a)
        a += timedelta(minutes=1)
    return count


@given(contents(), instants, st.integers(0, 2000))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_counting_agrees_with_stepping(content, a, length):
    b = a + timedelta(minutes=length)
    assert between(parse(content), a, b) == reference(content, a, b)


@given(contents(), instants, st.integers(0, 400_000))
@settings(max_examples=1000, deadline=None)
def test_adding_is_the_inverse_of_counting_and_the_earliest(content, start, n):
    calendar = parse(content)
    try:
        due = add(calendar, start, n)
    except NeverOpen:
        return
    assert between(calendar, start, due) == n
    if n:
        assert between(calendar, start, due - timedelta(seconds=1)) == n - 1
    else:
        assert due == start


@given(contents(), instants, st.integers(0, 5000), st.integers(0, 5000))
@settings(max_examples=600, deadline=None)
def test_counting_adds_up(content, a, first, second):
    calendar = parse(content)
    b = a + timedelta(minutes=first)
    c = b + timedelta(minutes=second)
    assert between(calendar, a, b) + between(calendar, b, c) == between(calendar, a, c)
    assert between(calendar, c, a) == 0


@given(
    contents(),
    instants,
    st.integers(1, 100_000),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 600)), max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_a_pause_never_counts(content, start, n, pauses):
    calendar = parse(content)
    stretches = [(start + timedelta(minutes=a), start + timedelta(minutes=a + length)) for a, length in pauses]
    try:
        due = add_with_pauses(calendar, start, n, stretches)
    except NeverOpen:
        return
    counted, at = 0, start
    for begin, end in sorted(stretches):
        if begin > at:
            counted += between(calendar, at, min(begin, due))
        at = max(at, end)
        if at >= due:
            break
    if at < due:
        counted += between(calendar, at, due)
    assert counted == n
