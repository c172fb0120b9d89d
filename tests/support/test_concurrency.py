"""Many at once on one ticket: nothing is lost, no number is given twice. Real threads, real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from accounts.actors import Actor
from events.models import Event
from support.actions.open_ticket import open_ticket
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.tag import set_tags
from support.errors import Stale
from support.models import Message, Priority, Status, Ticket
from tests.factories.support import make_ticket

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(count, work):
    """Run work(0) … work(count - 1) in threads that start together; return the results."""
    start = threading.Barrier(count, timeout=30)

    def one(n):
        try:
            connection.ensure_connection()
            start.wait()
            return work(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_twenty_parallel_replies_and_status_changes_lose_nothing(cast):
    ticket = make_ticket(cast.alice)
    agents = [cast.gwen, cast.lena, cast.ada]
    steps = [Status.PENDING, Status.OPEN, Status.HOLD, Status.SOLVED]

    def work(n):
        if n % 2:
            return reply(ticket, by=Actor.person(cast.alice if n % 4 == 1 else agents[n % 3]), body=f"word-{n}")
        return set_status(ticket, steps[n // 2 % 4], by=Actor.person(agents[n % 3]))

    at_once(20, work)
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert {f"word-{n}" for n in range(1, 20, 2)} <= set(Message.objects.values_list("text", flat=True))
    events = list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk))
    assert sorted(event.data["version"] for event in events) == list(range(1, fresh.version + 1))
    moves = [(event.data["old"], event.data["new"]) for event in events if "old" in event.data and "new" in event.data]
    status = Status.NEW
    for old, new in moves:
        assert old == status
        status = new
    assert fresh.status == status


def test_numbers_are_given_once(cast):
    people = [cast.alice, cast.bea, cast.carl, cast.amir]
    tickets = at_once(
        20,
        lambda n: [
            open_ticket(by=Actor.person(people[n % 4]), requester=people[n % 4], subject=f"{n}", body="x").ticket.number
            for _ in range(5)
        ],
    )
    numbers = [number for batch in tickets for number in batch]
    assert len(numbers) == len(set(numbers)) == 100


@pytest.mark.parametrize("seed", range(25))
def test_rel_11_of_two_agents_one_wins_and_the_other_is_told(cast, seed):
    ticket = make_ticket(cast.alice)
    seen = ticket.version

    def work(n):
        try:
            set_priority(
                ticket,
                [Priority.HIGH, Priority.URGENT][n],
                by=Actor.person([cast.gwen, cast.lena][n]),
                expected_version=seen,
            )
        except Stale as refused:
            return [event.data["new"] for event in refused.since]
        return "won"

    outcome = at_once(2, work)
    assert outcome.count("won") == 1
    winner = [Priority.HIGH, Priority.URGENT][outcome.index("won")]
    assert outcome[1 - outcome.index("won")] == [winner]
    assert Ticket.objects.get(pk=ticket.pk).priority == winner


def test_rel_11_replies_of_two_agents_are_both_kept(cast):
    ticket = make_ticket(cast.alice)
    at_once(2, lambda n: reply(ticket, by=Actor.person([cast.gwen, cast.lena][n]), body=f"answer-{n}"))
    assert set(Message.objects.filter(is_staff_reply=True).values_list("text", flat=True)) == {"answer-0", "answer-1"}


def test_the_same_submission_in_parallel_makes_one_ticket(cast):
    import uuid

    submission = uuid.uuid4()
    numbers = at_once(
        10,
        lambda n: (
            open_ticket(
                by=Actor.person(cast.alice), requester=cast.alice, subject="Twice", body="x", submission=submission
            ).ticket.pk
        ),
    )
    assert len(set(numbers)) == 1
    assert Ticket.objects.count() == 1


def test_new_tags_in_parallel_are_all_there(cast):
    tickets = [make_ticket(cast.alice) for _ in range(8)]
    at_once(8, lambda n: set_tags(tickets[n], ["shared", f"own-{n}"], by=Actor.person(cast.gwen)))
    assert all(ticket.tags.count() == 2 for ticket in tickets)
