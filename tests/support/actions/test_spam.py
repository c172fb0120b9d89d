"""Spam and back: out of the queue and of every count, and back as if nothing had been (sla.md, section 3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from console.queue import VIEWS
from events.models import Event
from notifications.models import OutgoingMail
from sla.models import Calendar, Target, Timer
from support.actions.add_note import add_note
from support.actions.assign import assign
from support.actions.close import close
from support.actions.mark_spam import mark_spam, unmark_spam
from support.actions.reopen import reopen
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.solve import solve
from support.conversation import conversation
from support.customer_list import own_tickets
from support.due import customer_sentence, due_of
from support.errors import InvalidTransition, NotAllowed
from support.models import Ticket
from support.notices import notices_for, reason_to_hold
from support.permissions import visible_tickets
from support.verifying import verify
from tests.factories.support import make_ticket

NOW = timezone.now().replace(microsecond=0)


def ago(hours):
    return NOW - timedelta(hours=hours)


def timers(ticket):
    """Return what anybody can tell of a ticket's timers; how often they were looked at is nobody's business."""
    return list(
        Timer.objects.filter(ticket=ticket)
        .order_by("metric", "cycle")
        .values_list(
            "metric", "cycle", "state", "started_at", "due_at", "breached_at", "stopped_at", "reason", "remaining"
        )
    )


@pytest.fixture
def gwen_acts(cast):
    return Actor.person(cast.gwen)


@pytest.fixture
def resolution(db):
    return Target.objects.create(
        metric="resolution", source="desk", seconds=8 * 3600, calendar=Calendar.objects.get(), pause_on=["pending"],
        steps=[{"percent": 100, "tell": ["assignee"]}],
    )  # fmt: skip


def test_it_leaves_the_queue_and_is_found_as_spam(cast, gwen_acts):
    ticket = make_ticket(cast.alice)
    mark_spam(ticket, by=gwen_acts)
    shown = {key for key, view in VIEWS.items() if view.narrow(visible_tickets(gwen_acts), cast.gwen, NOW).exists()}
    assert shown == {"spam"}
    unmark_spam(ticket, by=gwen_acts)
    shown = {key for key, view in VIEWS.items() if view.narrow(visible_tickets(gwen_acts), cast.gwen, NOW).exists()}
    assert shown == {"next", "unassigned", "active", "all"}


def test_its_promises_are_taken_back_and_run_on_as_if_nothing_had_been(cast, gwen_acts, resolution):
    ticket = make_ticket(cast.alice, at=ago(3))
    before = timers(ticket)
    marked = mark_spam(ticket, by=gwen_acts, at=ago(2))
    assert set(Timer.objects.values_list("state", "reason")) == {("cancelled", "spam")}
    assert (marked.next_due_at, due_of(marked, NOW).text) == (None, "spam")
    back = unmark_spam(ticket, by=gwen_acts, at=ago(1))
    assert back.next_due_at == ago(3) + timedelta(hours=4)
    assert [row[:7] for row in timers(ticket)] == [row[:7] for row in before]
    assert [found.differences for found in verify()] == [[]]


def test_both_are_events_that_say_no_more_than_once(cast, gwen_acts):
    ticket = make_ticket(cast.alice)
    for act, name in ((mark_spam, "ticket.spam_marked"), (unmark_spam, "ticket.spam_unmarked")):
        act(ticket, by=gwen_acts)
        act(ticket, by=gwen_acts)
        assert Event.objects.filter(name=name).count() == 1


@pytest.mark.parametrize("who", ["alice", "anna", "hugo"])
def test_only_who_works_the_ticket_says_so(cast, who):
    ticket = make_ticket(cast.alice)
    for act in (mark_spam, unmark_spam):
        with pytest.raises(NotAllowed):
            act(ticket, by=Actor.person(getattr(cast, who)))


def test_nothing_is_done_to_spam_but_what_colleagues_need(cast, gwen_acts):
    ticket = make_ticket(cast.alice)
    mark_spam(ticket, by=gwen_acts)
    for act in (
        lambda: reply(ticket, by=gwen_acts, body="Hello"),
        lambda: set_status(ticket, "hold", by=gwen_acts),
        lambda: set_priority(ticket, 40, by=gwen_acts),
        lambda: assign(ticket, cast.gwen, by=gwen_acts),
        lambda: solve(ticket, by=gwen_acts),
        lambda: close(ticket, by=gwen_acts),
    ):
        with pytest.raises(InvalidTransition, match="spam"):
            act()
    assert add_note(ticket, by=gwen_acts, body="Seen this before.").pk


def test_its_customer_is_told_nothing_and_sees_their_ticket_as_it_stood(cast, gwen_acts):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    alice = Actor.person(cast.alice)
    mail = OutgoingMail(ticket_number=ticket.pk, recipient=cast.alice, kind="reply")
    assert reason_to_hold(mail) == ""
    before = len(conversation(ticket, alice).entries)
    ticket = mark_spam(ticket, by=gwen_acts)
    assert own_tickets(alice).get().status == "open"
    assert len(conversation(ticket, alice).entries) == before
    assert "spam" not in customer_sentence(ticket, NOW).lower()
    reply(ticket, by=alice, body="Are you there?")
    for event in Event.objects.filter(subject_type="ticket"):
        assert notices_for(event, Ticket.objects.get()) == []
    assert reason_to_hold(mail) == "The ticket is marked as spam."
    assert len(conversation(ticket, alice).entries) == before + 1


def script(cast, ticket, spam):
    """Let a ticket live through a day; with `spam` it counts as such for some hours of it."""
    alice, gwen = Actor.person(cast.alice), Actor.person(cast.gwen)
    if spam:
        mark_spam(ticket, by=gwen, at=ago(19))
    reply(ticket, by=alice, body="And now?", at=ago(18))
    solve(ticket, by=alice, at=ago(17))
    reopen(ticket, by=alice, at=ago(16))
    reply(ticket, by=alice, body="It is back.", channel="email", at=ago(15))
    reply(ticket, by=alice, body="I am away.", is_automatic=True, at=ago(14))
    if spam:
        unmark_spam(ticket, by=gwen, at=ago(13))
    reply(ticket, by=gwen, body="Sorry!", at=ago(12))


@pytest.mark.parametrize("first", ["answered", "pending", "unanswered", "late"])
def test_what_the_customer_did_meanwhile_counts_from_when_it_was_done(cast, gwen_acts, resolution, first):
    stories = []
    for spam in (False, True):
        ticket = make_ticket(cast.alice, at=ago(30) if first == "late" else ago(20))
        if first in {"answered", "pending"}:
            reply(ticket, by=gwen_acts, body="Try this.", at=ago(19.5), then="pending" if first == "pending" else None)
        script(cast, ticket, spam)
        fresh = Ticket.objects.get(pk=ticket.pk)
        stories.append([*timers(ticket), (fresh.status, fresh.next_due_at, fresh.next_due_metric, fresh.is_paused)])
        assert [found.differences for found in verify(ticket.pk)] == [[]]
    assert stories[0] == stories[1]
