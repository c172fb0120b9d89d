"""The lines of sla.md, sections 3 and 6, that are told through the actions; those of one timer are in tests/sla.

| line | held by |
|---|---|
| first response, next response, resolution start and stop | test_the_three_metrics_of_a_ticket, test_timers (20 to 29) |
| a mail counts from its arrival | test_a_mail_counts_from_its_arrival |
| a resume not before its pause | test_an_answer_that_arrived_before_the_pause_resumes_at_the_pause |
| staff public reply: not notes, not automatic, not the requester | test_what_is_no_staff_reply_stops_nothing, test_reply |
| customer-side: requester, colleague, copied person | test_colleagues_neither_stop_nor_restart |
| automatic replies start, stop and resume nothing | test_an_automatic_reply_moves_nothing |
| opened by staff, answered and missed calls | test_open_ticket, test_a_missed_call_counts_from_the_call |
| phone while the desk is open | tests/portal/test_phone.py |
| solved without a reply; withdrawn | test_solved_without_an_answer_says_whose_doing_it_was |
| spam and back | test_spam.py |
| only a call told late corrects a breach | test_a_call_told_late_* |
| tier change, priority change, looser | tests/sla/test_timers.py (24 to 26), test_a_developers_mail_is_of_the_tier |
| reopen; first response never restarts | test_reopened_before_anybody_answered |
| a follow-up is a new ticket | test_a_follow_up_has_promises_of_its_own |
| merge | tests/sla/test_merge.py |
| reassignment, queue change: nothing | test_a_new_hand_or_queue_changes_no_promise |
| import | test_import_ticket.py |
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Tier
from events.models import Event
from sla.models import Calendar, Target, Timer
from sla.sweep import sweep
from support.actions.add_note import add_note
from support.actions.assign import assign
from support.actions.close import close
from support.actions.follow import follow
from support.actions.move import move
from support.actions.reopen import reopen
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.solve import solve
from support.errors import Invalid
from support.models import Queue, Ticket
from support.verifying import verify
from tests.factories.support import make_ticket

NOW = timezone.now().replace(microsecond=0)
H = timedelta(hours=1)


def ago(hours):
    return NOW - hours * H


def state(ticket, metric="first_response", cycle=0):
    """Return how a timer stands: state, when it stopped (hours ago), reason."""
    timer = Timer.objects.get(ticket=ticket, metric=metric, cycle=cycle)
    return timer.state, (NOW - timer.stopped_at) / H if timer.stopped_at else None, timer.reason


def replayed(ticket):
    return [difference for found in verify(ticket.pk) for difference in found.differences]


@pytest.fixture
def gwen_acts(cast):
    return Actor.person(cast.gwen)


@pytest.fixture
def alice_acts(cast):
    return Actor.person(cast.alice)


@pytest.fixture
def resolution(db):
    return Target.objects.create(
        metric="resolution", source="desk", seconds=24 * 3600, calendar=Calendar.objects.get(), pause_on=["pending"],
        steps=[{"percent": 100, "tell": ["assignee"]}],
    )  # fmt: skip


def test_the_three_metrics_of_a_ticket(cast, gwen_acts, alice_acts, resolution):
    ticket = make_ticket(cast.alice, at=ago(10))
    reply(ticket, by=gwen_acts, body="Try this.", at=ago(8), then="pending")
    reply(ticket, by=alice_acts, body="No.", at=ago(6))
    reply(ticket, by=gwen_acts, body="Now?", at=ago(5))
    solve(ticket, by=alice_acts, at=ago(4))
    assert state(ticket) == ("met", 8, "")
    assert state(ticket, "next_response", 1) == ("met", 5, "")
    assert state(ticket, "resolution") == ("met", 4, "")
    assert Timer.objects.get(metric="resolution").consumed == 4 * 3600  # 10 to 8, and 6 to 4
    assert replayed(ticket) == []


def test_a_mail_counts_from_its_arrival(cast):
    ticket = make_ticket(cast.carl, channel="email", at=ago(2))
    assert ticket.next_due_at == ago(2) + 24 * H


def test_an_answer_that_arrived_before_the_pause_resumes_at_the_pause(cast, gwen_acts, alice_acts, resolution):
    ticket = make_ticket(cast.alice, at=ago(10))
    reply(ticket, by=gwen_acts, body="Which one?", at=ago(8), then="pending")
    reply(ticket, by=alice_acts, body="This one.", channel="email", at=ago(9))  # held up on its way
    assert Timer.objects.get(metric="resolution").running_since == ago(8)
    assert replayed(ticket) == []


def test_what_is_no_staff_reply_stops_nothing(cast, gwen_acts):
    ticket = make_ticket(cast.alice)
    add_note(ticket, by=gwen_acts, body="Hm.")
    reply(ticket, by=gwen_acts, body="I am away.", channel="email", is_automatic=True)
    reply(ticket, by=Actor.system(), body="We have your question.")
    assert state(ticket)[0] == "running"
    own = make_ticket(cast.gwen, queue=Queue.objects.get(slug="enterprise"))
    reply(own, by=gwen_acts, body="And another thing.")
    assert state(own)[0] == "running"


def test_colleagues_neither_stop_nor_restart(cast, gwen_acts):
    ticket = make_ticket(cast.alice, at=ago(3))
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    reply(ticket, by=Actor.person(cast.amir), body="Me, too.", at=ago(2))
    assert Ticket.objects.get().next_due_at == ago(3) + 4 * H
    reply(ticket, by=gwen_acts, body="Try this.", at=ago(1))
    assert reply(ticket, by=Actor.person(cast.amir), body="No.", at=NOW).ticket.next_due_at == NOW + 4 * H


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_an_automatic_reply_moves_nothing(cast, gwen_acts, alice_acts, resolution, status):
    ticket = make_ticket(cast.alice, at=ago(3))
    reply(ticket, by=gwen_acts, body="Try this.", at=ago(2), then=status)
    before = list(Timer.objects.values())
    said = reply(ticket, by=alice_acts, body="I am away.", channel="email", is_automatic=True)
    assert said.message.is_automatic and said.ticket.status == status
    assert list(Timer.objects.values()) == before
    close(ticket, by=gwen_acts)
    late = reply(ticket, by=alice_acts, body="I am away.", channel="email", is_automatic=True)
    assert late.ticket.pk == ticket.pk and Ticket.objects.count() == 1


def test_a_missed_call_counts_from_the_call(cast, gwen_acts):
    ticket = make_ticket(cast.alice, by=gwen_acts, channel="phone", was_missed_call=True, at=ago(3))
    assert ticket.next_due_at == ago(3) + 4 * H


@pytest.mark.parametrize(("who", "hours", "verdict"), [
    ("alice", 1, ("cancelled", "withdrawn")), ("gwen", 1, ("cancelled", "unanswered")),
    ("alice", 5, ("breached", "withdrawn")), ("gwen", 5, ("breached", "unanswered")),
])  # fmt: skip
def test_solved_without_an_answer_says_whose_doing_it_was(cast, who, hours, verdict):
    ticket = make_ticket(cast.alice, at=ago(hours))
    solve(ticket, by=Actor.person(getattr(cast, who)), at=NOW)
    assert state(ticket)[::2] == verdict
    assert Event.objects.get(name="ticket.solved").data["reason"] == verdict[1]
    assert replayed(ticket) == []


def test_who_solves_an_answered_ticket_withdraws_nothing(cast, alice_acts):
    solve(make_ticket(cast.alice, answered_by=cast.gwen), by=alice_acts)
    assert "reason" not in Event.objects.get(name="ticket.solved").data


def test_reopened_before_anybody_answered(cast, alice_acts, gwen_acts):
    """First response never restarts; who takes the withdrawal back and writes waits for us again."""
    ticket = make_ticket(cast.alice, at=ago(6))
    solve(ticket, by=alice_acts, at=ago(5))
    assert reopen(ticket, by=alice_acts, at=ago(4)).next_due_at is None
    assert reply(ticket, by=alice_acts, body="It is back.", at=ago(3)).ticket.next_due_at == ago(3) + 4 * H
    assert reply(ticket, by=alice_acts, body="Hello?", at=ago(2)).ticket.next_due_at == ago(3) + 4 * H
    reply(ticket, by=gwen_acts, body="Here.", at=ago(1))
    assert (state(ticket)[0], state(ticket, "next_response", 1)[0]) == ("cancelled", "met")
    assert replayed(ticket) == []


# --- Calls that are told of late -------------------------------------------------------------------------------------


def test_a_call_told_late_turns_a_breach_into_met(cast, gwen_acts):
    ticket = make_ticket(cast.alice, at=ago(10))
    sweep(now=ago(5))
    assert state(ticket)[0] == "breached"
    called = reply(ticket, by=gwen_acts, body="We spoke.", channel="phone", call_at=ago(7))
    assert state(ticket) == ("met", 7, "")
    assert (called.message.channel, called.message.created_at) == ("phone", ago(7))
    assert (called.ticket.next_due_at, called.ticket.last_public_is_staff) == (None, True)
    assert Event.objects.filter(name="timer.breach_corrected").count() == 1
    assert replayed(ticket) == []


def test_a_call_told_late_and_too_late_changes_no_verdict(cast, gwen_acts):
    ticket = make_ticket(cast.alice, at=ago(10))
    reply(ticket, by=gwen_acts, body="We spoke.", channel="phone", call_at=ago(5))
    assert state(ticket) == ("breached", 5, "")


def test_a_call_told_late_answers_only_what_was_asked_before_it(cast, gwen_acts, alice_acts):
    ticket = make_ticket(cast.alice, at=ago(10))
    reply(ticket, by=alice_acts, body="And one more thing.", at=ago(6.5))
    called = reply(ticket, by=gwen_acts, body="We spoke.", channel="phone", call_at=ago(7)).ticket
    assert state(ticket) == ("met", 7, "")
    assert (called.next_due_at, called.last_public_is_staff) == (ago(6.5) + 4 * H, False)
    assert replayed(ticket) == []
    again = reply(ticket, by=gwen_acts, body="We spoke before.", channel="phone", call_at=ago(8)).ticket
    assert again.next_due_at == ago(6.5) + 4 * H
    assert replayed(ticket) == []


def test_a_call_told_late_after_a_written_answer_leaves_it_at_that(cast, gwen_acts, alice_acts):
    ticket = make_ticket(cast.alice, at=ago(3))
    reply(ticket, by=alice_acts, body="Hello?", at=ago(2))
    reply(ticket, by=gwen_acts, body="Here.", at=ago(1))
    called = reply(ticket, by=gwen_acts, body="We spoke.", channel="phone", call_at=ago(2.5)).ticket
    assert (called.next_due_at, called.last_public_is_staff) == (None, True)
    assert replayed(ticket) == []


def test_a_call_was_neither_in_the_future_nor_before_its_ticket(cast, gwen_acts, alice_acts):
    ticket = make_ticket(cast.alice, at=ago(3))
    for by, call_at in ((gwen_acts, NOW + H), (gwen_acts, ago(4)), (alice_acts, ago(1))):
        with pytest.raises(Invalid) as refused:
            reply(ticket, by=by, body="We spoke.", channel="phone", call_at=call_at)
        assert refused.value.field == "call_at"


# --- What changes nothing, and what begins anew ----------------------------------------------------------------------


def test_a_new_hand_or_queue_changes_no_promise(cast):
    lena = Actor.person(cast.lena)
    ticket = make_ticket(cast.alice)
    before = list(Timer.objects.values())
    assign(ticket, cast.gwen, by=lena)
    move(ticket, Queue.objects.get(slug="priority"), by=lena)
    assert list(Timer.objects.values()) == before


def test_a_follow_up_has_promises_of_its_own(cast, gwen_acts, alice_acts):
    ticket = make_ticket(cast.alice, at=ago(9), answered_by=cast.gwen)
    close(ticket, by=gwen_acts, at=ago(2))
    before = list(Timer.objects.values())
    later = reply(ticket, by=alice_acts, body="Again.", at=ago(1)).ticket
    assert later.pk != ticket.pk and later.next_due_at == ago(1) + 4 * H
    assert list(Timer.objects.filter(ticket=ticket).values()) == before


def test_a_developers_mail_is_of_the_tier_and_only_staff_set_its_priority(cast, gwen_acts):
    cast.acme.tier = Tier.objects.get(key="developer")
    cast.acme.save()
    lena = Actor.person(cast.lena)
    ticket = make_ticket(cast.alice, channel="email", priority=40, at=ago(1))
    assert (ticket.suggested_priority, ticket.next_due_at) == (40, ago(1) + 48 * H)
    assert set_priority(ticket, 40, by=lena, at=NOW).next_due_at == ago(1) + 12 * H


def test_met_is_final_at_closed(cast, gwen_acts, alice_acts, resolution):
    ticket = make_ticket(cast.alice, at=ago(5), answered_by=cast.gwen)
    set_status(ticket, "solved", by=gwen_acts, at=ago(2))
    close(ticket, by=gwen_acts, at=ago(1))
    reply(ticket, by=alice_acts, body="Again.")
    assert state(ticket, "resolution") == ("met", 2, "")
