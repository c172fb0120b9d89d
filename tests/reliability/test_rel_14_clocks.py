"""REL-14: clocks that jump, nights on which they change, leap days: no difference from an oracle of our own.

The oracle knows the wall rule alone (sla.md, section 1): it looks at the local clock once a minute, writes down whether
that minute is open, and counts. It shares no line with `sla.clock`. Answers of both are compared, not laws.
"""

import os
import random
from bisect import bisect_left
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sla.calendars import WEEKDAYS, parse
from sla.clock import add, between
from tests.sla.test_laws import is_open

SEED = int(os.environ.get("REL_SEED", "14"))
# Nights in which clocks are put forward or back; two more around leap days.
NIGHTS = {
    "Europe/Berlin": ["2025-03-30", "2025-10-26", "2024-02-29"],
    "America/New_York": ["2025-03-09", "2025-11-02", "2028-02-29"],
    "Australia/Lord_Howe": ["2024-04-07", "2024-10-06", "2024-02-29"],
    "Asia/Kathmandu": ["2024-02-29", "2025-06-01"],
    "Africa/Casablanca": ["2024-03-10", "2024-04-14", "2025-02-23"],
    "America/Sao_Paulo": ["2018-02-18", "2018-11-04"],
    "Pacific/Apia": ["2011-12-30", "2012-04-01"],
    "Pacific/Chatham": ["2024-04-07", "2024-09-29", "2000-02-29"],
}
DAYS, CASES = 6, 110


def random_hours(dice, zone, night):
    def interval(*, crosses_midnight):
        opens, closes = sorted(dice.sample(range(0, 1441, 15), 2))
        if crosses_midnight and opens:
            opens, closes = closes % 1440, opens
        return [f"{opens // 60:02}:{opens % 60:02}", f"{closes // 60:02}:{closes % 60:02}"]

    weekly = {
        day: [interval(crosses_midnight=dice.random() < 0.25) for _ in range(dice.choice([1, 1, 2, 3]))]
        for day in WEEKDAYS
        if dice.random() < 0.85
    } or {"mon": [["09:00", "17:00"]]}
    exceptions = {
        (night + timedelta(days=n)).date().isoformat(): [interval(crosses_midnight=False)] * dice.choice([0, 1])
        for n in (-1, 0, 1)
        if dice.random() < 0.2
    }
    return {"zone": zone, "weekly": weekly, "exceptions": exceptions}


class Oracle:
    """Every minute of some days, looked at one by one: how many were open before it."""

    def __init__(self, content, begin):
        self.begin, self.open = begin, []
        for n in range(DAYS * 1440):
            self.open.append(is_open(content, begin + timedelta(minutes=n)))
        self.before = [0]
        for is_open_now in self.open:
            self.before.append(self.before[-1] + 60 * is_open_now)

    def count(self, seconds):
        minute, rest = divmod(seconds, 60)
        return self.before[minute] + (rest if rest and self.open[minute] else 0)

    def add(self, since, wanted):
        """Return the first second by which so many were open, or None if that is beyond these days."""
        target = self.count(since) + wanted
        if not wanted:
            return since
        minute = bisect_left(self.before, target) - 1
        return None if minute >= len(self.open) else minute * 60 + target - self.before[minute]


@pytest.mark.reliability
def test_rel_14_no_difference_from_an_oracle_in_eight_zones_around_changed_clocks_and_leap_days():
    dice = random.Random(SEED)
    cases, found = Counter(), []
    for zone, nights in NIGHTS.items():
        for text in nights:
            night = datetime.fromisoformat(text).replace(tzinfo=UTC)
            begin = night - timedelta(days=DAYS // 2)
            content = random_hours(dice, zone, night)
            calendar, oracle = parse(content), Oracle(content, begin)
            for _ in range(CASES):
                a, b = sorted(dice.sample(range(DAYS * 86400), 2))
                wanted = dice.choice([0, 1, 60, 3600, dice.randrange(100_000)])
                start, end = (begin + timedelta(seconds=at) for at in (a, b))
                cases[zone] += 1
                if between(calendar, start, end) != oracle.count(b) - oracle.count(a):
                    found.append((content, "between", start, end))
                due = oracle.add(a, wanted)
                if due is not None and add(calendar, start, wanted) != begin + timedelta(seconds=due):
                    found.append((content, "add", start, wanted))
    print(f"seed {SEED}: {sum(cases.values())} cases in {len(cases)} zones")  # noqa: T201 (for whoever reads a failure)
    assert sum(cases.values()) >= 2000 and len(cases) >= 6
    assert found == []
