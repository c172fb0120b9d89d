"""People at work on a running desk, and the ledger of what they sent: each subject is written down before it leaves."""

import http.client
import threading
import time
import urllib.parse
import uuid
from collections import Counter

from django.conf import settings
from django.test import Client

from events.models import Delivery
from notifications.models import OutgoingMail
from support.models import Ticket

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


class People:
    """A customer, their colleague and an agent, each signed in once, before anything breaks."""

    def __init__(self, address, cast):
        self.alice, self.amir, self.gwen = (Browser(address, who) for who in (cast.alice, cast.amir, cast.gwen))

    def are_still_in(self):
        for browser, path, words in (
            (self.alice, "/tickets/", "Alice Moreau"),
            (self.amir, "/", "Amir Haddad"),
            (self.gwen, "/admin/queue/", "Gwen Abara"),
        ):
            status, text, seconds = browser.ask(path)
            assert status == 200 and words in text, (path, status)
            assert seconds < 8


class Load:
    """Customers who file one ticket after the other, and the ledger of what they sent."""

    def __init__(self, browsers, pause_seconds=0.15):
        self.ledger, self.answers = [], []
        self.pause_seconds = pause_seconds
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
            self.over.wait(self.pause_seconds)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def assert_the_web_went_on(self):
        assert {status for status, _ in self.answers} == {302}
        slow = sorted(seconds for _, seconds in self.answers)
        assert slow[-1] < 8 and slow[len(slow) // 2] < 2, slow

    def assert_nothing_is_lost_or_doubled(self, script):
        """Compare ledger, tickets and the mails that the server took: one to one."""
        assert sorted(Ticket.objects.values_list("subject", flat=True)) == sorted(self.ledger)
        written = dict(OutgoingMail.objects.values_list("message_id", "ticket_number"))
        assert set(written.values()) == set(Ticket.objects.values_list("pk", flat=True))
        assert Counter(message["Message-ID"] for _, message in script.taken) == Counter(list(written))


def drained():
    return (
        not Delivery.objects.exclude(state="done").exists()
        and OutgoingMail.objects.count() == Ticket.objects.count()
        and not OutgoingMail.objects.exclude(state="sent").exists()
    )
