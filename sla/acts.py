"""What an act does to the timers of a ticket (sla.md, sections 3 to 6): one set of rules, for life and for its replay.

No query and no clock in here. `sla.timers` loads and locks a ticket's timers, lets an act change them and saves what
differs; `sla.replay` does the same acts again to timers that no table has.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla import choose, lifecycle
from sla.models import CalendarVersion, Metric, Target, Timer

SOLVED = "solved"
DONE = frozenset({SOLVED, "closed"})
# Why a ticket may be done while a response still waits (sla.md, section 3): reported apart.
UNANSWERED, WITHDRAWN, SELF_SERVED = "unanswered", "withdrawn", "self_served"
UNOWED = frozenset({UNANSWERED, WITHDRAWN, SELF_SERVED})
WAITING = frozenset({Timer.State.RUNNING, Timer.State.PAUSED})

# Every column that the rules decide. `id` and `ticket` say whose row it is.
COLUMNS = (
    "metric", "cycle", "state", "target_id", "target_seconds", "calendar_version_id", "pause_on", "steps", "tier_id",
    "priority", "channel", "started_at", "running_since", "paused_at", "remaining", "consumed", "due_at", "breached_at",
    "noticed_at", "stopped_at", "reason", "generation", "next_step", "next_check_at", "loosened_at",
)  # fmt: skip

# A timer of a ticket: its metric and its cycle. A row of the policy with the hours that were in force with it.
Key = tuple[str, int]
Choice = tuple[Target, CalendarVersion]


@dataclass(frozen=True)
class TicketFacts:
    """What a promise depends on, and no more."""

    number: int
    tier_id: int | None
    priority: int
    channel: str
    status: str


def key_of(timer: Timer) -> Key:
    """Return which timer of its ticket this is."""
    return timer.metric, timer.cycle


def values(timer: Timer) -> dict[str, Any]:
    """Return every column that the rules decide."""
    return {name: getattr(timer, name) for name in COLUMNS}


def live(timers: Iterable[Timer]) -> list[Timer]:
    """Return the timers that still wait: running, standing, or late and not yet kept."""
    return [timer for timer in timers if timer.is_live]


def begin(facts: TicketFacts, chosen: Iterable[tuple[str, Choice]], at: datetime, *, cycle: int = 0) -> list[Timer]:
    """Return a new running timer for each metric that the policy has a row for."""
    started = []
    for metric, (target, version) in chosen:
        timer = Timer(
            ticket_id=facts.number,
            metric=metric,
            cycle=cycle,
            target=target,
            target_seconds=target.seconds,
            calendar_version=version,
            pause_on=target.pause_on,
            steps=target.steps,
            tier_id=facts.tier_id,
            priority=facts.priority,
            channel=facts.channel,
        )
        lifecycle.start(timer, at)
        started.append(timer)
    return started


def staff_replied(timers: Iterable[Timer], status: str, at: datetime, *, is_told_late: bool = False) -> list[Timer]:
    """Stop the response timers; a resolution that waits for the customer stands from now on.

    Return those whose breach is corrected: the reply was in time and is told of late. One told late (a call) answers
    nothing that was asked after it.
    """
    corrected = []
    for timer in live(timers):
        if is_told_late and timer.started_at > at:
            continue
        if timer.metric in choose.RESPONSES:
            if lifecycle.stop(timer, at):
                corrected.append(timer)
        elif timer.state == Timer.State.RUNNING and stands(timer, status, last_public_is_staff=True):
            lifecycle.pause(timer, at)
    return corrected


def status_changed(
    timers: Iterable[Timer],
    status: str,
    at: datetime,
    *,
    old_status: str,
    last_public_is_staff: bool,
    reason: str = UNANSWERED,
) -> None:
    """Pause, resume, stop or reopen what a change of status pauses, resumes, stops or reopens.

    `reason` is why a response that waits is owed no more when the ticket is done: one of UNOWED.
    """
    is_done, was_done = status in DONE, old_status in DONE
    if is_done and was_done:
        return  # closing what is solved: everything has stopped, and met is final
    for timer in timers:
        if timer.is_live and is_done:
            if timer.metric in choose.RESPONSES:
                lifecycle.cancel(timer, at, reason)
            else:
                lifecycle.stop(timer, at)
        elif not is_done and (timer.is_live or (was_done and can_reopen(timer))):
            if timer.stopped_at is not None:
                lifecycle.reopen(timer, at)
            if stands(timer, status, last_public_is_staff=last_public_is_staff):
                lifecycle.pause(timer, at)
            else:
                lifecycle.resume(timer, at)


def can_reopen(timer: Timer) -> bool:
    """Return whether a timer may go on when its ticket is open again: the resolution, unless it was taken back."""
    return timer.metric == Metric.RESOLUTION and timer.state != Timer.State.CANCELLED


def stands(timer: Timer, status: str, *, last_public_is_staff: bool) -> bool:
    """Return whether a timer's clock stands on a status; on pending only while the customer has the word."""
    return status in timer.pause_on and (status != "pending" or last_public_is_staff)


def waiting(timers: Iterable[Timer]) -> list[Timer]:
    """Return the timers whose promise can still be kept, and so changed."""
    return [timer for timer in timers if timer.state in WAITING and timer.stopped_at is None]


def retarget(
    timers: Iterable[Timer], facts: TicketFacts, chosen: Mapping[Key, Choice], at: datetime, *, lowered: bool
) -> None:
    """Let the rows apply that tier and priority now choose; only a lowered priority may loosen.

    Tier and priority are those of the verdict: a promise that is broken already keeps the ones it was broken under.
    """
    for timer in waiting(timers):
        if choice := chosen.get(key_of(timer)):
            lifecycle.retarget(timer, *choice, at, may_loosen=lowered)
        timer.tier_id, timer.priority = facts.tier_id, facts.priority
        if timer.state == Timer.State.PAUSED and facts.status not in timer.pause_on:
            lifecycle.resume(timer, at)


def move_calendar(timers: Iterable[Timer], version: CalendarVersion, at: datetime) -> None:
    """Count by the new hours of their calendar from now on (sla.md, section 6: calendar edit).

    Ids of versions grow, and no timer goes back to older hours.
    """
    for timer in live(timers):
        is_theirs = timer.calendar_version.calendar_id == version.calendar_id
        if is_theirs and timer.calendar_version_id < version.pk:
            lifecycle.move_calendar(timer, version, at)


def recount(timers: Iterable[Timer]) -> None:
    """Find anew when each is due, because the time-zone data changed."""
    for timer in live(timers):
        lifecycle.recount(timer)


def cancel(timers: Iterable[Timer], reason: str, at: datetime) -> None:
    """Take every live promise back; what was late already stays breached."""
    for timer in live(timers):
        lifecycle.cancel(timer, at, reason)


def restore(timers: Iterable[Timer], reason: str) -> None:
    """Take a cancellation for this reason back, as if the timers had run throughout."""
    for timer in timers:
        if timer.stopped_at is not None and timer.reason == reason:
            lifecycle.restore(timer)


def merge(
    ours: list[Timer], theirs: Iterable[Timer], winner: TicketFacts, at: datetime, *, next_cycle: Callable[[], int]
) -> list[Timer]:
    """Bring the live promises of another ticket into ours; return the timers that go on as new ones of ours.

    1. The response that waits there meets the one that waits here, the resolution the resolution. Where the other's is
       due earlier (one of them paused: where it has less left), ours takes it over.
    2. What waits for an answer there, while we are answered, goes on as our next response; the resolution goes on
       where we never had one.
    3. The other's live timers are cancelled; its breached ones stay breached, and stop.
    """
    begun: list[Timer] = []
    for other in live(theirs):
        metrics = choose.RESPONSES if other.metric in choose.RESPONSES else (Metric.RESOLUTION,)
        rivals = [timer for timer in [*ours, *begun] if timer.metric in metrics]
        mine = next((timer for timer in rivals if timer.is_live), None)
        if mine is not None:
            lifecycle.take_over(mine, other, at)
        elif other.metric in choose.RESPONSES or not rivals:
            lifecycle.settle(other, at)
            begun.append(_continue(other, winner, at, next_cycle))
        lifecycle.cancel(other, at, "merged")
    return begun


def _continue(other: Timer, winner: TicketFacts, at: datetime, next_cycle: Callable[[], int]) -> Timer:
    """Return a timer of the winner that goes on with what the loser's, settled at `at`, has promised."""
    is_response = other.metric in choose.RESPONSES
    timer = Timer(
        ticket_id=winner.number,
        metric=Metric.NEXT_RESPONSE if is_response else Metric.RESOLUTION,
        cycle=next_cycle() if is_response else 0,
        state=Timer.State.PAUSED if other.state == Timer.State.PAUSED else Timer.State.RUNNING,
        tier_id=winner.tier_id,
        priority=winner.priority,
        channel=other.channel,
        started_at=other.started_at,
        paused_at=other.paused_at,
        consumed=other.consumed,
        generation=0,
    )
    lifecycle.copy_promise(timer, other, at)
    return timer


# --- Timers as values of a record ------------------------------------------------------------------------------------

INSTANTS = tuple(name for name in COLUMNS if name.endswith("_at") or name == "running_since")


def snapshot(timer: Timer) -> dict[str, Any]:
    """Return every column that the rules decide, as JSON."""
    found = values(timer)
    for name in INSTANTS:
        found[name] = found[name].isoformat() if found[name] else None
    return {name: str(value) if name in {"metric", "state"} else value for name, value in found.items()}


def from_snapshot(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a snapshot holds."""
    return {
        name: datetime.fromisoformat(value) if name in INSTANTS and value else value for name, value in kept.items()
    }
