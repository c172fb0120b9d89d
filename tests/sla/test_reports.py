"""Reports are counted by the database; here they are counted once more by hand, on timers drawn at random."""

import random
import statistics
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Tier
from sla import reports
from sla.models import CalendarVersion, Timer
from sla.periods import Period, Tally, monday_of
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
RESPONSES = ("first_response", "next_response")


def draw_timers(ticket, count, chance, begin, days):
    """Write timers of all kinds on one ticket, many of them close to the midnights and clock changes of zones."""
    version, tiers = CalendarVersion.objects.get(), [None, *Tier.objects.all()]
    midnights = [begin + timedelta(days=day, hours=hour) for day in range(days) for hour in (0, 4, 5, 18, 23)]
    made = []
    for cycle in range(1, count + 1):
        started = chance.choice(midnights) + timedelta(seconds=chance.randrange(-3600, 3600))
        wall, target = chance.randrange(1, 60 * 3600), chance.choice([3600, 4 * 3600, 24 * 3600, 48 * 3600])
        end, due = started + timedelta(seconds=wall), started + timedelta(seconds=target)
        state = chance.choices(["met", "breached", "late", "cancelled", "running"], [50, 20, 5, 15, 10])[0]
        fields = {"stopped_at": end, "breached_at": None, "reason": ""}
        if state == "breached":
            fields["breached_at"] = due
            fields["reason"] = chance.choice(["", "", "", "unanswered"])
        elif state == "late":
            state, fields = "breached", {"stopped_at": None, "breached_at": due, "reason": ""}
        elif state == "cancelled":
            fields["reason"] = chance.choice(["unanswered", "withdrawn", "spam", "merged"])
        elif state == "running":
            fields["stopped_at"] = None
        made.append(
            Timer(
                ticket=ticket,
                metric=chance.choice([*RESPONSES, "resolution"]),
                cycle=cycle,
                state=state,
                target_seconds=target,
                calendar_version=version,
                tier=chance.choice(tiers),
                priority=chance.choice([10, 20, 30, 40]),
                channel=chance.choice(["web", "email"]),
                started_at=started,
                remaining=0,
                consumed=chance.randrange(wall + 1),
                due_at=due,
                loosened_at=end if chance.random() < 0.05 else None,
                **fields,
            )
        )
    Timer.objects.bulk_create(made)
    return list(Timer.objects.filter(ticket=ticket).exclude(cycle=0))


@pytest.fixture
def drawn(alice):
    begin = datetime(2025, 2, 24, tzinfo=UTC)
    ticket = make_ticket(alice)
    return draw_timers(ticket, 600, random.Random(20250309), begin, 40)


def verdict(timer):
    return {"met": timer.stopped_at, "breached": timer.breached_at}.get(timer.state)


def inside(instant, period):
    """The local date decides, as the reader's clock shows it."""
    return instant is not None and period.first <= instant.astimezone(ZoneInfo(period.zone)).date() <= period.last


PERIODS = [
    Period(date(2025, 3, 1), date(2025, 3, 31), zone)
    for zone in ("UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
] + [Period(date(2025, 3, 9), date(2025, 3, 9), "America/New_York")]


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.zone}-{period.first}")
def test_figures_are_what_a_count_by_hand_gives_and_as_long_as_their_lists(drawn, period):
    timers = Timer.objects.exclude(cycle=0)
    expected, mondays = defaultdict(Tally), [monday_of(week.first) for week in period.weeks()]
    for timer in drawn:
        when = verdict(timer)
        if inside(when, period):
            week = mondays.index(monday_of(when.astimezone(ZoneInfo(period.zone)).date()))
            expected[timer.metric, timer.tier_id, week] += Tally(timer.state == "met", timer.state == "breached")
    found = reports.attainment(timers, period, "metric", "tier", "week")
    assert found == dict(expected)

    whole = sum(found.values(), Tally())
    assert reports.count_behind(timers, "decided", period) == whole.decided
    for (metric, tier, week), tally in found.items():
        narrowed = timers.filter(metric=metric, tier=tier)
        listed = reports.page_behind(narrowed, "met", period.weeks()[week], size=1000)
        assert len(listed) == tally.met
        assert len(reports.page_behind(narrowed, "breached", period.weeks()[week], size=1000)) == tally.breached

    side = Counter()
    for timer in drawn:
        if (
            timer.state == "cancelled"
            and timer.reason in {"unanswered", "withdrawn"}
            and inside(timer.stopped_at, period)
        ):
            side[timer.metric, timer.reason] += 1
        if inside(timer.loosened_at, period):
            side[timer.metric, "loosened"] += 1
    counted = reports.beside(timers, period)
    assert {(m, k): n for m, row in counted.items() for k, n in row.items() if n} == dict(side)
    for (metric, outcome), count in side.items():
        assert reports.count_behind(timers.filter(metric=metric), outcome, period) == count


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.zone}-{period.first}")
def test_times_are_those_of_the_standard_library(drawn, period):
    timers, groups = Timer.objects.exclude(cycle=0), defaultdict(list)
    for timer in drawn:
        is_answered = timer.metric in RESPONSES and timer.state in {"met", "breached"} and not timer.reason
        if is_answered and inside(timer.stopped_at, period):
            groups[timer.metric, timer.tier_id].append(timer)
    found = reports.times(timers, period, "metric", "tier")
    assert set(found) == set(groups)
    for key, group in groups.items():
        business = sorted(timer.consumed for timer in group)
        wall = sorted((timer.stopped_at - timer.started_at).total_seconds() for timer in group)
        times = found[key]
        assert times.count == len(group)
        for values, median, p90 in ((business, times.median, times.p90), (wall, times.wall_median, times.wall_p90)):
            cuts = statistics.quantiles(values, n=10, method="inclusive") if len(values) > 1 else values * 9
            assert (median, p90) == (pytest.approx(statistics.median(values)), pytest.approx(cuts[8]))
    assert sum(times.count for times in found.values()) == reports.count_behind(timers, "answered", period)


@pytest.mark.parametrize("period", PERIODS[:2], ids=lambda period: period.zone)
def test_mail_is_answered_within_a_day_or_not_whatever_its_target(drawn, period):
    timers, expected, day = Timer.objects.exclude(cycle=0), Counter(), timedelta(hours=24)
    for timer in drawn:
        if timer.channel != "email" or timer.metric not in RESPONSES or timer.state == "cancelled":
            continue
        is_in_time = timer.stopped_at is not None and timer.stopped_at <= timer.started_at + day
        if is_in_time and not timer.reason and inside(timer.stopped_at, period):
            expected["in time"] += 1
        if not is_in_time and inside(timer.started_at + day, period):
            expected["late"] += 1
    tally = reports.mail_within_a_day(timers, period)
    assert (tally.met, tally.breached) == (expected["in time"], expected["late"])
    assert reports.count_behind(timers, "mail", period) == tally.decided


def test_a_verdict_belongs_to_the_day_that_the_readers_clock_shows(alice):
    timer = Timer.objects.get(ticket=make_ticket(alice), metric="first_response")
    # Sunday, 23:30 in New York, in the week in which its clocks jump forward; Monday in Berlin.
    instant = datetime(2025, 3, 10, 3, 30, tzinfo=UTC)
    Timer.objects.filter(pk=timer.pk).update(state="met", stopped_at=instant)
    for zone, week in (("America/New_York", 0), ("Europe/Berlin", 1)):
        period = Period(date(2025, 3, 3), date(2025, 3, 16), zone)
        assert reports.attainment(Timer.objects.all(), period, "week") == {(week,): Tally(1, 0)}


def test_pages_by_key_show_each_timer_once_in_order(drawn):
    timers, period = Timer.objects.exclude(cycle=0), PERIODS[0]
    for outcome in ("decided", "met", "mail"):
        seen, before = [], None
        while page := reports.page_behind(timers, outcome, period, size=17, before=before):
            seen += page
            before = (page[-1].at, page[-1].pk)
        assert len(seen) == len({timer.pk for timer in seen}) == reports.count_behind(timers, outcome, period)
        assert [timer.at for timer in seen] == sorted((timer.at for timer in seen), reverse=True)


def test_nothing_counted_is_no_data(alice):
    period = PERIODS[0]
    assert reports.attainment(Timer.objects.all(), period, "metric") == {}
    assert reports.times(Timer.objects.all(), period, "metric") == {}
    assert reports.beside(Timer.objects.all(), period) == {}
    assert reports.mail_within_a_day(Timer.objects.all(), period).percent is None


def test_a_report_asks_a_constant_number_of_questions(drawn, django_assert_num_queries, settings):
    from django.db import connection

    timers, period = Timer.objects.all(), PERIODS[0]
    with django_assert_num_queries(2):
        reports.attainment(timers, period, "metric", "tier", "week")
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        reports.times(timers, period, "metric", "tier")
