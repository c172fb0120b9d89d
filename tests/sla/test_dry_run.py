"""A changed policy over what is decided already: the same verdicts as counted by hand, and nothing written."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier
from sla import clock
from sla.calendars import ALWAYS, parse
from sla.dry_run import rows_with, try_policy
from sla.models import Target, Timer
from tests.factories.support import make_ticket
from tests.sla.test_reports import draw_timers

pytestmark = pytest.mark.django_db
SINCE, UNTIL = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
NOW = datetime(2025, 4, 10, tzinfo=UTC)
OFFICE = parse(
    {"zone": "Europe/Berlin", "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)


@pytest.fixture
def drawn(alice):
    return draw_timers(make_ticket(alice), 300, random.Random(11), datetime(2025, 2, 24, tzinfo=UTC), 40)


def policy():
    return list(Target.objects.select_related("calendar__current").order_by("pk"))


@pytest.mark.parametrize(("seconds", "hours"), [(3601, ALWAYS), (6 * 3600, OFFICE), (40 * 3600, ALWAYS)])
def test_what_would_have_been_is_what_a_count_by_hand_gives(drawn, seconds, hours):
    enterprise = Tier.objects.get(key="enterprise")
    edits = {target.pk: (seconds, hours) for target in policy() if target.tier == enterprise}
    run = try_policy(Timer.objects.exclude(cycle=0), rows_with(policy(), edits), since=SINCE, until=UNTIL, now=NOW)
    expected = Counter()
    for timer in drawn:
        at = {"met": timer.stopped_at, "breached": timer.breached_at}.get(timer.state)
        if timer.metric == "resolution" or at is None or not SINCE <= at < UNTIL:
            continue
        was = would = "kept" if timer.state == "met" else "missed"
        if timer.tier_id == enterprise.pk:
            due = clock.add(hours, timer.started_at, seconds)
            late = (timer.stopped_at or NOW) > due
            would = "missed" if late else "undecided" if timer.stopped_at is None else "kept"
            would = "taken_back" if timer.reason and not late else would
        expected[was, would] += 1
    assert run.looked_at == sum(expected.values())
    assert (run.of("was").met, run.of("was").breached) == tuple(
        sum(n for (was, _), n in expected.items() if was == verdict) for verdict in ("kept", "missed")
    )
    assert (run.of("would").met, run.of("would").breached) == tuple(
        sum(n for (_, would), n in expected.items() if would == verdict) for verdict in ("kept", "missed")
    )
    for verdict, count in run.counts.items():
        assert count == sum(n for (was, would), n in expected.items() if would == verdict != was)
        assert len(run.named[verdict]) == min(count, 200)
    assert set(run.was) >= {enterprise.pk, None}


def test_the_policy_as_it_is_changes_nothing_and_a_limit_is_said(drawn):
    timers, rows = Timer.objects.exclude(cycle=0), rows_with(policy(), {})
    run = try_policy(timers, rows, since=SINCE, until=UNTIL, now=NOW)
    assert run.was == run.would and run.touched == 0 and not run.is_cut
    cut = try_policy(timers, rows, since=SINCE, until=UNTIL, now=NOW, most=10)
    assert cut.is_cut and cut.looked_at == 10


def test_nothing_is_written(drawn):
    before = serializers.serialize("json", [*Timer.objects.all(), *Target.objects.all()])
    edits = {target.pk: (60, ALWAYS) for target in policy()}
    with CaptureQueriesContext(connection) as captured:
        try_policy(Timer.objects.all(), rows_with(policy(), edits), since=SINCE, until=UNTIL, now=NOW)
    assert all(query["sql"].startswith(("SELECT", "DECLARE", "FETCH")) for query in captured)
    assert serializers.serialize("json", [*Timer.objects.all(), *Target.objects.all()]) == before


def test_a_promise_that_nobody_answered_is_undecided_before_its_new_end(alice):
    timer = Timer.objects.get(ticket=make_ticket(alice), metric="first_response")
    late = NOW - timedelta(days=20)
    Timer.objects.filter(pk=timer.pk).update(state="breached", started_at=late, breached_at=late + timedelta(hours=4))
    for days, would in ((1, "missed"), (30, "undecided")):
        edits = {target.pk: (days * 86_400, ALWAYS) for target in policy()}
        run = try_policy(Timer.objects.all(), rows_with(policy(), edits), since=SINCE, until=UNTIL, now=NOW)
        assert run.of("would").breached == (would == "missed")
        assert run.counts["undecided"] == (would == "undecided")
