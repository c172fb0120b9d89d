"""REL-12, REL-13: two beats and four workers that are killed at random, and an outage of eight hours.

Each step of each promise is noticed once, at its true time, and told once to each person. The ledger is written here,
from the rule alone and before anything runs; afterwards rows, events, notices in the console and mails are counted
against it. The same count must find a difference once the safety is taken out: without the unique key, the lock and
the second look, what two sweeps read at once they both write.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from events.models import Delivery, Event
from notifications.models import Alert, OutgoingMail
from sla import noticing
from sla.models import Notice, Target, Timer
from sla.sweep import sweep
from support.actions.assign import assign
from support.actions.gather_late_notices import FEW, QUIET, gather_late_notices
from tests.factories.support import make_ticket
from tests.reliability.processes import ROOT, environment, redis_server, wait_until
from tests.reliability.sweep_process import TICKS

pytestmark = [pytest.mark.reliability, pytest.mark.django_db(transaction=True)]

SEED = int(os.environ.get("REL_SEED", "12"))
# How many of 5,000 overdue steps are told as well as noticed; 0 is all, which takes a minute or two.
TOLD_OVERDUE = int(os.environ.get("REL_TOLD", "300"))
HALF_HOUR = timedelta(minutes=30)
TARGET_SECONDS = 600
AFTER = {75: 450, 90: 540, 100: 601, 200: 1200}
TOLD = {75: {"gwen"}, 90: {"gwen", "lena"}, 100: {"gwen", "lena"}, 200: {"ada"}}


class Processes:
    """Beats and workers of sweep_process.py, each of which may be killed and replaced."""

    def __init__(self, folder, store_port, **about):
        self.about = {"redis": store_port, **about}
        self.living = []
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.sweep_process"],
            cwd=ROOT, env=environment(folder), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(Path(folder) / "sweeps.log").open("a"),
        )  # fmt: skip

    def start(self, do):
        self.parent.stdin.write(json.dumps({"do": do, **self.about}) + "\n")
        self.parent.stdin.flush()
        self.living.append((do, json.loads(self.parent.stdout.readline())))

    def kill(self, which):
        do, pid = self.living.pop(which)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return do

    def end(self):
        while self.living:
            self.kill(0)
        self.parent.stdin.close()
        self.parent.wait(10)


@contextlib.contextmanager
def processes(folder, *, workers=4, **about):
    with redis_server() as (store, _):
        running = Processes(folder, store.port, **about)
        try:
            for _ in range(workers):
                running.start("worker")
            yield running, store.client
        finally:
            running.end()


def start_timers(tickets, begins):
    """Let a promise of TARGET_SECONDS run from each of these instants, as next responses of the tickets in turn."""
    Timer.objects.all().delete()
    target = Target.objects.select_related("calendar__current").filter(metric="next_response").first()
    Timer.objects.bulk_create(
        Timer(
            ticket_id=tickets[n % len(tickets)].pk,
            metric="next_response",
            cycle=n + 1,
            target=target,
            target_seconds=TARGET_SECONDS,
            calendar_version=target.calendar.current,
            steps=target.steps,
            priority=20,
            channel="web",
            started_at=begin,
            running_since=begin,
            remaining=TARGET_SECONDS,
            due_at=begin + timedelta(seconds=TARGET_SECONDS),
            next_check_at=begin + timedelta(seconds=AFTER[75]),
        )
        for n, begin in enumerate(begins)
    )


def ledger(begins, until):
    """Return how often each (start, percent) is to be noticed by an instant: the rule, without the desk."""
    return Counter(
        (begin, percent)
        for begin in begins
        for percent, seconds in AFTER.items()
        if begin + timedelta(seconds=seconds) <= until
    )


def differences(begins, until):
    """Return, in words, where notices, events and timers differ from the ledger."""
    found = []
    wanted = ledger(begins, until)
    noticed = Counter(Notice.objects.values_list("timer__started_at", "percent"))
    for key in sorted(wanted | noticed):
        if wanted[key] != noticed[key]:
            found.append(f"{key} was noticed {noticed[key]} times, not {wanted[key]}")
    starts = dict(Timer.objects.values_list("pk", "started_at"))
    told = Counter(
        (starts[data["timer"]], data["percent"])
        for data in Event.objects.filter(name="timer.step_reached").values_list("data", flat=True)
    )
    to_tell = Counter(Notice.objects.filter(is_superseded=False).values_list("timer__started_at", "percent"))
    found += [
        f"{key} was told {told[key]} times, not {to_tell[key]}" for key in told | to_tell if told[key] != to_tell[key]
    ]
    for timer in Timer.objects.all():
        is_broken = timer.started_at + timedelta(seconds=TARGET_SECONDS) < until
        if timer.breached_at != (timer.due_at if is_broken else None):
            found.append(f"{timer.started_at} breached at {timer.breached_at}")
    for notice in Notice.objects.select_related("timer"):
        if notice.fell_due_at != notice.timer.started_at + timedelta(seconds=AFTER[notice.percent]):
            found.append(f"{notice} fell due at {notice.fell_due_at}")
    return found


def people_told(rows):
    """Return how often each person was told of each percentage: Counter of (name, percent)."""
    return Counter((email.split("@")[0], percent) for email, percent in rows)


@pytest.fixture
def tickets(cast):
    tickets = [make_ticket(cast.alice) for _ in range(6)]
    for ticket in tickets:
        assign(ticket, cast.gwen, by=Actor.person(cast.lena))
    Delivery.objects.all().delete()
    return tickets


def still_due(now):
    return Timer.objects.filter(next_check_at__lte=now).exists()


def all_told(store, now):
    """Let the workers look once more; return whether nothing is left to be told.

    A delivery whose worker was killed waits until its lease of a second has run out, and then for whoever looks.
    """
    store.rpush(TICKS, now.isoformat())
    time.sleep(0.3)
    return not store.llen(TICKS) and not Delivery.objects.filter(state="pending").exists()


def test_rel_12_two_beats_and_four_workers_killed_at_random_notice_each_step_once(tickets, tmp_path):
    is_long = connection.vendor == "postgresql"
    real_seconds = 10 if is_long else 4
    dice = random.Random(SEED)
    # The half hour begins now and passes 180 times as fast: so nothing is told late.
    begin = timezone.now().replace(microsecond=0)
    until = begin + HALF_HOUR
    begins = [begin + timedelta(seconds=30 * n) for n in range(50 if is_long else 10)]
    start_timers(tickets, begins)
    kills = 0
    with processes(tmp_path, workers=4 if is_long else 2, tells=True) as (running, store):
        began = time.time()
        running.about |= {"began": began, "epoch": begin.timestamp(), "until": until.timestamp()}
        running.about["seconds"] = HALF_HOUR.total_seconds() / real_seconds
        running.start("beat")
        running.start("beat")
        while time.time() < began + real_seconds:
            time.sleep(dice.uniform(0.1, 0.7))
            running.start(running.kill(dice.randrange(len(running.living))))
            kills += 1
        for which in reversed([n for n, (do, _) in enumerate(running.living) if do == "beat"]):
            running.kill(which)
        wait_until(lambda: all_told(store, until) and not still_due(until) and all_told(store, until), 90)
    print(f"seed {SEED}, {kills} kills, {Notice.objects.count()} notices")  # noqa: T201 (for whoever reads a failure)
    assert kills >= 5
    assert differences(begins, until) == []

    steps = Event.objects.filter(name="timer.step_reached")
    wanted = Counter(
        (who, data["percent"]) for data in steps.values_list("data", flat=True) for who in TOLD[data["percent"]]
    )
    alerts = Alert.objects.filter(kind="step").values_list("recipient__email", "event__data__percent")
    assert people_told(alerts) == wanted
    causes = {f"timer.step_reached:{pk}": data["percent"] for pk, data in steps.values_list("pk", "data")}
    mails = OutgoingMail.objects.filter(kind="step").values_list("to", "cause")
    assert people_told((to, causes[cause.rpartition(":")[0]]) for to, cause in mails) == wanted


@pytest.fixture
def no_unique_notice():
    """Take the unique key of notices away for one test."""
    [key] = [constraint for constraint in Notice._meta.constraints if constraint.name == "notice_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Notice, key)
    try:
        yield
    finally:
        Notice.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Notice, key)


@pytest.mark.postgresql
def test_rel_12_the_ledger_finds_what_goes_wrong_without_unique_key_lock_and_second_look(
    tickets, tmp_path, no_unique_notice
):
    begin = timezone.now().replace(microsecond=0)
    until = begin + HALF_HOUR
    begins = [begin + timedelta(seconds=15 * n) for n in range(40)]
    start_timers(tickets, begins)
    with processes(tmp_path, workers=4, sabotaged=True) as (_, store):
        for minute in range(5, 31, 5):
            store.rpush(TICKS, *[(begin + timedelta(minutes=minute)).isoformat()] * 4)
        wait_until(lambda: not store.llen(TICKS), 30)
        time.sleep(1)
    assert any("times, not" in line for line in differences(begins, until))


def test_rel_12_a_sweep_that_dies_leaves_nothing_half_done(tickets, monkeypatch):
    now = timezone.now().replace(microsecond=0)
    begins = [now - timedelta(hours=3, seconds=n) for n in range(20)]
    start_timers(tickets, begins)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    for module, name in ((noticing.Notice.objects, "bulk_create"), (Timer.objects, "bulk_create")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, die)
            with pytest.raises(KeyboardInterrupt):
                sweep(now=now)
        assert not Notice.objects.exists()
        assert not Event.objects.filter(name="timer.step_reached").exists()
        assert not Timer.objects.exclude(state="running").exists()
    sweep(now=now)
    assert differences(begins, now) == []


def test_a_timer_that_cannot_be_read_holds_up_no_other(tickets):
    now = timezone.now().replace(microsecond=0)
    begins = [now - timedelta(hours=3, seconds=n) for n in range(5)]
    start_timers(tickets, begins)
    broken = Timer.objects.order_by("pk")[2]
    Timer.objects.filter(pk=broken.pk).update(steps=[{"per": 75}])
    assert sweep(now=now) == 4
    assert set(Notice.objects.values_list("timer__started_at", flat=True)) == set(begins) - {broken.started_at}


@pytest.mark.postgresql
def test_a_batch_costs_the_same_few_queries_however_many_fell_due(tickets, django_assert_max_num_queries):
    now = timezone.now().replace(microsecond=0)
    for count in (10, 500):
        start_timers(tickets, [now - timedelta(seconds=1000 + n) for n in range(count)])
        # ids; BEGIN, lock, notices, events, deliveries, timers, COMMIT; a full batch looks for another one.
        with django_assert_max_num_queries(8 if count == 10 else 9):
            assert sweep(now=now) == count
        Notice.objects.all().delete()


@pytest.mark.postgresql
def test_a_timer_that_an_act_holds_is_left_for_the_next_sweep(tickets, tmp_path):
    now = timezone.now().replace(microsecond=0)
    start_timers(tickets, [now - timedelta(seconds=470 + n) for n in range(3)])
    held = Timer.objects.order_by("pk")[0]
    with processes(tmp_path, workers=1) as (_, store):
        with transaction.atomic():
            Timer.objects.select_for_update().get(pk=held.pk)
            store.rpush(TICKS, now.isoformat())
            wait_until(lambda: Notice.objects.count() == 2, 20)
            assert not Notice.objects.filter(timer=held).exists()
        store.rpush(TICKS, now.isoformat())
        wait_until(lambda: Notice.objects.filter(timer=held).exists(), 20)


def test_rel_13_after_eight_hours_each_breach_is_noticed_once_at_its_true_time_and_told_in_one_mail(tickets, tmp_path):
    """Stop, jump, start: beats were silent for eight hours, then four workers catch up, and are killed meanwhile."""
    is_long = connection.vendor == "postgresql"
    overdue = 5000 if is_long else 500
    dice = random.Random(SEED)
    now = timezone.now().replace(microsecond=0)
    begins = [now - timedelta(hours=8) + timedelta(seconds=28_000 * n // overdue) for n in range(overdue)]
    start_timers(tickets, begins)
    began = time.monotonic()
    with processes(tmp_path, workers=4 if is_long else 2) as (running, store):
        store.rpush(TICKS, *[now.isoformat()] * 8)
        for _ in range(5):
            time.sleep(dice.uniform(0.2, 0.8))
            running.start(running.kill(dice.randrange(len(running.living))))
            store.rpush(TICKS, now.isoformat())
        wait_until(lambda: not still_due(now), 120)
        noticed = time.monotonic() - began
        while running.living:
            running.kill(0)
        waiting = Delivery.objects.select_related("event").filter(state="pending")
        newest = sorted(waiting, key=lambda delivery: -delivery.event.data["timer"])[: TOLD_OVERDUE or overdue]
        kept = [delivery.pk for delivery in newest]
        Delivery.objects.exclude(pk__in=kept).delete()
        store.delete(TICKS)
        running.about["tells"] = True
        for _ in range(4 if is_long else 2):
            running.start("worker")
            store.rpush(TICKS, now.isoformat())
        time.sleep(dice.uniform(0.2, 0.8))
        running.start(running.kill(0))
        wait_until(lambda: all_told(store, now), 300)
    print(f"seed {SEED}: {overdue} overdue noticed in {noticed:.1f} s, told in {time.monotonic() - began:.1f} s")  # noqa: T201 (for whoever reads a failure)
    assert noticed <= 120
    assert differences(begins, now) == []
    assert set(Notice.objects.values_list("noticed_at", flat=True)) == {now}, "marked late: noticed now, fell due then"
    broken = Timer.objects.filter(state="breached")
    assert broken.exclude(noticed_at=now).count() == 0 and broken.count() >= overdue * 0.9

    told = people_told(Alert.objects.filter(kind="step").values_list("recipient__email", "event__data__percent"))
    reached = Event.objects.filter(name="timer.step_reached", deliveries__in=kept)
    percents = Counter(reached.values_list("data__percent", flat=True))
    late = Counter({(who, percent): percents[percent] for percent in percents for who in TOLD[percent]})
    assert told == late
    waiting = Counter(Alert.objects.filter(is_mail_waiting=True).values_list("recipient__email", flat=True))
    mailed = Counter(OutgoingMail.objects.filter(kind="step").values_list("to", flat=True))
    assert max(waiting.values()) > FEW
    gather_late_notices(now=timezone.now() + QUIET + timedelta(seconds=1))
    gather_late_notices(now=timezone.now() + QUIET + timedelta(seconds=1))
    digests = OutgoingMail.objects.filter(kind="digest")
    assert Counter(digests.values_list("to", flat=True)) == {to: 1 for to, count in waiting.items() if count > FEW}
    for digest in digests:
        assert digest.gathered.count() == waiting.pop(digest.to)
    assert Counter(OutgoingMail.objects.filter(kind="step").values_list("to", flat=True)) == mailed + waiting
    assert not Alert.objects.filter(is_mail_waiting=True).exists()


def test_rel_14_a_clock_that_jumps_by_an_hour_loses_and_doubles_nothing(tickets):
    begin = datetime(2025, 3, 30, 0, tzinfo=UTC)  # the night in which clocks in Berlin are put forward
    begins = [begin + timedelta(minutes=3 * n) for n in range(40)]
    start_timers(tickets, begins)
    jumps = [0, 15, 75, 20, 30, -30, 90, 40, 100, 45, 105, 50, 200, 140]  # minutes: an hour forward and back again
    for minutes in jumps:
        sweep(now=begin + timedelta(minutes=minutes))
    # What a clock that is an hour ahead has noticed stays noticed, each step once, at its true time.
    assert differences(begins, begin + timedelta(minutes=max(jumps))) == []
