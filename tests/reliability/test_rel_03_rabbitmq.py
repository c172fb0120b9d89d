"""REL-03: RabbitMQ is the broker, and away for a while. The web goes on; all is done within a minute of its return.

By default it is away for a few seconds and periodic tasks run more often than on a real desk; `REL_DOWN_SECONDS=300` keeps
it away for five minutes with the desk's own schedule (CONTRIBUTING.md).
"""

import contextlib
import os
import subprocess
import sys
import time

import pytest
from celery import Celery
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule

from notifications.models import OutgoingMail
from tests.reliability.load import Load, People, drained
from tests.reliability.processes import ROOT, celery_beat, celery_worker, environment, wait_until, web
from tests.reliability.rabbitmq import rabbitmq
from tests.reliability.smtp_servers import mail_server

pytestmark = [pytest.mark.reliability, pytest.mark.once, pytest.mark.django_db(transaction=True)]

LONG = int(os.environ.get("REL_DOWN_SECONDS", "0"))

RING = """
import sys, time, django
django.setup()
from events import dispatch
for _ in sys.stdin:
    dispatch._breaker = dispatch.Breaker()
    began = time.monotonic()
    print(dispatch.ask("events.tasks.sweep_deliveries"), time.monotonic() - began, flush=True)
"""


def test_rel_03_the_bell_rings_again_once_rabbitmq_is_back(tmp_path):
    with rabbitmq() as (wire, broker), (tmp_path / "ring.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", RING], cwd=ROOT, env=environment(tmp_path, BROKER_URL=broker), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip

        def ring():
            process.stdin.write("\n")
            process.stdin.flush()
            went, seconds = process.stdout.readline().split()
            assert float(seconds) < 3
            return went == "True"

        with process:
            assert ring() and ring()
            wire.cut()
            ring()
            assert not ring(), "the one before may have gone into the closed connection"
            wire.mend()
            with Celery(broker=broker, set_as_current=False).connection_for_read() as connection:

                def rung():
                    return connection.default_channel.queue_declare("tierdesk", passive=True).message_count

                before = rung()
                assert ring() and ring()
                wait_until(lambda: rung() == before + 2, 10)
            process.stdin.close()


@pytest.mark.slow
def test_rel_03_the_web_goes_on_without_rabbitmq_and_all_is_done_when_it_is_back(tmp_path, cast):
    call_command("sync_schedule")
    if not LONG:
        IntervalSchedule.objects.update(every=2, period="seconds")
    with contextlib.ExitStack() as stack:
        wire, broker = stack.enter_context(rabbitmq())
        script, mail_port = stack.enter_context(mail_server())
        services = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"}
        stack.enter_context(celery_beat(tmp_path, broker, **services))
        address = stack.enter_context(web(tmp_path, BROKER_URL=broker, **services))
        stack.enter_context(celery_worker(tmp_path, broker, **services))
        people = People(address, cast)
        people.are_still_in()
        load = Load([people.alice, people.amir], pause_seconds=1 if LONG else 0.15)
        stack.callback(load.end)
        wait_until(lambda: OutgoingMail.objects.filter(state="sent").count() >= 3, 60)
        wire.cut()
        before = len(load.answers)
        time.sleep((LONG or 4) / 2)
        people.are_still_in()
        time.sleep((LONG or 4) / 2)
        filed_without = len(load.answers) - before
        wire.mend()
        load.end()
        people.are_still_in()
        load.assert_the_web_went_on()
        assert filed_without > 3
        wait_until(drained, 60)
        load.assert_nothing_is_lost_or_doubled(script)
