"""Random lives of tickets against a simple model of sla.md, sections 3 to 6; after each step, replay equals store.

The model shares nothing with `sla`: its hours are the same on every day, so that open seconds are a formula; and its
promises are lists of stretches with a budget of seconds, from which everything else follows.

`TEST_STATEFUL_EXAMPLES=300 pytest tests/sla/test_stateful.py` looks further than the few lives of an ordinary run.
"""

import math
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.actors import Actor
from accounts.event_names import AccountEvent
from accounts.models import Organization, Tier
from events.dispatch import silence
from events.record import record
from sla import timers
from sla.actions.apply_target import apply_target
from sla.actions.set_hours import set_hours
from sla.explain import explain_ticket
from sla.models import Calendar, CalendarVersion, Target, Timer
from sla.sweep import sweep
from support import timeline
from support.actions import recalculate
from support.actions.mark_spam import mark_spam, unmark_spam
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import TRANSITIONS, set_status
from support.event_names import TicketEvent
from support.models import Ticket
from support.reactions import retarget_tickets
from support.verifying import verify
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("TEST_STATEFUL_EXAMPLES", "10"))
STEPS = [{"percent": percent, "tell": ["assignee"]} for percent in (50, 100, 200)]
BEGINNING = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
MOST_TICKETS = 4
DONE = {"solved", "closed"}


# --- The model -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hours:
    """Open from one second of each UTC day to another."""

    opens: int
    closes: int

    @property
    def length(self) -> int:
        return self.closes - self.opens

    def since_1970(self, at: datetime) -> int:
        day, second = divmod(int(at.timestamp()), 86_400)
        return day * self.length + min(max(second - self.opens, 0), self.length)

    def between(self, a: datetime, b: datetime) -> int:
        return self.since_1970(b) - self.since_1970(a) if b > a else 0

    def add(self, start: datetime, seconds: int) -> datetime:
        if seconds <= 0:
            return start
        day, rest = divmod(self.since_1970(start) + seconds - 1, self.length)
        return datetime.fromtimestamp(day * 86_400 + self.opens + rest + 1, UTC)

    @property
    def content(self) -> dict:
        def clock(second: int) -> str:
            return f"{second // 3600:02}:{second % 3600 // 60:02}"

        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return {"zone": "UTC", "weekly": {day: [[clock(self.opens), clock(self.closes)]] for day in days}}


ALWAYS, OFFICE = Hours(0, 86_400), Hours(9 * 3600, 17 * 3600)


@dataclass
class Row:
    """A row of the policy: a metric's, for a tier (or the whole desk) and perhaps a priority."""

    metric: str
    tier: str | None
    priority: int | None
    seconds: int
    calendar: str
    pause_on: list[str] = field(default_factory=list)
    pk: int = 0


def policy() -> list[Row]:
    return [
        *(
            row
            for metric in ("first_response", "next_response")
            for row in (
                Row(metric, "enterprise", None, 4 * 3600, "office"),
                Row(metric, "enterprise", 40, 3600, "office"),
                Row(metric, "developer", None, 24 * 3600, "always"),
                Row(metric, None, None, 30 * 3600, "always"),
            )
        ),
        Row("resolution", None, None, 8 * 3600, "office", ["pending"]),
        Row("resolution", None, 40, 3 * 3600, "office", ["pending", "hold"]),
    ]


@dataclass
class Stretch:
    begins: datetime
    ends: datetime | None
    hours: Hours

    def seconds(self, at: datetime) -> int:
        return self.hours.between(self.begins, at if self.ends is None else self.ends)


@dataclass
class Promise:
    """A promise is due when its stretches add up to its budget."""

    metric: str
    cycle: int
    row: Row
    seconds: int
    calendar: str
    hours: Hours
    pause_on: list[str]
    tier: str | None
    priority: int
    started: datetime
    budget: int
    stretches: list[Stretch]
    broken: datetime | None = None
    stopped: datetime | None = None
    is_cancelled: bool = False
    reason: str = ""
    loosened: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.stopped is None

    @property
    def runs(self) -> bool:
        return bool(self.stretches) and self.stretches[-1].ends is None

    @property
    def can_change(self) -> bool:
        return self.is_live and self.broken is None

    def used(self, at: datetime) -> int:
        return sum(stretch.seconds(at) for stretch in self.stretches)

    def left(self, at: datetime) -> int:
        return self.budget - self.used(at)

    @property
    def due(self) -> datetime | None:
        if self.broken:
            return self.broken
        if not self.stretches or (self.is_live and not self.runs) or self.stood_when_stopped:
            return None
        last = self.stretches[-1]
        return last.hours.add(last.begins, self.budget - sum(each.seconds(last.begins) for each in self.stretches[:-1]))

    stood_when_stopped: bool = False

    def look(self, at: datetime) -> None:
        """What is past its end by now is broken, for good."""
        if self.can_change and self.runs and (due := self.due) and at > due:
            self.broken = due

    def halt(self, at: datetime) -> None:
        if self.runs:
            self.stretches[-1].ends = max(at, self.stretches[-1].begins)

    def go(self, at: datetime) -> None:
        if not self.runs:
            self.stretches.append(Stretch(at, None, self.hours))

    def pause(self, at: datetime) -> None:
        self.look(at)
        if self.can_change:
            self.halt(at)

    def end(self, at: datetime, *, reason: str = "") -> None:
        self.look(at)
        self.stood_when_stopped = not self.runs and not self.broken
        self.is_cancelled = bool(reason) and not self.broken
        self.halt(at)
        self.stopped, self.reason = at, reason

    def retarget(self, row: Row | None, hours: Hours | None, at: datetime, *, may_loosen: bool) -> None:
        if row is None or hours is None:
            return
        self.row_before, self.row = self.row, row
        if (self.seconds, self.calendar, self.hours) == (row.seconds, row.calendar, hours):
            self.pause_on = row.pause_on
            return
        left = max(row.seconds - self.used(at), math.ceil(row.seconds / 4))
        is_later = hours.add(at, left) > self.due if self.runs and self.due else left > self.left(at)
        if is_later and not may_loosen:
            self.row = self.row_before
            return
        if is_later:
            self.loosened = at
        self._promise(row.seconds, row.calendar, hours, row.pause_on, left, at)

    def _promise(self, seconds, calendar, hours, pause_on, left, at) -> None:
        """Count on by these hours, with so much left."""
        self.seconds, self.calendar, self.hours, self.pause_on = seconds, calendar, hours, pause_on
        self.budget = self.used(at) + left
        if self.runs:
            self.halt(at)
            self.go(at)

    def move(self, hours: Hours, at: datetime) -> None:
        self.look(at)
        self.hours = hours
        if self.runs:
            self.halt(at)
            self.go(at)

    def take_over(self, other: "Promise", at: datetime) -> None:
        if not self.can_change:
            return
        is_earlier = other.due < self.due if self.due and other.due else other.left(at) < self.left(at)
        if is_earlier:
            self.row = other.row
            self._promise(other.seconds, other.calendar, other.hours, other.pause_on, other.left(at), at)
            if self.runs:
                self.broken = other.broken

    def state(self, now: datetime) -> str:
        self.look(now)
        if self.broken:
            return "breached"
        if self.is_cancelled:
            return "cancelled"
        if self.stopped:
            return "met"
        return "running" if self.runs else "paused"


@dataclass
class Story:
    """A ticket of the model."""

    priority: int = 20
    status: str = "new"
    is_ours: bool = False
    is_spam: bool = False
    is_merged: bool = False
    promises: list[Promise] = field(default_factory=list)

    @property
    def live(self) -> list[Promise]:
        return [each for each in self.promises if each.is_live]

    def stands(self, promise: Promise) -> bool:
        return self.status in promise.pause_on and (self.status != "pending" or self.is_ours)


class Desk:
    """The model: what happens to the stories, each act in a few lines of sla.md."""

    def __init__(self) -> None:
        self.rows = policy()
        self.hours = {"always": ALWAYS, "office": OFFICE}
        self.tier: str | None = "enterprise"
        self.stories: dict[int, Story] = {}

    def choose(self, metric: str, priority: int) -> Row | None:
        mine = [row for row in self.rows if row.metric == metric and row.priority in (None, priority)]
        for tier in (self.tier, None):
            found = [row for row in mine if row.tier == tier]
            if found:
                return min(found, key=lambda row: row.priority is None)
        return None

    def begin(self, story: Story, metric: str, at: datetime) -> None:
        row = self.choose(metric, story.priority)
        assert row is not None
        cycle = 1 + sum(each.metric == metric for each in story.promises) if metric == "next_response" else 0
        hours = self.hours[row.calendar]
        story.promises.append(
            Promise(
                metric, cycle, row, row.seconds, row.calendar, hours, row.pause_on, self.tier, story.priority, at,
                row.seconds, [Stretch(at, None, hours)],
            )
        )  # fmt: skip

    def open(self, number: int, at: datetime) -> None:
        story = self.stories[number] = Story()
        self.begin(story, "first_response", at)
        self.begin(story, "resolution", at)

    def customer_writes(self, story: Story, at: datetime) -> None:
        asked = [each for each in story.promises if each.metric != "resolution"]
        # What was solved without an answer, or was taken up again since, is asked once more.
        if (story.is_ours or story.status == "solved" or asked[-1].reason == "unanswered") and not any(
            each.is_live for each in asked
        ):
            self.begin(story, "next_response", at)
        story.is_ours = False
        if story.status in {"pending", "solved"}:
            self.set_status(story, "open", at)

    def staff_replies(self, story: Story, then: str | None, at: datetime) -> None:
        story.is_ours = True
        for each in story.live:
            if each.metric != "resolution":
                each.end(at)
            elif story.stands(each):
                each.pause(at)
        then = then or ("open" if story.status == "new" else story.status)
        if then != story.status:
            self.set_status(story, then, at)

    def set_status(self, story: Story, status: str, at: datetime) -> None:
        was_done, story.status = story.status in DONE, status
        if status in DONE:
            for each in [] if was_done else story.live:
                each.end(at, reason="" if each.metric == "resolution" else "unanswered")
            return
        for each in story.promises:
            if was_done and each.stopped and each.metric == "resolution" and not each.is_cancelled:
                each.stopped, each.stood_when_stopped = None, False
                each.go(at)
            if not each.is_live:
                continue
            each.look(at)
            if story.stands(each):
                each.pause(at)
            else:
                each.go(at)

    def retarget(self, story: Story, at: datetime, *, lowered: bool = False, only: Row | None = None) -> None:
        for each in story.live:
            each.look(at)
            if not each.can_change:
                continue
            row = self.choose(each.metric, story.priority)
            if only is None or (each.metric == only.metric and only in (each.row, row)):
                each.retarget(row, self.hours[row.calendar] if row else None, at, may_loosen=lowered)
            each.tier, each.priority = self.tier, story.priority
            if not each.runs and story.status not in each.pause_on:
                each.go(at)

    def is_concerned(self, story: Story, row: Row) -> bool:
        """Whether a timer of this ticket was started by the row, or would be by what it knows of the ticket."""
        return any(
            each.can_change
            and each.metric == row.metric
            and (
                each.row is row
                or ((row.tier is None or row.tier == each.tier) and row.priority in (None, each.priority))
            )
            for each in story.live
        )

    def merge(self, loser: Story, winner: Story, at: datetime) -> None:
        for each in [*loser.live, *winner.live]:
            each.look(at)
        for other in loser.live:
            is_response = other.metric != "resolution"
            rivals = [each for each in winner.promises if (each.metric != "resolution") == is_response]
            mine = next((each for each in rivals if each.is_live), None)
            if mine:
                mine.take_over(other, at)
            elif is_response or not rivals:
                cycle = 1 + sum(each.metric == "next_response" for each in rivals) if is_response else 0
                stretches = [Stretch(each.begins, each.ends or at, each.hours) for each in other.stretches]
                going_on = Promise(
                    "next_response" if is_response else "resolution", cycle, other.row, other.seconds, other.calendar,
                    other.hours, other.pause_on, self.tier, winner.priority, other.started, other.budget, stretches,
                    other.broken,
                )  # fmt: skip
                if other.runs:
                    going_on.go(at)
                winner.promises.append(going_on)
            other.end(at, reason="merged")
        loser.is_merged = True


# --- The desk itself, beside it --------------------------------------------------------------------------------------

AHEAD = st.sampled_from([0, 1, 59, 600, 1800, 3600, 2 * 3600 + 59, 4 * 3600, 9 * 3600, 86_400, 3 * 86_400])
CHOICE = st.integers(0, 11)


class Lives(RuleBasedStateMachine):
    """The same acts on the desk and on the model."""

    cast = None

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.quiet = silence()
        self.quiet.__enter__()
        self.now = BEGINNING
        self.clock = time_machine.travel(self.now, tick=False)
        self.traveller = self.clock.start()
        self.desk = Desk()
        self.calendars = {}
        Target.objects.all().delete()
        for key, hours in self.desk.hours.items():
            calendar, _made = Calendar.objects.get_or_create(key=f"test-{key}", defaults={"name": f"Test {key}"})
            calendar.current = CalendarVersion.objects.create(
                calendar=calendar, content=hours.content, valid_from=BEGINNING - timedelta(days=1)
            )
            calendar.save()
            self.calendars[key] = calendar
        self.tiers = {tier.key: tier.pk for tier in Tier.objects.all()}
        for row in self.desk.rows:
            row.pk = Target.objects.create(
                metric=row.metric, source="tier" if row.tier else "desk", tier_id=self.tiers.get(row.tier),
                priority=row.priority, seconds=row.seconds, calendar=self.calendars[row.calendar],
                pause_on=row.pause_on, steps=STEPS,
            ).pk  # fmt: skip
        self.by = Actor.person(self.cast.lena)
        self.alice = self.cast.alice
        self.breached: dict[int, datetime] = {}
        self.open_ticket(0)
        self.open_ticket(1800)

    def teardown(self) -> None:
        """Explain what is left, and forget it all."""
        try:
            self.every_second_is_explained()
        finally:
            self.forget()

    def forget(self) -> None:
        self.clock.stop()
        self.quiet.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    def later(self, seconds: int) -> datetime:
        self.now += timedelta(seconds=seconds)
        self.traveller.move_to(self.now, tick=False)
        return self.now

    def pick(self, choice: int, *, is_spam: bool = False, statuses=frozenset(TRANSITIONS)) -> int | None:
        fitting = [
            number
            for number, story in self.desk.stories.items()
            if story.is_spam == is_spam and not story.is_merged and story.status in statuses
        ]
        return fitting[choice % len(fitting)] if fitting else None

    def due_of(self, number: int) -> dict:
        return {
            (timer.metric, timer.cycle): (timer.due_at, timer.loosened_at)
            for timer in Timer.objects.filter(ticket=number, state="running", stopped_at=None)
        }

    def never_later(self, number: int, before: dict) -> None:
        """Nothing moves a running promise later but a lowered priority, which says so."""
        for key, (due, loosened) in self.due_of(number).items():
            if key in before and before[key][0] is not None and due > before[key][0]:
                assert loosened == self.now and loosened != before[key][1], key

    def open_ticket(self, ahead):
        if len(self.desk.stories) == MOST_TICKETS:
            return
        at = self.later(ahead)
        organization = Organization.objects.get(pk=self.cast.acme.pk)
        self.alice = type(self.alice).objects.get(pk=self.alice.pk)
        ticket = make_ticket(self.alice, at=at)
        assert ticket.organization_id == organization.pk
        self.desk.open(ticket.pk, at)

    def customer_writes(self, ahead, choice, is_spam):
        number = self.pick(choice, is_spam=is_spam, statuses=TRANSITIONS.keys() - {"closed"})
        if number is not None:
            at = self.later(ahead)
            reply(Ticket(pk=number), by=Actor.person(self.alice), body="And?", at=at)
            self.desk.customer_writes(self.desk.stories[number], at)

    def staff_replies(self, ahead, choice, then):
        number = self.pick(choice, statuses=TRANSITIONS.keys() - {"closed"})
        if number is not None:
            at = self.later(ahead)
            reply(Ticket(pk=number), by=self.by, body="So.", then=then, at=at)
            self.desk.staff_replies(self.desk.stories[number], then, at)

    def status_is_set(self, ahead, choice, status):
        number = self.pick(choice, statuses={old for old, new in TRANSITIONS.items() if status in new})
        if number is not None:
            at = self.later(ahead)
            set_status(Ticket(pk=number), status, by=self.by, at=at)
            self.desk.set_status(self.desk.stories[number], status, at)

    def priority_is_set(self, ahead, choice, priority):
        number = self.pick(choice, statuses=TRANSITIONS.keys() - {"closed"})
        if number is not None and self.desk.stories[number].priority != priority:
            at, before = self.later(ahead), self.due_of(number)
            story = self.desk.stories[number]
            set_priority(Ticket(pk=number), priority, by=self.by, at=at)
            old, story.priority = story.priority, priority
            self.desk.retarget(story, at, lowered=priority < old)
            self.never_later(number, before)

    def tier_changes(self, ahead, tier):
        if tier == self.desk.tier:
            return
        at = self.later(ahead)
        before = {number: self.due_of(number) for number in self.desk.stories}
        old = self.tiers.get(self.desk.tier)
        Organization.objects.filter(pk=self.cast.acme.pk).update(tier=self.tiers.get(tier))
        event = record(
            AccountEvent.TIER_CHANGED, subject_type="organization", subject_id=self.cast.acme.pk, actor=None,
            actor_kind="system", data={"old": old, "new": self.tiers.get(tier)}, at=at,
        )  # fmt: skip
        retarget_tickets(event)
        self.desk.tier = tier
        for number, story in self.desk.stories.items():
            if story.status not in DONE:
                self.desk.retarget(story, at)
            self.never_later(number, before[number])

    def the_sweep_comes(self, ahead):
        sweep(now=self.later(ahead))
        assert not Timer.objects.filter(next_check_at__lte=self.now).exists()
        assert not Timer.objects.filter(state="running", due_at__lt=self.now).exists()

    def it_is_spam(self, ahead, choice):
        number = self.pick(choice, statuses=TRANSITIONS.keys() - {"closed"})
        if number is not None:
            mark_spam(Ticket(pk=number), by=self.by, at=self.later(ahead))
            self.desk.stories[number].is_spam = True

    def it_is_not_spam(self, ahead, choice):
        number = self.pick(choice, is_spam=True)
        if number is not None:
            unmark_spam(Ticket(pk=number), by=self.by, at=self.later(ahead))
            self.desk.stories[number].is_spam = False

    def tickets_are_merged(self, ahead, choice, other):
        fitting = [
            number
            for number, story in self.desk.stories.items()
            if not story.is_spam and not story.is_merged and story.status not in DONE
        ]
        if len(fitting) < 2:
            return
        winner = fitting.pop(choice % len(fitting))
        loser = fitting[other % len(fitting)]
        at, before = self.later(ahead), self.due_of(winner)
        there, here = timeline.lock(Ticket(pk=loser)), timeline.lock(Ticket(pk=winner))
        # The act of merging comes later; what it will do to the timers is told and recorded here as it will.
        for ticket, standing in zip(
            (there, here), timers.merge(timeline.facts_of(there), timeline.facts_of(here), at=at), strict=True
        ):
            timeline.apply_standing(ticket, standing)
            timeline.commit_change(ticket, TicketEvent.NOTED, by=self.by, at=at)
        self.desk.merge(self.desk.stories[loser], self.desk.stories[winner], at)
        self.never_later(winner, before)

    def a_row_is_edited(self, ahead, choice, seconds, is_applied):
        if any(story.is_spam for story in self.desk.stories.values()):
            return
        at = self.later(ahead)
        before = {number: self.due_of(number) for number in self.desk.stories}
        row = self.desk.rows[choice % len(self.desk.rows)]
        row.seconds = seconds
        target = Target.objects.select_related("calendar__current").get(pk=row.pk)
        target.seconds = seconds
        target.save()
        if is_applied:
            apply_target(target, by=None)
            while recalculate.recalculate():
                pass
            for number, story in self.desk.stories.items():
                for each in story.live:
                    each.look(at)
                if self.desk.is_concerned(story, row):
                    self.desk.retarget(story, at, only=row)
                self.never_later(number, before[number])

    def hours_are_changed(self, ahead, opens, closes):
        hours, at = Hours(opens * 3600, closes * 3600), self.later(max(ahead, 1))  # one version an instant
        if hours == self.desk.hours["office"] or any(story.is_spam for story in self.desk.stories.values()):
            return
        set_hours(self.calendars["office"], hours.content, at=at)
        while recalculate.recalculate():
            pass
        self.desk.hours["office"] = hours
        for story in self.desk.stories.values():
            for each in story.live:
                if each.calendar == "office":
                    each.move(hours, at)

    # Few rules, so that a short life has many acts; which act of a kind it is, is drawn within.

    @rule(
        ahead=AHEAD,
        choice=CHOICE,
        then=st.sampled_from(["customer"] * 4 + [None, None, "open", "pending", "pending", "hold", "solved"]),
    )
    def somebody_writes(self, ahead, choice, then):
        if then == "customer":
            self.customer_writes(ahead, choice, is_spam=False)
        else:
            self.staff_replies(ahead, choice, then)

    @rule(
        ahead=AHEAD,
        choice=CHOICE,
        value=st.sampled_from(
            ["open", "pending", "hold", "solved", "closed", 10, 20, 20, 40, 40, "developer", "enterprise"]
        ),
    )
    def the_ticket_is_worked(self, ahead, choice, value):
        if isinstance(value, int):
            self.priority_is_set(ahead, choice, value)
        elif value in self.tiers:
            self.tier_changes(ahead, value)
        else:
            self.status_is_set(ahead, choice, value)

    @rule(ahead=AHEAD)
    def time_goes_by(self, ahead):
        self.the_sweep_comes(ahead)

    @rule(
        ahead=AHEAD, choice=CHOICE, other=CHOICE, act=st.sampled_from(["opened", "opened", "spam", "merged", "merged"])
    )
    def something_rare_happens(self, ahead, choice, other, act):
        if act == "opened":
            self.open_ticket(ahead)
        elif act == "merged":
            self.tickets_are_merged(ahead, choice, other)
        elif self.pick(choice, is_spam=True) is None:
            self.it_is_spam(ahead, choice)
        else:
            self.customer_writes(0, choice, is_spam=True)
            self.it_is_not_spam(ahead, choice)

    @rule(ahead=AHEAD, tier=st.sampled_from(["enterprise", "developer", "team", None]))
    def the_customer_changes(self, ahead, tier):
        self.tier_changes(ahead, tier)

    @rule(
        ahead=AHEAD,
        choice=CHOICE,
        seconds=st.sampled_from([1800, 5 * 3600, 40 * 3600]),
        is_applied=st.sampled_from([True, True, False]),
        closes=st.sampled_from([None, 12, 17, 20]),
    )
    def the_policy_changes(self, ahead, choice, seconds, is_applied, closes):
        if closes:
            self.hours_are_changed(ahead, 7 + choice % 3, closes)
        else:
            self.a_row_is_edited(ahead, choice, seconds, is_applied)

    # --- After each step ---------------------------------------------------------------------------------------------

    @invariant()
    def replay_equals_store(self):
        assert [(looked.number, looked.differences) for looked in verify() if looked.differences] == []

    @invariant()
    def the_store_is_what_the_model_says(self):
        kept = list(Timer.objects.select_related("calendar_version", "tier").order_by("pk"))
        dues = dict(Ticket.objects.values_list("pk", "next_due_at"))
        for number, story in self.desk.stories.items():
            mine = [timer for timer in kept if timer.ticket_id == number]
            if story.is_spam:
                assert not any(timer.is_live for timer in mine)
                continue
            assert {self.seen(timer)[:2]: self.seen(timer)[2:] for timer in mine} == {
                self.said(promise)[:2]: self.said(promise)[2:] for promise in story.promises
            }
            assert dues[number] == min((each.due for each in story.live if each.due), default=None)

    def seen(self, timer: Timer) -> tuple:
        """Return a row as it reads at this instant, whether a sweep came by or not."""
        content = timer.calendar_version.content["weekly"]["mon"][0]
        hours = Hours(*(int(text[:2]) * 3600 for text in content))
        running = hours.between(timer.running_since, self.now) if timer.running_since else 0
        is_late = timer.state == "running" and timer.due_at is not None and timer.due_at < self.now
        return (
            timer.metric, timer.cycle, "breached" if is_late else timer.state, timer.target_seconds, hours,
            timer.tier.key if timer.tier else None, timer.priority, timer.started_at, timer.due_at,
            timer.due_at if is_late else timer.breached_at, timer.stopped_at, timer.reason, timer.loosened_at,
            timer.consumed + running, timer.remaining - running,
        )  # fmt: skip

    def said(self, promise: Promise) -> tuple:
        state = promise.state(self.now)
        return (
            promise.metric, promise.cycle, state, promise.seconds, promise.hours, promise.tier, promise.priority,
            promise.started, promise.due, promise.broken, promise.stopped, promise.reason, promise.loosened,
            promise.used(self.now), promise.left(self.now),
        )  # fmt: skip

    @invariant()
    def a_breach_is_for_good(self):
        late = dict(Timer.objects.filter(state="breached").values_list("pk", "breached_at"))
        assert {**late, **self.breached} == late
        self.breached = late

    def every_second_is_explained(self):
        for number, story in self.desk.stories.items():
            for told in explain_ticket(number, self.now):
                assert told.is_recorded and told.counted == told.consumed, (number, told.metric, told.cycle)
                ends = [stretch.ends_at for stretch in told.stretches]
                assert story.is_spam or ends == sorted(ends), told.stretches


def test_replay_equals_store_and_the_model_agrees_whatever_happens(cast):
    Lives.cast = cast
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            derandomize=EXAMPLES < 100,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if EXAMPLES > 100 else [Phase.generate],
        ),
    )
