"""Spam and calls in the console: on one ticket, on many, in the rail, and in the timeline's words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from support.actions.mark_spam import mark_spam
from support.actions.solve import solve
from support.models import Message, Ticket
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast):
    return make_ticket(cast.alice, subject="You have won")


@pytest.fixture
def gwen_in(cast, signed_in):
    return signed_in(cast.gwen)


def test_a_ticket_goes_out_of_the_queue_and_comes_back(gwen_in, ticket):
    url = f"/admin/tickets/{ticket.pk}/"
    response = gwen_in.post(f"{url}spam/", {"spam": "on", "go": "next", "version": ticket.version}, follow=True)
    assert f"#{ticket.pk} is spam now" in response.text
    assert "You have won" not in gwen_in.get("/admin/queue/").text
    listed = gwen_in.get("/admin/queue/?view=spam").text
    assert "You have won" in listed and 'value="not_spam"' in listed and ">spam<" in listed
    assert 'href="/admin/queue/?view=spam" aria-current="page"' in listed
    page = gwen_in.get(url).text
    assert "This is marked as spam" in page and 'value="solved"' not in page
    assert "Gwen Abara marked it as spam." in page
    gwen_in.post(f"{url}spam/", {"spam": "off"})
    assert "You have won" in gwen_in.get("/admin/queue/").text
    assert "Gwen Abara said that it is not spam." in gwen_in.get(f"{url}timeline/").text


def test_many_go_and_come_back_at_once(gwen_in, cast):
    tickets = [make_ticket(cast.alice) for _n in range(2)]
    for act, is_spam in (("spam", True), ("not_spam", False)):
        chosen = [f"{t.pk}.{t.version}" for t in Ticket.objects.order_by("pk")]
        response = gwen_in.post("/admin/queue/acts/", {"ticket": chosen, "act": act}, follow=True)
        assert "2 tickets" in str(next(iter(response.context["messages"])))
        assert set(Ticket.objects.values_list("is_spam", flat=True)) == {is_spam}
    assert len(tickets) == 2


def test_what_is_written_to_spam_comes_back_with_the_way_out(gwen_in, cast, ticket):
    marked = mark_spam(ticket, by=Actor.person(cast.gwen))
    response = gwen_in.post(
        f"/admin/tickets/{ticket.pk}/messages/", {"kind": "reply", "body": "Dear winner", "version": marked.version}
    )
    assert response.status_code == 422
    assert "Say “not spam” first" in response.text and "Dear winner" in response.text


def test_who_withdrew_it_stands_in_the_timeline(gwen_in, cast, ticket):
    solve(ticket, by=Actor.person(cast.alice))
    page = gwen_in.get(f"/admin/tickets/{ticket.pk}/").text
    assert "Alice Moreau withdrew it: solved before we answered." in page
    assert "withdrawn" in page


def call(client, ticket, call_at):
    data = {"kind": "call", "body": "We spoke.", "version": ticket.version, "call_at": call_at}
    return client.post(f"/admin/tickets/{ticket.pk}/messages/", data)


def test_a_call_is_logged_with_its_time_in_the_agents_zone(gwen_in, cast, time_machine):
    """Also one in the hour that came twice: the first is meant; and in the one that never was: moved forward."""
    cast.gwen.time_zone = "Europe/Berlin"
    cast.gwen.save()
    for now, filed, typed, meant in (
        ("2025-10-26T08:00:00Z", 9, "2025-10-26T02:30", "2025-10-26T00:30:00+00:00"),
        ("2025-03-30T08:00:00Z", 9, "2025-03-30T02:30", "2025-03-30T01:30:00+00:00"),
    ):
        time_machine.move_to(now, tick=False)
        ticket = make_ticket(cast.alice, at=timezone.now() - timedelta(hours=filed))
        assert call(gwen_in, ticket, typed).status_code == 302
        message = Message.objects.latest("pk")
        assert (message.channel, message.created_at.isoformat(), message.is_staff_reply) == ("phone", meant, True)
    assert "Phone, <time" in gwen_in.get(f"/admin/tickets/{ticket.pk}/").text


@pytest.mark.parametrize("call_at", ["soon", "2999-01-01T10:00", "0001-01-01T00:00", "2026-01-01T10:00+02:00"])
def test_a_call_at_an_impossible_time_says_so_and_keeps_the_words(gwen_in, cast, ticket, call_at):
    response = call(gwen_in, ticket, call_at)
    assert response.status_code == 422 and "We spoke." in response.text and "When was the call?" in response.text
    form = {"email": "alice@acme.example", "subject": "Called", "body": "We spoke.", "channel": "phone",
            "priority": "20", "outcome": "missed", "call_at": call_at}  # fmt: skip
    assert gwen_in.post("/admin/tickets/new/", form).status_code == 422
    assert Ticket.objects.count() == 1


def test_a_missed_call_is_promised_an_answer_from_when_it_was(gwen_in, cast):
    at = timezone.now() - timedelta(hours=2)
    form = {"email": "alice@acme.example", "subject": "Called", "body": "Please call back.", "channel": "phone",
            "priority": "20", "outcome": "missed", "call_at": f"{at:%Y-%m-%dT%H:%M}"}  # fmt: skip
    gwen_in.post("/admin/tickets/new/", form)
    missed = Ticket.objects.get()
    assert missed.created_at == at.replace(second=0, microsecond=0)
    assert missed.next_due_at - missed.created_at == timedelta(hours=4)
    response = gwen_in.post("/admin/tickets/new/", {**form, "channel": "web"})
    assert "Only a call has a time of its own" in response.text


def test_what_was_imported_is_found_by_its_old_name(gwen_in, cast, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(external_reference="ZD-1", status="closed")
    assert "You have won" in gwen_in.get("/admin/queue/?q=reference:ZD-1").text
    assert "Imported: ZD-1" in gwen_in.get(f"/admin/tickets/{ticket.pk}/").text
