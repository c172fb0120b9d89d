import uuid

import pytest

from accounts.actors import Actor
from events.models import Event
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.actions.set_status import set_status
from support.errors import Invalid, NotAllowed, Stale
from support.models import Message, Status, Ticket
from tests.factories.support import make_ticket


def test_an_agents_answer_keeps_the_promise_and_opens_the_ticket(cast):
    ticket = make_ticket(cast.alice)
    ticket = reply(ticket, by=Actor.person(cast.gwen), body="Hello").ticket
    assert (ticket.status, ticket.next_due_at, ticket.last_public_is_staff) == (Status.OPEN, None, True)


def test_an_answer_can_set_the_status_in_the_same_stroke(cast):
    ticket = reply(make_ticket(cast.alice), by=Actor.person(cast.gwen), body="Which?", then=Status.PENDING).ticket
    assert ticket.status == Status.PENDING


@pytest.mark.parametrize("status", [Status.PENDING, Status.SOLVED])
def test_a_customers_answer_reopens_what_waited_on_them(cast, status):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    set_status(ticket, status, by=Actor.person(cast.gwen))
    ticket = reply(ticket, by=Actor.person(cast.alice), body="Still").ticket
    assert ticket.status == Status.OPEN
    assert ticket.next_due_at is not None


def test_an_answer_to_a_closed_ticket_starts_a_linked_follow_up(cast):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    set_status(ticket, Status.CLOSED, by=Actor.person(cast.gwen))
    answer = reply(ticket, by=Actor.person(cast.alice), body="Again")
    assert answer.ticket.follow_up_of == ticket
    assert answer.ticket.status == Status.NEW
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert Event.objects.filter(name="ticket.follow_up_started", subject_id=ticket.pk).count() == 1


def test_a_second_answer_of_the_customer_does_not_restart_the_promise(cast):
    ticket = make_ticket(cast.alice)
    due = ticket.next_due_at
    assert reply(ticket, by=Actor.person(cast.alice), body="Anyone?").ticket.next_due_at == due


def test_staff_who_ask_are_customers_of_their_own_ticket(cast):
    ticket = make_ticket(cast.lena)
    answer = reply(ticket, by=Actor.person(cast.lena), body="More")
    assert answer.message.is_staff_reply is False
    assert answer.ticket.next_due_at is not None


def test_a_note_moves_no_timer_and_stays_inside(cast):
    ticket = make_ticket(cast.alice)
    note = add_note(ticket, by=Actor.person(cast.gwen), body="Between us")
    ticket.refresh_from_db()
    assert (note.is_public, ticket.status, ticket.next_due_at is None) == (False, Status.NEW, False)


@pytest.mark.parametrize("who", ["amir", "bea", "carl", "hugo"])
def test_nobody_else_may_answer(cast, who):
    ticket = make_ticket(cast.alice)
    with pytest.raises(NotAllowed):
        reply(ticket, by=Actor.person(getattr(cast, who)), body="Hi")
    with pytest.raises(NotAllowed):
        add_note(ticket, by=Actor.person(getattr(cast, who)), body="Hi")
    assert Message.objects.count() == 1


def test_the_same_form_sent_twice_makes_one_message(cast):
    ticket, submission = make_ticket(cast.alice), uuid.uuid4()
    first = reply(ticket, by=Actor.person(cast.alice), body="Once", submission=submission)
    second = reply(ticket, by=Actor.person(cast.alice), body="Once", submission=submission)
    assert (second.message, second.is_new) == (first.message, False)


def test_an_agent_who_looked_at_an_older_version_is_told_what_changed(cast):
    ticket = make_ticket(cast.alice)
    seen = ticket.version
    reply(ticket, by=Actor.person(cast.alice), body="One more thing")
    with pytest.raises(Stale) as refused:
        reply(ticket, by=Actor.person(cast.gwen), body="Answer", expected_version=seen)
    assert [event.name for event in refused.value.since] == ["ticket.replied"]
    assert Message.objects.filter(ticket=ticket).count() == 2


def test_an_empty_answer_is_refused(cast):
    with pytest.raises(Invalid) as refused:
        reply(make_ticket(cast.alice), by=Actor.person(cast.alice), body="  ")
    assert refused.value.field == "body"


def test_a_guest_answers_the_ticket_of_the_link_and_no_other(cast):
    mine, other = make_ticket(cast.carl), make_ticket(cast.carl)
    guest = Actor.guest(cast.carl, frozenset({mine.pk}))
    assert reply(mine, by=guest, body="From the link").message.author == cast.carl
    with pytest.raises(NotAllowed):
        reply(other, by=guest, body="Hm")


def test_every_version_is_an_event(cast):
    ticket = make_ticket(cast.alice)
    reply(ticket, by=Actor.person(cast.gwen), body="Hello", then=Status.SOLVED)
    reply(ticket, by=Actor.person(cast.alice), body="No")
    fresh = Ticket.objects.get(pk=ticket.pk)
    versions = [e.data["version"] for e in Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)]
    assert versions == list(range(1, fresh.version + 1))
