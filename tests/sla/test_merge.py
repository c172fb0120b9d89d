"""What a merge does to promises (sla.md, section 6). The act of merging itself comes with its own tests."""

import pytest

from sla import timers
from sla.models import Notice, Timer
from sla.sweep import sweep
from tests.factories.support import make_ticket
from tests.sla.test_timers import berlin, facts, first, resolution, utc  # noqa: F401


@pytest.fixture
def pair(cast):
    a, b = make_ticket(cast.alice), make_ticket(cast.alice)
    Timer.objects.all().delete()
    return a, b


def merge(b, a, at, status="open"):
    return timers.merge(facts(b, status=status), facts(a, status=status), at=utc(at))


def rows(ticket):
    return list(Timer.objects.filter(ticket=ticket.pk).order_by("pk").values_list("metric", "state", "due_at"))


def test_example_30_the_earlier_promise_is_taken_over(pair):
    a, b = pair
    first(b, utc("06-02T07:00:00"))
    first(a, utc("06-02T08:00:00"))
    standing_b, standing_a = merge(b, a, "06-02T09:00:00")
    assert standing_a.next_due_at == utc("06-02T11:00:00")
    assert standing_b.next_due_at is None
    assert rows(a) == [("first_response", "running", utc("06-02T11:00:00"))]
    assert Timer.objects.get(ticket=b.pk).state == "cancelled"
    assert Timer.objects.get(ticket=b.pk).reason == "merged"
    assert Timer.objects.get(ticket=a.pk).generation == 2


def test_a_later_promise_changes_nothing(pair):
    a, b = pair
    first(a, utc("06-02T07:00:00"))
    first(b, utc("06-02T08:00:00"))
    _b, standing = merge(b, a, "06-02T09:00:00")
    assert standing.next_due_at == utc("06-02T11:00:00")
    assert Timer.objects.get(ticket=a.pk).generation == 1


def test_what_waits_in_an_answered_ticket_goes_on_as_its_next_response(pair):
    a, b = pair
    first(a, utc("06-02T07:00:00"))
    timers.staff_replied(facts(a), at=utc("06-02T07:30:00"))
    first(b, utc("06-02T08:00:00"))
    _b, standing = merge(b, a, "06-02T09:00:00")
    assert (standing.metric, standing.next_due_at) == ("next_response", utc("06-02T12:00:00"))
    timer = Timer.objects.get(ticket=a.pk, metric="next_response")
    assert (timer.cycle, timer.started_at, timer.consumed, timer.remaining) == (
        1,
        utc("06-02T08:00:00"),
        3600,
        3 * 3600,
    )


def test_a_breach_stays_and_buys_no_time(pair):
    a, b = pair
    first(b, utc("06-02T07:00:00"))
    sweep(now=utc("06-02T11:00:01"))
    first(a, utc("06-02T11:10:00"))
    told = Notice.objects.count()
    _b, standing = merge(b, a, "06-02T11:20:00")
    late = Timer.objects.get(ticket=b.pk)
    assert (late.state, late.breached_at, late.stopped_at) == ("breached", utc("06-02T11:00:00"), utc("06-02T11:20:00"))
    assert standing.next_due_at == utc("06-02T11:00:00")
    assert Timer.objects.get(ticket=a.pk).state == "breached"
    sweep(now=utc("06-02T11:30:00"))
    assert Notice.objects.count() == told  # people know already


def test_a_standing_clock_takes_over_the_lesser_rest(pair, resolution):  # noqa: F811
    a, b = pair
    timers.opened_by_staff(facts(a, status="open"), at=utc("06-02T07:00:00"))
    timers.opened_by_staff(facts(b, status="open"), at=utc("06-02T07:00:00"))
    for ticket, at in ((a, "06-02T08:00:00"), (b, "06-02T10:00:00")):
        timers.status_changed(facts(ticket, status="pending"), at=utc(at), old_status="open", last_public_is_staff=True)
    _b, standing = merge(b, a, "06-02T11:00:00", status="pending")
    assert standing.is_paused
    assert Timer.objects.get(ticket=a.pk).remaining == 5 * 3600


def test_nothing_waiting_means_nothing_written(pair):
    a, b = pair
    first(a, utc("06-02T07:00:00"))
    assert merge(b, a, "06-02T09:00:00") == (None, None)
