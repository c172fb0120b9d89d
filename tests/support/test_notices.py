"""Who is told what: read as a table, in the order of the one in support/notices.py."""

import pytest
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from events.record import record
from notifications.models import Preference
from sla.defaults import STEPS
from support.actions.add_note import add_note
from support.actions.assign import assign
from support.actions.close import close
from support.actions.follow import follow
from support.actions.reopen import reopen
from support.actions.reply import reply
from support.actions.solve import solve
from support.models import Follower, Queue, Ticket
from support.notices import may_be_told, notices_for, wants_mail
from tests.factories.support import make_ticket


def told(ticket, name=None):
    """Return "who: what" for the newest event of the ticket (of that name)."""
    events = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)
    event = (events.filter(name=name) if name else events).latest("pk")
    fresh = Ticket.objects.get(pk=ticket.pk)
    return {
        (notice.person.email.split("@")[0], str(notice.kind))
        for notice in notices_for(event, fresh)
        if wants_mail(notice, Preference.of(notice.person))
    }


@pytest.fixture
def ticket(cast):
    ticket = make_ticket(cast.alice)
    assign(ticket, cast.gwen, by=Actor.person(cast.lena))
    return ticket


def test_a_new_ticket_is_acknowledged_and_tells_no_agent(cast):
    assert told(make_ticket(cast.alice)) == {("alice", "acknowledgement")}


def test_a_new_ticket_tells_the_named_agent_whose_it_is(cast):
    cast.acme.named_agent = cast.gwen
    cast.acme.save()
    assert told(make_ticket(cast.alice)) == {("alice", "acknowledgement"), ("gwen", "new_ticket")}


def test_a_ticket_that_the_desk_opens_brings_its_words_to_the_customer(cast):
    ticket = make_ticket(cast.alice, by=Actor.person(cast.gwen), queue=Queue.objects.get(slug="enterprise"))
    assert told(ticket) == {("alice", "reply")}


def test_an_answer_reaches_requester_and_followers_but_not_its_author(cast, ticket):
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    assert told(ticket, "ticket.replied") == {("alice", "reply"), ("amir", "reply"), ("lena", "reply")}


def test_a_customers_answer_reaches_the_assignee_and_followers(cast, ticket):
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    reply(ticket, by=Actor.person(cast.alice), body="And now?")
    assert told(ticket, "ticket.replied") == {("gwen", "reply"), ("lena", "reply")}


def test_a_colleagues_answer_reaches_the_requester_too(cast, ticket):
    reply(ticket, by=Actor.person(cast.anna), body="We see it as well.")
    assert told(ticket, "ticket.replied") == {("gwen", "reply"), ("alice", "reply")}


def test_a_note_never_reaches_a_customer(cast, ticket):
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    add_note(ticket, by=Actor.person(cast.ada), body="canary")
    assert told(ticket) == {("gwen", "note"), ("lena", "note")}


def test_the_new_assignee_is_told_unless_they_took_it_themselves(cast):
    ticket = make_ticket(cast.alice)
    assign(ticket, cast.gwen, by=Actor.person(cast.gwen))
    assert told(ticket) == set()
    assign(ticket, cast.lena, by=Actor.person(cast.gwen))
    assert told(ticket) == {("lena", "assigned")}


def test_an_assignment_that_was_overtaken_tells_nobody(cast):
    ticket = make_ticket(cast.alice)
    assign(ticket, cast.lena, by=Actor.person(cast.gwen))
    overtaken = Event.objects.latest("pk")
    assign(ticket, cast.gwen, by=Actor.person(cast.ada))
    assert notices_for(overtaken, Ticket.objects.get(pk=ticket.pk)) == []


def test_a_solved_ticket_tells_the_requester_once(cast, ticket):
    solve(ticket, by=Actor.person(cast.gwen))
    assert told(ticket) == {("alice", "solved")}


def test_a_reply_that_solves_says_so_in_one_mail(cast, ticket):
    reply(ticket, by=Actor.person(cast.gwen), body="Done.", then="solved")
    assert told(ticket, "ticket.replied") == {("alice", "reply")}
    assert told(ticket, "ticket.solved") == set()


def test_a_customer_who_solves_it_is_not_told_so(cast, ticket):
    solve(ticket, by=Actor.person(cast.alice))
    assert told(ticket) == set()


def test_reopened_without_a_word_tells_the_assignee(cast, ticket):
    solve(ticket, by=Actor.person(cast.gwen))
    reopen(ticket, by=Actor.person(cast.alice))
    assert told(ticket) == {("gwen", "reopened")}


def test_reopened_by_an_answer_tells_it_once(cast, ticket):
    solve(ticket, by=Actor.person(cast.gwen))
    reply(ticket, by=Actor.person(cast.alice), body="It is back.")
    assert told(ticket, "ticket.replied") == {("gwen", "reply")}
    assert told(ticket, "ticket.reopened") == set()


def test_closing_tells_nobody(cast, ticket):
    close(ticket, by=Actor.system())
    assert told(ticket) == set()


def test_who_is_added_is_told(cast, ticket):
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    assert told(ticket) == {("amir", "following")}
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    assert told(ticket) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percent", "assigned", "people"),
    [
        (75, True, {"gwen"}),
        (75, False, {"gwen"}),
        (90, True, {"gwen", "lena"}),
        (100, True, {"gwen", "lena"}),
        (200, True, {"ada"}),
    ],
)
def test_a_promise_in_danger_reaches_more_people_step_by_step(cast, percent, assigned, people):
    ticket = make_ticket(cast.alice)
    if assigned:
        assign(ticket, cast.gwen, by=Actor.person(cast.gwen))
    event = step(ticket, percent)
    assert {
        notice.person.email.split("@")[0] for notice in notices_for(event, Ticket.objects.get(pk=ticket.pk))
    } == people


TELL = {one["percent"]: one["tell"] for one in STEPS}


def test_a_warning_that_comes_after_the_answer_is_not_sent(cast):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    assert notices_for(step(ticket, 75), Ticket.objects.get(pk=ticket.pk)) == []


def step(ticket, percent):
    from django.db import transaction

    with transaction.atomic():
        return record(
            "timer.step_reached",
            subject_type="ticket",
            subject_id=ticket.pk,
            actor=None,
            actor_kind="system",
            data={"percent": percent, "tell": TELL[percent]},
            at=timezone.now(),
        )


def test_who_does_not_want_mail_gets_none(cast, ticket):
    Preference.objects.create(user=cast.alice, own_tickets=False)
    Preference.objects.create(user=cast.lena, followed_tickets=False)
    follow(ticket, cast.lena, by=Actor.person(cast.lena))
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    assert told(ticket, "ticket.replied") == set()


def test_somebody_inactive_is_never_told(cast, ticket):
    cast.alice.is_active = False
    cast.alice.save()
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    assert told(ticket, "ticket.replied") == set()


def test_an_agent_who_left_the_queue_is_not_told(cast, ticket):
    cast.gwen.queues.clear()
    reply(ticket, by=Actor.person(cast.alice), body="And now?")
    assert told(ticket, "ticket.replied") == set()


def test_a_follower_who_works_elsewhere_reads_no_notes(cast, ticket):
    Follower.objects.create(ticket=ticket, user=cast.hugo)
    add_note(ticket, by=Actor.person(cast.ada), body="canary")
    assert told(ticket) == {("gwen", "note")}


def test_the_holder_of_an_unproven_address_is_told_of_their_own_ticket(cast):
    ticket = make_ticket(cast.carl, by=Actor.anonymous())
    assert not ticket.is_requester_proven
    assert may_be_told(cast.carl, ticket, is_internal=False)
    assert told(ticket) == {("carl", "acknowledgement")}
