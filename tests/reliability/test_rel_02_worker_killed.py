"""REL-02: workers are killed without warning; what they had begun happens once, and soon.

By default about sixty kills in some fifteen seconds; `REL_KILLS=100` kills each kind that often (CONTRIBUTING.md): process,
Celery's child, Celery's parent. So run on PostgreSQL in November 2026 with the seeds 7, 8 and 9: nothing was lost or done twice.
"""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from config.schedule import SCHEDULE
from events.models import Delivery
from notifications.models import OutgoingMail
from support.models import Ticket
from tests.factories.support import make_ticket
from tests.reliability.processes import LEASE_SECONDS, Desk, celery_worker, children_of, redis_server, wait_until
from tests.reliability.smtp_servers import mail_server

pytestmark = [pytest.mark.reliability, pytest.mark.django_db(transaction=True)]

LONG = int(os.environ.get("REL_KILLS", "0"))
PROCESS_KILLS = LONG or 40
CHILD_KILLS = LONG or 20
PARENT_KILLS = LONG or 1
SEED = int(os.environ.get("REL_SEED", "7"))


@pytest.fixture(scope="module")
def desk(django_db_setup, tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.end()


def due_now():
    Delivery.objects.filter(state="pending", leased_until=None).update(
        next_attempt_at=timezone.now() - timedelta(seconds=1)
    )


def unfinished():
    """Return what is still to be done, in words for whoever reads a failure."""
    return [
        *Delivery.objects.exclude(state="done").values_list("state", "attempts", "leased_until", "last_error"),
        *OutgoingMail.objects.exclude(state="sent").values_list("state", "attempts", "leased_until", "last_error"),
    ]


def assert_each_told_once(script, kills):
    """Compare tickets, written mails and what the server took: one to one, but for the final dot (RFC 1047)."""
    assert not unfinished()
    tickets = set(Ticket.objects.values_list("pk", flat=True))
    written = dict(OutgoingMail.objects.values_list("message_id", "ticket_number"))
    assert set(written.values()) == tickets and len(written) == len(tickets)
    copies = Counter(script.ids("alice@acme.example"))
    assert set(copies) == set(written)
    assert sum(copies.values()) - len(copies) <= kills, "at most one copy more for each kill, under the same Message-ID"


@pytest.mark.parametrize(("at", "copies"), [("claimed", 1), ("reacted", 1), ("mail_claimed", 1), ("mail_sent", 2)])
def test_rel_02_killed_at_this_point_it_still_happens_once(desk, cast, at, copies):
    """After the final dot nobody can know; then the same Message-ID comes twice (RFC 1047)."""
    with mail_server() as (script, port):
        make_ticket(cast.alice)
        due_now()
        assert desk.run(at=at, mail_port=port)[0] == -signal.SIGKILL
        begun = Delivery if at in {"claimed", "reacted"} else OutgoingMail
        # The claim outlives its worker, so nobody else does it now.
        claimed = begun.objects.exclude(leased_until=None).get()
        assert desk.run(mail_port=port)[0] == 0
        assert begun.objects.get(pk=claimed.pk).state in {"pending", "queued"}, (
            "nobody takes it from a worker that may live"
        )
        time.sleep(LEASE_SECONDS)
        assert desk.run(mail_port=port)[0] == 0
        outgoing = OutgoingMail.objects.get()
        assert outgoing.state == "sent"
        assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
        assert script.ids("alice@acme.example") == [outgoing.message_id] * copies


def test_rel_02_a_dead_worker_costs_at_most_90_seconds():
    sweep = max(SCHEDULE[name]["every_seconds"] for name in ("Do what a lost doorbell left", "Send mail that is due"))
    assert settings.DELIVERY_LEASE_SECONDS + sweep <= 90


def test_rel_02_killed_at_random_moments_it_loses_and_doubles_nothing(desk, cast):
    dice = random.Random(SEED)
    with mail_server() as (script, port):
        make_ticket(cast.alice)
        due_now()
        code, lasts = desk.run(mail_port=port)
        assert code == 0 and not unfinished()
        for _ in range(PROCESS_KILLS):
            make_ticket(cast.alice)
            due_now()
            code, _ = desk.run(mail_port=port, seconds=dice.uniform(0, 1.2 * lasts))
            assert code in {0, -signal.SIGKILL}

        def all_done():
            due_now()
            assert desk.run(mail_port=port)[0] == 0
            return not unfinished()

        wait_until(all_done, 30)
        assert_each_told_once(script, PROCESS_KILLS)


@pytest.mark.slow
def test_rel_02_celery_killed_at_random_moments_loses_and_doubles_nothing(tmp_path, cast):
    """First the child that works (by default Celery would acknowledge its task), then worker and child at once."""
    dice = random.Random(SEED)
    with redis_server() as (_, broker), mail_server() as (script, port), contextlib.ExitStack() as workers:
        bell = Celery(broker=broker, set_as_current=False)

        def ring(task, *arguments):
            bell.send_task(task, args=list(arguments), queue="tierdesk", ignore_result=True)

        def sweep():
            """Ring as beat does for what a dead worker had begun."""
            ring("events.tasks.sweep_deliveries")
            ring("notifications.tasks.send_due_mail")

        def start():
            return workers.enter_context(celery_worker(tmp_path, broker, EMAIL_URL=f"smtp://127.0.0.1:{port}"))

        def give_work():
            for _ in range(3):
                make_ticket(cast.alice)
            ring(
                "events.tasks.deliver_events",
                list(Delivery.objects.values_list("event", flat=True).order_by("-pk")[:3]),
            )
            sweep()
            time.sleep(dice.uniform(0.02, 0.4))

        worker = start()
        for _ in range(CHILD_KILLS):
            give_work()
            for child in children_of(worker.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        for _ in range(PARENT_KILLS):
            give_work()
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            worker = start()

        def all_done():
            due_now()
            sweep()
            time.sleep(0.5)
            return not unfinished()

        try:
            wait_until(all_done, 90)
        except AssertionError:
            logs = [log.read_text()[-4000:] for log in sorted(tmp_path.glob("worker-*.log"))]
            pytest.fail("\n".join([*map(str, unfinished()), *logs[-2:]]), pytrace=False)
        assert_each_told_once(script, CHILD_KILLS + PARENT_KILLS)
