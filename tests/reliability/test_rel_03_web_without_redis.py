"""REL-03: the whole desk under load while its Redis, broker and cache in one, forgets, hangs, dies and comes back.

The ledger is kept outside: each subject is written down before it is sent. Afterwards ledger, tickets and mails are the
same, one to one.
"""

import contextlib
import http.client
import threading
import time
import urllib.parse
import uuid
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django_celery_beat.models import IntervalSchedule

from events.models import Delivery
from notifications.models import OutgoingMail
from support.models import Ticket
from tests.reliability.processes import celery_beat, celery_worker, redis_server, wait_until, web
from tests.reliability.smtp_servers import mail_server

pytestmark = [pytest.mark.once, pytest.mark.reliability, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TOKEN = "c" * 32


class Browser:
    """Somebody who is signed in, over a connection of their own."""

    def __init__(self, address, user):
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.host = urllib.parse.urlsplit(address).netloc
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def ask(self, path, **posted):
        """Return status, body and seconds."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        began = time.monotonic()
        headers = {"Cookie": self.cookie}
        if posted:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode({**posted, "csrfmiddlewaretoken": TOKEN})
            connection.request("POST", path, body, headers)
        else:
            connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text, time.monotonic() - began


class Load:
    """Customers who file one ticket after the other, and the ledger of what they sent."""

    def __init__(self, browsers):
        self.ledger, self.answers = [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.file, args=(browser,)) for browser in browsers]
        for thread in self.threads:
            thread.start()

    def file(self, browser):
        while not self.over.is_set():
            subject = f"Load {uuid.uuid4()}"
            self.ledger.append(subject)
            try:
                status, _, seconds = browser.ask(
                    "/tickets/new/", subject=subject, body="It rains.", priority="20", submission=str(uuid.uuid4())
                )
            except OSError as error:
                status, seconds = repr(error), 0
            self.answers.append((status, seconds))
            self.over.wait(0.15)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(60)


def drained():
    return (
        not Delivery.objects.exclude(state="done").exists()
        and OutgoingMail.objects.count() == Ticket.objects.count()
        and not OutgoingMail.objects.exclude(state="sent").exists()
    )


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
        alice, amir, gwen = (Browser(address, person) for person in (cast.alice, cast.amir, cast.gwen))

        def everybody_is_still_in():
            for browser, path, words in (
                (alice, "/tickets/", "Alice Moreau"), (amir, "/", "Amir Haddad"), (gwen, "/admin/queue/", "Gwen Abara"),
            ):  # fmt: skip
                status, text, seconds = browser.ask(path)
                assert status == 200 and words in text, (path, status)
                assert seconds < 8

        everybody_is_still_in()
        load = Load([alice, amir])
        stack.callback(load.end)
        wait_until(lambda: OutgoingMail.objects.filter(state="sent").count() >= 3, 30)
        assert server.client.keys("*") and server.client.exists("_kombu.binding.tierdesk")
        server.client.flushall()
        time.sleep(0.5)
        everybody_is_still_in()
        server.stop()
        everybody_is_still_in()
        time.sleep(1)
        server.go_on()
        server.kill()
        time.sleep(1)
        everybody_is_still_in()
        filed_without = len(load.answers)
        server.start()
        time.sleep(1)
        load.end()
        everybody_is_still_in()

        assert {status for status, _ in load.answers} == {302}
        slow = sorted(seconds for _, seconds in load.answers)
        assert slow[-1] < 8 and slow[len(slow) // 2] < 2, slow
        assert filed_without > 5
        wait_until(drained, 45)
        assert sorted(Ticket.objects.values_list("subject", flat=True)) == sorted(load.ledger)
        written = dict(OutgoingMail.objects.values_list("message_id", "ticket_number"))
        assert set(written.values()) == set(Ticket.objects.values_list("pk", flat=True))
        assert Counter(message["Message-ID"] for _, message in script.taken) == Counter(list(written))
