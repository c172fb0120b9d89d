"""REL-12, REL-13: many sweeps at once, one that dies, and an outage; each step is noticed once, with its true time.

The ledger is kept here, from the rule alone, and compared with rows, notices, events and deliveries.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from events.models import Event
from sla import noticing
from sla.models import Notice, Target, Timer
from sla.sweep import sweep
from tests.factories.support import make_ticket

pytestmark = [pytest.mark.django_db(transaction=True)]

BEGIN = datetime(2025, 6, 2, 8, tzinfo=UTC)


def start(ticket, count, *, every_seconds=1, target_seconds=3600):
    """Let timers run on one ticket, as many next responses: started one after another."""
    Timer.objects.all().delete()
    target = Target.objects.select_related("calendar__current").filter(metric="next_response").first()
    begins = [BEGIN + timedelta(seconds=every_seconds * n) for n in range(count)]
    Timer.objects.bulk_create(
        Timer(
            ticket_id=ticket.pk,
            metric="next_response",
            cycle=n + 1,
            target=target,
            target_seconds=target_seconds,
            calendar_version=target.calendar.current,
            steps=target.steps,
            priority=20,
            channel="web",
            started_at=begin,
            running_since=begin,
            remaining=target_seconds,
            due_at=begin + timedelta(seconds=target_seconds),
            next_check_at=begin + timedelta(seconds=target_seconds * 3 // 4),
        )
        for n, begin in enumerate(begins)
    )
    return begins


def fallen(begins, until, target_seconds=3600):
    """Return the ledger: (start, percent) of every step that fell by an instant."""
    after = {
        75: target_seconds * 3 // 4,
        90: target_seconds * 9 // 10,
        100: target_seconds + 1,
        200: target_seconds * 2,
    }
    return Counter(
        (begin, percent)
        for begin in begins
        for percent, seconds in after.items()
        if begin + timedelta(seconds=seconds) <= until
    )


def noticed():
    return Counter(Notice.objects.values_list("timer__started_at", "percent"))


def events():
    return Event.objects.filter(name="timer.step_reached")


def at_once(count, work):
    barrier = threading.Barrier(count, timeout=60)

    def one(n):
        try:
            connection.ensure_connection()
            barrier.wait()
            return work(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def ticket(cast):
    return make_ticket(cast.alice)


def test_rel_12_six_sweeps_at_once_notice_each_step_once(ticket):
    begins = start(ticket, 120, every_seconds=15)
    half_hours = [BEGIN + timedelta(minutes=45 + 3 * n) for n in range(12)]
    at_once(6, lambda n: [sweep(now=now) for now in half_hours])
    sweep(now=half_hours[-1])  # what another sweep held at the very last moment
    assert noticed() == fallen(begins, half_hours[-1])
    told = Notice.objects.filter(is_superseded=False).count()
    assert events().count() == told
    for timer in Timer.objects.filter(state="breached"):
        assert timer.breached_at == timer.started_at + timedelta(hours=1)


def test_rel_12_a_sweep_that_dies_leaves_nothing_half_done(ticket, monkeypatch):
    begins = start(ticket, 20)
    now = BEGIN + timedelta(hours=3)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    for module, name in ((noticing.Notice.objects, "bulk_create"), (Timer.objects, "bulk_update")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, die)
            with pytest.raises(KeyboardInterrupt):
                sweep(now=now)
        assert not Notice.objects.exists()
        assert not events().exists()
        assert not Timer.objects.exclude(state="running").exists()
    sweep(now=now)
    assert noticed() == fallen(begins, now)


def test_a_timer_that_cannot_be_read_holds_up_no_other(ticket):
    begins = start(ticket, 5)
    broken = Timer.objects.order_by("pk")[2]
    Timer.objects.filter(pk=broken.pk).update(steps=[{"per": 75}])
    assert sweep(now=BEGIN + timedelta(hours=3)) == 4
    assert {begin for begin, _percent in noticed()} == set(begins) - {broken.started_at}


def test_rel_13_after_an_outage_every_breach_is_noticed_once_at_its_true_time(ticket):
    begins = start(ticket, 5000)
    now = BEGIN + timedelta(hours=9, minutes=30)
    began = time.monotonic()
    assert sweep(now=now) == 5000
    assert time.monotonic() - began < 120
    assert noticed() == fallen(begins, now)
    assert Counter(Notice.objects.filter(is_superseded=False).values_list("percent", flat=True)) == {200: 5000}
    assert events().count() == 5000
    assert not Timer.objects.exclude(noticed_at=now).exists()
    assert sweep(now=now) == 0


@pytest.mark.postgresql
def test_a_timer_that_an_act_holds_is_left_for_the_next_sweep(ticket):
    from django.db import transaction

    start(ticket, 3)
    now = BEGIN + timedelta(minutes=46)
    held = Timer.objects.order_by("pk")[0]
    with transaction.atomic():
        Timer.objects.select_for_update().get(pk=held.pk)
        assert at_once(1, lambda n: sweep(now=now)) == [2]
    assert sweep(now=now) == 1
