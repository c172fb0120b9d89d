"""REL-03: the whole desk under load while its Redis, broker and cache in one, forgets, hangs, dies and comes back.

The ledger is kept outside: each subject is written down before it is sent. Afterwards ledger, tickets and mails are the
same, one to one.
"""

import contextlib
import time

import pytest
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule

from notifications.models import OutgoingMail
from tests.reliability.load import Load, People, drained
from tests.reliability.processes import celery_beat, celery_worker, redis_server, wait_until, web
from tests.reliability.smtp_servers import mail_server

pytestmark = [pytest.mark.once, pytest.mark.reliability, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_rel_03_the_web_goes_on_without_redis_and_all_is_done_when_it_is_back(tmp_path, cast):
    call_command("sync_schedule")
    IntervalSchedule.objects.update(every=2, period="seconds")
    with contextlib.ExitStack() as stack:
        server, broker = stack.enter_context(redis_server())
        script, mail_port = stack.enter_context(mail_server())
        services = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"}
        stack.enter_context(celery_beat(tmp_path, broker, **services))
        address = stack.enter_context(web(tmp_path, BROKER_URL=broker, CACHE_URL=server.url(1), **services))
        stack.enter_context(celery_worker(tmp_path, broker, **services))
        people = People(address, cast)
        people.are_still_in()
        load = Load([people.alice, people.amir])
        stack.callback(load.end)
        wait_until(lambda: OutgoingMail.objects.filter(state="sent").count() >= 3, 30)
        assert server.client.keys("*") and server.client.exists("_kombu.binding.tierdesk")
        server.client.flushall()
        time.sleep(0.5)
        people.are_still_in()
        server.stop()
        people.are_still_in()
        time.sleep(1)
        server.go_on()
        server.kill()
        time.sleep(1)
        people.are_still_in()
        filed_without = len(load.answers)
        server.start()
        time.sleep(1)
        load.end()
        people.are_still_in()

        load.assert_the_web_went_on()
        assert filed_without > 5
        wait_until(drained, 45)
        load.assert_nothing_is_lost_or_doubled(script)
