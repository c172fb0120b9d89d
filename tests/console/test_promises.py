"""The page on which a ticket's promises are explained, and the same as JSON."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from sla.models import Target
from support.actions.reply import reply
from support.models import Ticket
from tests.factories.support import make_ticket
from tests.sla.test_timers import berlin, resolution  # noqa: F401

pytestmark = pytest.mark.django_db


def test_agents_of_the_queue_read_why_and_nobody_else(cast, client, signed_in):
    ticket = make_ticket(cast.alice, subject="canary-subject")
    for part in ("promises/", "promises.json"):
        path = f"/admin/tickets/{ticket.pk}/{part}"
        assert client.get(path).status_code == 302
        for person in (cast.alice, cast.hugo):
            answer = signed_in(person).get(path)
            assert answer.status_code == 404 and b"canary" not in answer.content
        assert signed_in(cast.gwen).get(path).status_code == 200
        assert signed_in(cast.gwen).post(path).status_code == 405


def test_the_page_tells_each_promise_in_words_and_names_the_zone(cast, signed_in, resolution):  # noqa: F811
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    cast.gwen.time_zone = "Asia/Kathmandu"
    cast.gwen.save()
    page = signed_in(cast.gwen).get(f"/admin/tickets/{ticket.pk}/promises/").content.decode()
    for words in (
        "Asia/Kathmandu",
        "Solved within 8 h of the hours",
        "Berlin office (Europe/Berlin)",
        "Enterprise, normal: the row of the tier.",
        "Each stretch of its clock",
        "What comes next",
        "kept",
    ):
        assert words in page, words
    assert (
        f'href="/admin/tickets/{ticket.pk}/promises/'
        in signed_in(cast.gwen).get(f"/admin/tickets/{ticket.pk}/").content.decode()
    )


def test_nothing_promised_is_said_so(cast, signed_in):
    Target.objects.all().delete()
    ticket = make_ticket(cast.alice)
    assert b"Nothing was promised" in signed_in(cast.gwen).get(f"/admin/tickets/{ticket.pk}/promises/").content


def test_programs_read_the_same_as_json(cast, signed_in):
    ticket = make_ticket(cast.alice)
    found = signed_in(cast.gwen).get(f"/admin/tickets/{ticket.pk}/promises.json").json()
    assert found["ticket"] == ticket.pk
    assert [(each["metric"], each["state"], each["target_seconds"]) for each in found["promises"]] == [
        ("first_response", "running", 4 * 3600)
    ]
    assert found["promises"][0]["due_at"] == Ticket.objects.get().next_due_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_page_costs_the_same_however_much_happened(cast, signed_in):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    gwen, path = signed_in(cast.gwen), f"/admin/tickets/{ticket.pk}/promises/"
    gwen.get(path)
    with CaptureQueriesContext(connection) as few:
        gwen.get(path)
    for _n in range(4):
        reply(ticket, by=Actor.person(cast.alice), body="And?")
        reply(ticket, by=Actor.person(cast.gwen), body="So.")
    with CaptureQueriesContext(connection) as many:
        gwen.get(path)
    assert len(many) <= len(few) <= 10
