import pytest
from django.urls import reverse

from accounts.actors import Actor
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.permissions import (
    can_add_colleague,
    can_reply,
    visible_attachments,
    visible_messages,
    visible_tickets,
    worked_tickets,
    works_on,
)
from tests.factories.support import make_ticket
from tests.safety.rig import stored_file


@pytest.fixture
def tickets(cast):
    return {
        "acme": make_ticket(cast.alice, note="canary-note", noted_by=cast.gwen),
        "globex": make_ticket(cast.bea),
        "carl": make_ticket(cast.carl),
        "unproven": make_ticket(cast.alice, by=Actor.anonymous()),
    }


EYES = {
    "alice": {"acme"},
    "amir": set(),
    "anna": {"acme"},
    "bea": {"globex"},
    "ben": {"globex"},
    "carl": {"carl"},
    "gwen": {"acme"},
    "hugo": {"globex", "carl", "unproven"},
    "lena": {"acme", "globex", "carl", "unproven"},
    "ada": {"acme", "globex", "carl", "unproven"},
}


@pytest.mark.parametrize("who", EYES)
def test_each_sees_what_they_may_and_nothing_else(cast, tickets, who):
    actor = Actor.person(getattr(cast, who))
    seen = {name for name, ticket in tickets.items() if ticket in visible_tickets(actor)}
    assert seen == EYES[who]
    assert {name for name, ticket in tickets.items() if can_reply(actor, ticket)} == EYES[who]


def test_a_stranger_sees_nothing(tickets):
    assert not visible_tickets(Actor.anonymous()).exists()


@pytest.mark.parametrize("who", ["alice", "anna", "amir"])
def test_notes_are_for_agents_only(cast, tickets, who):
    texts = visible_messages(Actor.person(getattr(cast, who)), tickets["acme"]).values_list("text", flat=True)
    assert "canary-note" not in texts
    assert "canary-note" in visible_messages(Actor.person(cast.gwen), tickets["acme"]).values_list("text", flat=True)


def test_only_the_requester_and_the_organisations_admin_add_colleagues(cast, tickets):
    allowed = {who for who in EYES if can_add_colleague(Actor.person(getattr(cast, who)), tickets["acme"])}
    assert allowed == {"alice", "anna", "gwen", "lena", "ada"}


def test_somebody_deactivated_sees_nothing(cast, tickets):
    cast.gwen.is_active = False
    assert not visible_tickets(Actor.person(cast.gwen)).filter(pk=tickets["acme"].pk).exists()


@pytest.mark.parametrize("who", EYES)
def test_whoever_works_a_ticket_is_told_so_by_list_and_row_alike(cast, tickets, who):
    actor = Actor.person(getattr(cast, who))
    worked = set(worked_tickets(actor).values_list("pk", flat=True))
    assert worked == {ticket.pk for ticket in tickets.values() if works_on(actor, ticket)}


def test_an_agent_reads_what_they_asked_in_another_queue_as_the_customer_they_are(cast, signed_in):
    """Gwen works in Enterprise; her own question went to Priority, where Hugo leaves a note with a file."""
    ticket = make_ticket(cast.gwen, queue=cast.hugo.queues.get(slug="priority"), subject="My laptop")
    secret = stored_file(cast.hugo, "secret.txt", "canary-file")
    add_note(ticket, by=Actor.person(cast.hugo), body="canary-note", attachments=[secret])
    gwen, browser = Actor.person(cast.gwen), signed_in(cast.gwen)
    page = browser.get(reverse("support:ticket", args=[ticket.pk]))
    assert page.status_code == 200 and "canary" not in page.content.decode()
    assert reverse("console:ticket", args=[ticket.pk]) not in page.content.decode()
    assert ticket.pk in [row.ticket.pk for row in browser.get(reverse("support:ticket_list")).context["page"].lines]
    assert browser.get(reverse("console:ticket", args=[ticket.pk])).status_code == 404
    assert "My laptop" not in browser.get(reverse("console:queue") + "?view=all").content.decode()
    assert not visible_attachments(gwen).exists() and browser.get(secret.url).status_code == 404
    replied = reply(ticket, by=gwen, body="It still does not start.")
    assert not replied.message.is_staff_reply
    assert signed_in(cast.hugo).get(reverse("console:ticket", args=[ticket.pk])).status_code == 200
