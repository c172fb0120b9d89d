"""REL-03: the broker forgets, hangs or is gone; requests do not wait for it, and nothing is lost with it."""

import json
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.utils import timezone

from events import dispatch
from events.models import Delivery
from notifications.models import OutgoingMail
from tests.factories.support import make_ticket
from tests.reliability.processes import ROOT, celery_worker, environment, redis_server, wait_until
from tests.reliability.smtp_servers import free_port

pytestmark = [pytest.mark.once, pytest.mark.reliability, pytest.mark.django_db(transaction=True)]

RING = """
import json, sys, time, django
django.setup()
from events import dispatch
took = []
for _ in range(5):
    began = time.monotonic()
    went = dispatch.ask("events.tasks.sweep_deliveries")
    took.append((time.monotonic() - began, went))
print(json.dumps(took))
"""


def ring_five_times(folder, broker):
    done = subprocess.run(
        [sys.executable, "-c", RING], cwd=ROOT, env=environment(folder, BROKER_URL=broker),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def test_rel_03_a_bell_that_works_takes_no_time(tmp_path):
    with redis_server() as (_, broker):
        assert all(went for _, went in ring_five_times(tmp_path, broker))


def test_rel_03_a_broker_that_is_gone_costs_next_to_nothing_once(tmp_path):
    took = ring_five_times(tmp_path, f"redis://127.0.0.1:{free_port()}/0")
    assert not any(went for _, went in took)
    assert took[0][0] < 1.5 and sum(seconds for seconds, _ in took[1:]) < 0.3, took


def test_rel_03_a_broker_that_hangs_costs_about_a_second_once(tmp_path):
    with redis_server() as (server, broker):
        server.stop()
        took = ring_five_times(tmp_path, broker)
    assert not any(went for _, went in took)
    assert took[0][0] < 3.0 and sum(seconds for seconds, _ in took[1:]) < 0.3, took


def test_rel_03_a_rabbit_that_is_gone_or_hangs_costs_about_a_second_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            took = ring_five_times(tmp_path, f"amqp://127.0.0.1:{port}//")
            assert not any(went for _, went in took)
            assert took[0][0] < 3.0 and sum(seconds for seconds, _ in took[1:]) < 0.3, took


def test_rel_03_an_act_is_done_while_the_broker_is_gone(cast, monkeypatch):
    """The doorbell's failure reaches neither the act nor the person."""

    def gone():
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(dispatch, "_producers", gone)
    monkeypatch.setattr(dispatch, "_breaker", dispatch.Breaker())
    ticket = make_ticket(cast.alice)
    assert ticket.pk and Delivery.objects.filter(event__subject_id=ticket.pk, state="pending").exists()


@pytest.mark.slow
def test_rel_03_what_a_flushed_or_restarted_broker_forgot_is_done_by_the_sweeper(tmp_path, cast):
    with redis_server() as (_, broker):
        bell = Celery(broker=broker, set_as_current=False)

        def ring(task, *arguments):
            bell.send_task(task, args=list(arguments), queue="tierdesk", ignore_result=True)

        for _ in range(5):
            make_ticket(cast.alice)
        ring("events.tasks.deliver_events", list(Delivery.objects.values_list("event", flat=True)))
        redis.Redis.from_url(broker).flushall()
        with celery_worker(tmp_path, broker):
            time.sleep(1)
            assert not Delivery.objects.filter(state="done").exists()
            redis.Redis.from_url(broker).flushall()  # once more, under a worker that listens
            Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))

            def swept():
                ring("events.tasks.sweep_deliveries")
                time.sleep(0.5)
                return not Delivery.objects.exclude(state="done").exists()

            wait_until(swept, 30)
        assert OutgoingMail.objects.count() == 5


def test_rel_03_nothing_that_matters_lives_in_broker_or_cache():
    assert settings.SESSION_ENGINE == "accounts.sessions"
