"""Running promises follow an edited target, other hours and new time-zone data (sla.md, section 6)."""

import os
import time
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Tier
from events.models import Event
from sla.actions.apply_target import apply_deletion, apply_target
from sla.actions.ask_recalculation import cancel_recalculation, repeat_recalculation
from sla.actions.set_hours import set_hours
from sla.models import Calendar, Move, Recalculation, Target, Timer
from sla.sweep import sweep
from support import verifying
from support.actions import recalculate
from support.actions.mark_spam import mark_spam, unmark_spam
from support.actions.reply import reply
from support.models import Ticket
from tests.factories.support import make_ticket
from tests.support.test_concurrency import at_once


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text}").replace(tzinfo=UTC)


@pytest.fixture
def clock():
    """Monday, eight o'clock; return a function that sets the clock."""
    with time_machine.travel(utc("06-02T08:00:00"), tick=False) as traveller:
        yield lambda text: traveller.move_to(utc(text), tick=False)


def row(tier="enterprise", metric="first_response", priority=None) -> Target:
    return Target.objects.select_related("calendar__current").get(tier__key=tier, metric=metric, priority=priority)


def edit(target: Target, hours: float) -> Target:
    target.seconds = int(hours * 3600)
    target.save()
    return target


def due(ticket) -> datetime | None:
    kept = Ticket.objects.get(pk=ticket.pk)
    timer = Timer.objects.get(ticket=ticket.pk, stopped_at=None)
    assert timer.due_at == kept.next_due_at == (kept.next_due_at and kept.queue_at)
    return timer.due_at


def do(job=None) -> Recalculation:
    while recalculate.recalculate():
        pass
    return Recalculation.objects.get(pk=job.pk) if job else Recalculation.objects.latest("pk")


def assert_whole() -> None:
    """Every stored value is what the events of its ticket say."""
    assert [looked for looked in verifying.verify() if looked.differences] == []


# --- A row of the policy is applied ---------------------------------------------------------------------------------


def test_an_edited_row_leaves_running_timers_until_it_is_applied(cast, clock):
    ticket = make_ticket(cast.alice)
    target = edit(row(), 2)
    clock("06-02T08:30:00")
    do_nothing = recalculate.recalculate()
    assert (do_nothing, due(ticket)) == (0, utc("06-02T12:00:00"))
    job = do(apply_target(target, by=cast.ada))
    assert due(ticket) == utc("06-02T10:00:00")
    assert (job.state, job.total, job.done, job.moved, job.failed) == ("done", 1, 1, 1, 0)
    move = Move.objects.get()
    assert (move.ticket_id, move.old_due_at, move.new_due_at) == (
        ticket.pk,
        utc("06-02T12:00:00"),
        utc("06-02T10:00:00"),
    )
    event = Event.objects.get(name="timer.recalculated")
    assert (event.subject_id, event.actor, event.occurred_at) == (ticket.pk, cast.ada, utc("06-02T08:30:00"))
    assert_whole()


@pytest.mark.parametrize(
    ("asked", "hours", "expected"),
    [
        ("06-02T09:00:00", 2, "06-02T10:00:00"),  # what is left of two hours
        ("06-02T10:50:00", 2, "06-02T11:20:00"),  # a quarter of the new promise
        ("06-02T11:45:00", 2, "06-02T12:00:00"),  # the old end is earlier than a quarter
        ("06-02T09:00:00", 8, "06-02T12:00:00"),  # nothing moves later
    ],
)
def test_applying_is_a_change_at_that_instant(cast, clock, asked, hours, expected):
    ticket = make_ticket(cast.alice)
    target = edit(row(), hours)
    clock(asked)
    job = apply_target(target, by=cast.ada)
    clock("06-02T11:50:00")  # the worker comes later; the instant is that of the asking
    do(job)
    assert due(ticket) == utc(expected)
    assert_whole()


def test_only_timers_of_that_row_follow_it_and_breached_and_answered_ones_stay(cast, clock):
    waiting, late, answered = (
        make_ticket(cast.alice),
        make_ticket(cast.alice),
        make_ticket(cast.alice, answered_by=cast.gwen),
    )
    other = make_ticket(cast.bea)
    edit(row("team"), 1)  # edited too, and not applied
    Timer.objects.filter(ticket=late.pk).update(due_at=utc("06-02T08:10:00"), next_check_at=utc("06-02T08:10:01"))
    clock("06-02T08:20:00")
    sweep()
    before = {timer.pk: (timer.due_at, timer.state) for timer in Timer.objects.exclude(ticket=waiting.pk)}
    job = do(apply_target(edit(row(), 1), by=cast.ada))
    assert due(waiting) == utc("06-02T09:00:00")
    assert {timer.pk: (timer.due_at, timer.state) for timer in Timer.objects.exclude(ticket=waiting.pk)} == before
    assert (job.done, job.moved) == (1, 1)
    assert {late.pk, answered.pk, other.pk}.isdisjoint(Move.objects.values_list("ticket", flat=True))


def test_an_added_row_takes_the_timers_that_it_would_start(cast, clock):
    high, normal = make_ticket(cast.alice, priority=30), make_ticket(cast.alice)
    Target.objects.filter(tier__key="enterprise", priority=30).delete()
    added = Target.objects.create(
        metric="first_response", source="tier", tier=Tier.objects.get(key="enterprise"), priority=20, seconds=3600,
        calendar=Calendar.objects.get(key="always"), steps=[{"percent": 100, "tell": ["assignee"]}],
    )  # fmt: skip
    do(apply_target(added, by=cast.ada))
    assert (due(high), due(normal)) == (utc("06-02T10:00:00"), utc("06-02T09:00:00"))


def test_timers_whose_row_is_gone_choose_anew(cast, clock):
    ticket = make_ticket(cast.carl, channel="web")
    assert due(ticket) == utc("06-04T08:00:00")
    Target.objects.filter(source="desk", metric="first_response").delete()
    edited = Target.objects.get(metric="first_response", source="channel", channel="email")
    Target.objects.filter(pk=edited.pk).update(channel="web")
    do(apply_deletion("first_response", by=cast.ada))
    assert due(ticket) == utc("06-03T08:00:00")
    assert Timer.objects.get().target_id == edited.pk
    assert_whole()


def test_other_steps_alone_are_taken_and_passed_ones_not_told_again(cast, clock):
    ticket = make_ticket(cast.alice)
    clock("06-02T11:10:00")
    sweep()
    target = row()
    target.steps = [{"percent": 50, "tell": ["lead"]}, {"percent": 80, "tell": ["lead"]}, {"percent": 100, "tell": []}]
    target.save()
    do(apply_target(target, by=cast.ada))
    timer = Timer.objects.get(ticket=ticket.pk)
    assert (timer.due_at, timer.next_step, timer.next_check_at) == (utc("06-02T12:00:00"), 1, utc("06-02T11:12:00"))
    assert_whole()


def test_a_row_edited_after_the_asking_is_applied_as_it_was(cast, clock):
    ticket = make_ticket(cast.alice)
    job = apply_target(edit(row(), 2), by=cast.ada)
    edit(row(), 1)
    do(job)
    assert due(ticket) == utc("06-02T10:00:00")


def test_a_row_deleted_after_the_asking_leaves_its_promise(cast, clock):
    ticket = make_ticket(cast.alice)
    job = apply_target(edit(row(), 2), by=cast.ada)
    row().delete()
    assert do(job).failed == 0
    assert due(ticket) == utc("06-02T10:00:00")
    assert Timer.objects.get().target_id is None


# --- Hours change ---------------------------------------------------------------------------------------------------

DAYTIME = {"zone": "UTC", "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}


def always() -> Calendar:
    return Calendar.objects.get(key="always")


def test_running_timers_move_to_the_new_hours_by_themselves(cast, clock, run_reactions):
    ticket = make_ticket(cast.alice)
    clock("06-02T10:00:00")
    version = set_hours(always(), DAYTIME, by=cast.ada)
    clock("06-02T10:05:00")
    run_reactions()
    assert due(ticket) == utc("06-02T12:00:00")  # two hours were left, the desk is open
    timer = Timer.objects.get()
    assert (timer.calendar_version, timer.consumed, timer.generation) == (version, 7200, 1)
    clock("06-02T11:00:00")
    set_hours(always(), {**DAYTIME, "exceptions": {"2025-06-02": [["09:00", "11:30"]]}})
    run_reactions()
    assert due(ticket) == utc("06-03T09:30:00")
    job = Recalculation.objects.latest("pk")
    assert (job.kind, job.state, job.moved, job.asked_by) == ("calendar", "done", 1, None)
    assert_whole()


def test_standing_clocks_change_their_hours_and_broken_promises_stay_broken(cast, clock):
    standing, late = make_ticket(cast.alice), make_ticket(cast.alice)
    Timer.objects.filter(ticket=standing.pk).update(
        state="paused", running_since=None, paused_at=utc("06-02T08:00:00"), due_at=None, next_check_at=None
    )
    clock("06-02T13:00:00")
    sweep()
    set_hours(always(), DAYTIME)
    job = do()
    paused, breached = Timer.objects.get(ticket=standing.pk), Timer.objects.get(ticket=late.pk)
    assert (paused.state, paused.due_at, paused.remaining) == ("paused", None, 4 * 3600)
    assert (breached.state, breached.due_at, breached.breached_at) == ("breached", *[utc("06-02T12:00:00")] * 2)
    assert {paused.calendar_version, breached.calendar_version} == {job.calendar_version}
    assert (job.done, job.moved) == (2, 0)


def test_two_edits_at_once_are_followed_in_their_order(cast, clock):
    ticket = make_ticket(cast.alice)
    clock("06-02T10:00:00")
    set_hours(always(), {**DAYTIME, "exceptions": {"2025-06-02": []}})
    clock("06-02T11:00:00")
    set_hours(always(), {"zone": "UTC", "weekly": {"mon": [["00:00", "24:00"]]}})
    do()
    timer = Timer.objects.get(ticket=ticket.pk)
    assert timer.consumed == 2 * 3600  # between ten and eleven the desk was closed
    assert due(ticket) == utc("06-02T13:00:00")
    assert_whole()


def test_who_was_being_filed_during_the_edit_is_found_by_a_second_look(cast, clock):
    old = always().current
    set_hours(always(), DAYTIME)
    do()
    ticket = make_ticket(cast.alice)
    Timer.objects.update(calendar_version=old, due_at=utc("06-02T12:00:00"))
    clock("06-02T08:01:00")
    do()
    assert due(ticket) == utc("06-02T13:00:00")


# --- Jobs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(cast, clock):
    """Five tickets of Acme that wait, and their row edited to two hours: they are due at ten."""
    tickets = [make_ticket(cast.alice) for _ in range(5)]
    return tickets, edit(row(), 2)


def test_a_worker_killed_in_the_middle_leaves_whole_batches_and_another_goes_on(cast, many, monkeypatch):
    tickets, target = many
    job = apply_target(target, by=cast.ada)
    monkeypatch.setattr(recalculate, "BATCH", 2)
    assert recalculate.batch(job.pk)

    class Killed(BaseException):
        pass

    follow = recalculate.follow

    def killed(*arguments):
        follow(*arguments)
        raise Killed

    monkeypatch.setattr(recalculate, "follow", killed)
    with pytest.raises(Killed):
        recalculate.batch(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.moved, Move.objects.count()) == ("running", 2, 2, 2)
    monkeypatch.setattr(recalculate, "follow", follow)
    job = do(job)
    assert (job.state, job.done, job.moved, Move.objects.count()) == ("done", 5, 5, 5)
    assert Event.objects.filter(name="timer.recalculated").count() == 5
    assert {due(ticket) for ticket in tickets} == {utc("06-02T10:00:00")}
    assert set(Timer.objects.values_list("generation", flat=True)) == {2}
    assert_whole()


def test_a_job_done_again_changes_nothing(cast, many):
    job = do(apply_target(many[1], by=cast.ada))
    rows = list(Timer.objects.order_by("pk").values())
    assert repeat_recalculation(job, by=cast.ada)
    job = do(job)
    assert (job.state, job.done, job.moved) == ("done", 5, 5)
    assert not recalculate.batch(job.pk)
    assert list(Timer.objects.order_by("pk").values()) == rows
    assert Event.objects.filter(name="timer.recalculated").count() == 5


def test_a_ticket_that_fails_holds_up_no_other_and_can_be_tried_again(cast, many, monkeypatch):
    tickets, _target = many
    facts_of = recalculate.timeline.facts_of

    def faulty(ticket):
        if ticket.pk == tickets[2].pk:
            raise ValueError("odd")
        return facts_of(ticket)

    monkeypatch.setattr(recalculate.timeline, "facts_of", faulty)
    set_hours(always(), {**DAYTIME, "exceptions": {"2025-06-02": []}})
    job = do()
    assert (job.state, job.done, job.moved, job.failed) == ("done", 5, 4, 1)
    assert Move.objects.exclude(error="").get().error == "ValueError: odd"
    monkeypatch.undo()
    assert repeat_recalculation(job, by=cast.ada)
    job = do(job)
    assert (job.state, job.moved, job.failed) == ("done", 5, 0)
    assert {due(ticket) for ticket in tickets} == {utc("06-03T13:00:00")}
    assert_whole()


def test_a_cancelled_job_leaves_the_rest_as_it_is(cast, many, monkeypatch):
    tickets, target = many
    job = apply_target(target, by=cast.ada)
    monkeypatch.setattr(recalculate, "BATCH", 2)
    recalculate.batch(job.pk)
    assert cancel_recalculation(job, by=cast.ada)
    assert do(job).state == "cancelled"
    assert [due(ticket).hour for ticket in tickets] == [10, 10, 12, 12, 12]
    assert not cancel_recalculation(job, by=cast.ada)


def test_hours_apply_to_all_and_are_not_cancelled(cast, many):
    set_hours(always(), DAYTIME)
    assert not cancel_recalculation(Recalculation.objects.get(), by=cast.ada)


def test_what_ends_soon_is_reached_first_when_hours_change(cast, many, monkeypatch):
    tickets, _target = many
    Timer.objects.filter(ticket=tickets[4].pk).update(next_check_at=utc("06-02T08:20:00"))
    set_hours(always(), DAYTIME)
    monkeypatch.setattr(recalculate, "BATCH", 1)
    recalculate.batch(Recalculation.objects.get().pk)
    assert Event.objects.get(name="timer.recalculated").subject_id == tickets[4].pk


def test_a_slice_of_time_ends_and_the_clock_goes_on(cast, many, monkeypatch):
    monkeypatch.setattr(recalculate, "BATCH", 2)
    apply_target(many[1], by=cast.ada)
    assert [recalculate.recalculate(seconds=0) for _ in range(4)] == [1, 1, 1, 0]
    assert Recalculation.objects.get().state == "done"


# --- Many, and many at once -----------------------------------------------------------------------------------------


MANY = int(os.environ.get("TEST_RECALCULATED", "1000"))


def copies(ticket, count: int) -> None:
    """Give the desk so many more tickets that are like this one, with their timers, and no record of their past."""
    timer = Timer.objects.get(ticket=ticket.pk)
    tickets = [Ticket.objects.get(pk=ticket.pk) for _ in range(count)]
    for copy in tickets:
        copy.pk, copy._state.adding = None, True
    Ticket.objects.bulk_create(tickets, batch_size=500)
    rows = [{**timer.__dict__, "ticket_id": copy.pk, "id": None} for copy in tickets]
    Timer.objects.bulk_create(
        (Timer(**{name: value for name, value in row.items() if not name.startswith("_")}) for row in rows),
        batch_size=500,
    )


@pytest.mark.parametrize("kind", ["target", "calendar"])
def test_a_batch_asks_the_same_number_of_questions_whatever_its_size(cast, clock, monkeypatch, kind):
    copies(make_ticket(cast.alice), 160)
    job = (
        apply_target(edit(row(), 2), by=cast.ada)
        if kind == "target"
        else set_hours(always(), DAYTIME) and Recalculation.objects.get()
    )
    costs = []
    for size in (10, 50, 100):
        monkeypatch.setattr(recalculate, "BATCH", size)
        with CaptureQueriesContext(connection) as asked:
            recalculate.batch(job.pk)
        # SQLite takes fewer values in a statement, and Django then writes several of the same.
        costs.append(len({query["sql"][:60] for query in asked}))
    assert len(set(costs[1:])) == 1 and max(costs) <= 22
    if connection.vendor == "postgresql":
        assert len(asked) <= 24
    assert Move.objects.count() == 160


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_move_every_timer_once(cast):
    ticket = make_ticket(cast.alice)
    copies(ticket, MANY - 1)
    job = apply_target(edit(row(), 2), by=cast.ada)
    at_once(2, lambda _n: do_all(job))
    job.refresh_from_db()
    assert (job.state, job.total, job.done, job.moved, job.failed) == ("done", MANY, MANY, MANY, 0)
    assert Event.objects.filter(name="timer.recalculated").count() == Move.objects.count() == MANY
    assert set(Timer.objects.values_list("generation", flat=True)) == {2}
    ends = Timer.objects.values_list("due_at", "ticket__next_due_at", "ticket__queue_at").distinct().get()
    assert len(set(ends)) == 1


def do_all(job: Recalculation) -> None:
    while Recalculation.objects.get(pk=job.pk).is_open:
        recalculate.recalculate()
        time.sleep(0.2)


# --- Edits while a ticket counts as spam ----------------------------------------------------------------------------


def test_what_was_applied_while_a_ticket_was_spam_reaches_it_when_it_is_none(cast, clock):
    marked, other = make_ticket(cast.alice), make_ticket(cast.alice)
    by = Actor.person(cast.ada)
    clock("06-02T08:10:00")
    mark_spam(marked, by=by)
    clock("06-02T08:20:00")
    job = do(apply_target(edit(row(), 2), by=cast.ada))
    assert (job.done, due(other)) == (1, utc("06-02T10:00:00"))
    clock("06-02T09:00:00")
    assert unmark_spam(marked, by=by).next_due_at == utc("06-02T10:00:00")
    assert due(marked) == due(other)
    assert [event.occurred_at for event in Event.objects.filter(name="timer.recalculated", subject_id=marked.pk)] == [
        utc("06-02T08:20:00")
    ]
    assert_whole()


def test_an_edit_and_a_customers_word_while_it_was_spam_count_in_the_order_in_which_they_came(cast, clock):
    marked, other = make_ticket(cast.alice), make_ticket(cast.alice)
    by = Actor.person(cast.ada)
    for ticket in (marked, other):
        reply(ticket, by=by, body="We are on it.", then="pending")
    clock("06-02T08:10:00")
    mark_spam(marked, by=by)
    clock("06-02T08:20:00")
    do(apply_target(edit(row(metric="next_response"), 1), by=cast.ada))
    clock("06-02T08:30:00")
    for ticket in (marked, other):
        reply(ticket, by=Actor.person(cast.alice), body="And?")
    clock("06-02T08:40:00")
    do(apply_target(edit(row(metric="next_response"), 0.5), by=cast.ada))
    clock("06-02T08:45:00")
    unmark_spam(marked, by=by)
    assert due(marked) == due(other)
    assert_whole()


def test_a_job_that_was_called_off_reaches_nobody_later(cast, clock):
    marked = make_ticket(cast.alice)
    by = Actor.person(cast.ada)
    mark_spam(marked, by=by)
    clock("06-02T08:20:00")
    cancel_recalculation(apply_target(edit(row(), 2), by=cast.ada), by=cast.ada)
    unmark_spam(marked, by=by)
    assert due(marked) == utc("06-02T12:00:00")
