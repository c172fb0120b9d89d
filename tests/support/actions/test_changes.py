"""Assigning, moving, priorities, statuses, tags, followers: each changes one thing, records it, and repeats to nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from support.actions.assign import assign
from support.actions.close import close, close_solved_tickets
from support.actions.follow import follow, unfollow
from support.actions.move import move
from support.actions.reopen import reopen
from support.actions.set_priority import set_priority
from support.actions.set_status import TRANSITIONS, set_status
from support.actions.solve import solve
from support.actions.tag import set_tags
from support.errors import Invalid, InvalidTransition, NotAllowed, Stale
from support.models import Priority, Queue, Status, Ticket
from support.permissions import visible_tickets
from tests.factories.support import make_ticket


@pytest.fixture
def ticket(cast):
    return make_ticket(cast.alice, answered_by=cast.gwen)


def last_event(ticket):
    return Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).last()


CHANGES = {
    "assign": lambda t, cast, by: assign(t, cast.gwen, by=by),
    "move": lambda t, cast, by: move(t, Queue.objects.get(slug="priority"), by=by),
    "set_priority": lambda t, cast, by: set_priority(t, Priority.HIGH, by=by),
    "hold": lambda t, cast, by: set_status(t, Status.HOLD, by=by),
    "solve": lambda t, cast, by: solve(t, by=by),
    "close": lambda t, cast, by: close(t, by=by),
    "tag": lambda t, cast, by: set_tags(t, ["SSO", "login"], by=by),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_act_is_one_event_and_again_is_none(ticket, cast, name):
    by = Actor.person(cast.lena)
    before = Event.objects.count()
    CHANGES[name](ticket, cast, by)
    after = Event.objects.count()
    assert after == before + 1
    version = Ticket.objects.get(pk=ticket.pk).version
    CHANGES[name](ticket, cast, by)
    assert Event.objects.count() == after
    assert Ticket.objects.get(pk=ticket.pk).version == version


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("who", ["amir", "bea", "hugo", "anonymous"])
def test_who_does_not_work_the_ticket_changes_nothing(ticket, cast, name, who):
    by = Actor.anonymous() if who == "anonymous" else Actor.person(getattr(cast, who))
    before = Event.objects.count()
    with pytest.raises(NotAllowed):
        CHANGES[name](ticket, cast, by)
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"solve"}))
def test_the_requester_may_solve_but_not_run_the_desk(ticket, cast, name):
    with pytest.raises(NotAllowed):
        CHANGES[name](ticket, cast, Actor.person(cast.alice))


def test_the_requester_solves_and_reopens(ticket, cast):
    by = Actor.person(cast.alice)
    assert solve(ticket, by=by).status == Status.SOLVED
    assert reopen(ticket, by=by).status == Status.OPEN
    assert last_event(ticket).name == "ticket.reopened"


def test_two_agents_at_once_lose_nothing(ticket, cast):
    seen = Ticket.objects.get(pk=ticket.pk).version
    set_priority(ticket, Priority.HIGH, by=Actor.person(cast.gwen), expected_version=seen)
    with pytest.raises(Stale) as refused:
        set_priority(ticket, Priority.LOW, by=Actor.person(cast.lena), expected_version=seen)
    assert [(e.name, e.data["new"]) for e in refused.value.since] == [("ticket.priority_set", Priority.HIGH)]
    assert Ticket.objects.get(pk=ticket.pk).priority == Priority.HIGH


@pytest.mark.parametrize("old", Status.values)
@pytest.mark.parametrize("new", Status.values)
def test_only_the_steps_of_the_table_exist(ticket, cast, old, new):
    Ticket.objects.filter(pk=ticket.pk).update(status=old)
    if new in TRANSITIONS[old]:
        assert set_status(ticket, new, by=Actor.person(cast.lena)).status == new
    elif new == old:
        assert set_status(ticket, new, by=Actor.person(cast.lena)).status == old
    else:
        with pytest.raises(InvalidTransition):
            set_status(ticket, new, by=Actor.person(cast.lena))


def test_a_closed_ticket_stays_as_it_is(ticket, cast):
    close(ticket, by=Actor.person(cast.gwen))
    for name in ("assign", "move", "set_priority", "solve"):
        with pytest.raises(InvalidTransition):
            CHANGES[name](ticket, cast, Actor.person(cast.lena))


def test_only_somebody_who_works_the_queue_is_given_a_ticket(ticket, cast):
    for person in (cast.hugo, cast.alice):
        with pytest.raises(Invalid):
            assign(ticket, person, by=Actor.person(cast.gwen))
    assert assign(ticket, cast.lena, by=Actor.person(cast.gwen)).assignee == cast.lena
    assert assign(ticket, None, by=Actor.person(cast.gwen)).assignee is None


def test_moving_takes_off_an_assignee_who_does_not_work_there(ticket, cast):
    assign(ticket, cast.gwen, by=Actor.person(cast.gwen))
    moved = move(ticket, Queue.objects.get(slug="priority"), by=Actor.person(cast.gwen))
    assert moved.assignee is None
    assert last_event(ticket).name == "ticket.assigned"
    assert not visible_tickets(Actor.person(cast.gwen)).filter(pk=ticket.pk).exists()
    assert visible_tickets(Actor.person(cast.hugo)).filter(pk=ticket.pk).exists()


def test_raising_the_priority_brings_the_promise_forward(cast):
    ticket = make_ticket(cast.alice)
    raised = set_priority(ticket, Priority.URGENT, by=Actor.person(cast.gwen))
    assert raised.next_due_at - ticket.created_at <= timedelta(hours=1)


def test_tags_are_words_without_case(ticket, cast):
    set_tags(ticket, [" API  Key ", "api key", "sso"], by=Actor.person(cast.gwen))
    assert sorted(ticket.tags.values_list("name", flat=True)) == ["api key", "sso"]
    set_tags(ticket, ["sso"], by=Actor.person(cast.gwen))
    assert last_event(ticket).data["removed"] == ["api key"]
    with pytest.raises(Invalid):
        set_tags(ticket, ["x" * 41], by=Actor.person(cast.gwen))


def test_the_requester_adds_a_colleague_who_then_sees_the_ticket(ticket, cast):
    assert not visible_tickets(Actor.person(cast.amir)).filter(pk=ticket.pk).exists()
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    assert visible_tickets(Actor.person(cast.amir)).filter(pk=ticket.pk).exists()
    unfollow(ticket, cast.amir, by=Actor.person(cast.amir))
    assert not visible_tickets(Actor.person(cast.amir)).filter(pk=ticket.pk).exists()


def test_nobody_from_elsewhere_is_let_in(ticket, cast):
    for outsider in (cast.bea, cast.carl):
        with pytest.raises(Invalid):
            follow(ticket, outsider, by=Actor.person(cast.alice))
    with pytest.raises(NotAllowed):
        follow(ticket, cast.amir, by=Actor.person(cast.amir))


def test_solved_becomes_closed_after_its_days_and_not_before(ticket, cast, settings):
    settings.CLOSE_SOLVED_AFTER_DAYS = 7
    solve(ticket, by=Actor.person(cast.gwen))
    assert close_solved_tickets(at=timezone.now() + timedelta(days=6, hours=23)) == 0
    assert close_solved_tickets(at=timezone.now() + timedelta(days=7, minutes=1)) == 1
    assert last_event(ticket).actor_kind == "system"
    assert close_solved_tickets(at=timezone.now() + timedelta(days=8)) == 0
