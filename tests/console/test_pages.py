"""Who gets into the console, and what each page costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from support.actions.add_note import add_note
from support.actions.tag import set_tags
from support.models import Queue, Ticket
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
PAGES = ["/admin/", "/admin/queue/", "/admin/tickets/new/", "/admin/settings/", "/admin/palette/", "/admin/people/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_agents_and_asks_strangers_to_sign_in(cast, client, signed_in, path):
    assert client.get(path).status_code == 302
    assert signed_in(cast.alice).get(path).status_code == 404
    for person in (cast.gwen, cast.lena, cast.ada):
        assert signed_in(person).get(path).status_code == 200


def test_an_agent_outside_the_queue_gets_404_on_every_address_of_a_ticket(cast, signed_in):
    ticket = make_ticket(cast.alice)
    hugo = signed_in(cast.hugo)
    for part in ("", "timeline/", "earlier/", "next/", "previous/"):
        assert hugo.get(f"/admin/tickets/{ticket.pk}/{part}").status_code == 404
    for part in (
        "messages/",
        "draft/",
        "draft/removal/",
        "assignee/",
        "status/",
        "priority/",
        "tags/",
        "queue/",
        "following/",
    ):
        assert hugo.post(f"/admin/tickets/{ticket.pk}/{part}", {"body": "x"}).status_code == 404
    assert hugo.post(f"/admin/tickets/{ticket.pk}/presence/").status_code == 204
    assert b"Question" not in hugo.get("/admin/queue/").content
    ticket.refresh_from_db()
    assert ticket.version == 1


def test_the_ticket_page_opens_with_its_parts(cast, signed_in):
    ticket = make_ticket(
        cast.alice, subject="Where is my key?", answered_by=cast.gwen, note="canary-note", noted_by=cast.gwen
    )
    gwen = signed_in(cast.gwen)
    page = gwen.get(f"/admin/tickets/{ticket.pk}/")
    assert page.status_code == 200
    for words in (
        "Where is my key?",
        "canary-note",
        "Alice Moreau",
        "Acme",
        "Promises",
        "First response",
        "Gwen Abara",
    ):
        assert words in page.text
    assert gwen.get(f"/admin/tickets/{ticket.pk}/timeline/").text.count("<li>") >= 3
    assert (
        "Nothing else was asked"
        in gwen.get(f"/admin/tickets/{ticket.pk}/earlier/", headers={"HX-Request": "true"}).text
    )


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200
    return len(captured), response


def test_the_queue_costs_the_same_at_25_and_100_rows_and_stays_small(cast, signed_in):
    for n in range(110):
        ticket = make_ticket(
            cast.alice, subject=f"A question of some length about part number {n} of the machine", body="words " * 40
        )
        if n % 3 == 0:
            set_tags(ticket, ["billing", "urgent-ish"], by=Actor.person(cast.gwen))
    gwen = signed_in(cast.gwen)
    few, page = queries(gwen, "/admin/queue/")
    cache_less = few
    many, large = queries(gwen, "/admin/queue/?size=100")
    assert large.text.count('class="row') == 100
    assert page.text.count('class="row') == 25
    assert cache_less <= 8
    assert many <= few
    assert len(page.content) <= 60_000


@pytest.mark.parametrize("role", ["gwen", "lena"])
def test_the_ticket_page_costs_the_same_at_3_and_300_events(cast, signed_in, role):
    ticket = make_ticket(cast.alice)
    client = signed_in(getattr(cast, role))
    client.get("/admin/")
    few, _page = queries(client, f"/admin/tickets/{ticket.pk}/")
    for n in range(100):
        set_tags(ticket, [f"tag{n}"], by=Actor.person(cast.gwen))
        add_note(ticket, by=Actor.person(cast.gwen), body=f"Note {n}")
    many, page = queries(client, f"/admin/tickets/{ticket.pk}/")
    assert few <= 10
    assert many <= 10
    assert "Show earlier messages" in page.text


def test_the_dashboard_asks_at_most_ten_questions(cast, signed_in):
    for _n in range(12):
        make_ticket(cast.alice)
    for person in (cast.gwen, cast.lena):
        cost, page = queries(signed_in(person), "/admin/")
        assert cost <= 10
        assert "no data" in page.text


def test_an_agent_in_no_queue_is_told_whom_to_ask(cast, signed_in):
    cast.gwen.queues.clear()
    make_ticket(cast.alice)
    for path in ("/admin/", "/admin/queue/"):
        assert "Ask a lead" in signed_in(cast.gwen).get(path).text


def test_reading_a_ticket_writes_nothing(cast, signed_in):
    ticket = make_ticket(cast.alice)
    client = signed_in(cast.gwen)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/admin/tickets/{ticket.pk}/")
    assert not [
        q["sql"]
        for q in captured
        if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"} and "session" not in q["sql"]
    ]
    assert Ticket.objects.get(pk=ticket.pk).version == 1
    assert Queue.objects.exists()
