"""What a timer does when something happens to it (sla.md, sections 5 to 7). It touches that row alone.

No query and no clock in here: `sla.timers` and `sla.sweep` load, lock and save.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla import clock
from sla.models import CalendarVersion, Target, Timer

SECOND = timedelta(seconds=1)
BREACH = 100


def start(timer: Timer, at: datetime) -> None:
    """Let a new timer run from `at`."""
    timer.started_at = timer.running_since = at
    timer.remaining, timer.consumed = timer.target_seconds, 0
    timer.due_at = clock.due(timer.calendar_version.hours, at, timer.remaining)
    plan_check(timer)


def settle(timer: Timer, at: datetime) -> None:
    """Count what was used until `at`; if that is past the promise, the breach is recorded first."""
    if timer.running_since is None:
        return
    notice_breach(timer, at)
    used = clock.between(timer.calendar_version.hours, timer.running_since, at)
    timer.consumed += used
    timer.remaining -= used
    timer.running_since = max(at, timer.running_since)


def notice_breach(timer: Timer, at: datetime) -> bool:
    """Record that the promise was broken if `at` is past it; return whether this is news."""
    if timer.state != Timer.State.RUNNING or timer.due_at is None or at <= timer.due_at:
        return False
    timer.state = Timer.State.BREACHED
    timer.breached_at = timer.due_at
    return True


def stop(timer: Timer, at: datetime) -> bool:
    """Keep the promise at `at`, or only end the counting if it was broken before. Paused: met.

    What happened in time and was logged late turns a breach into met; return whether that was so.
    """
    is_corrected = timer.state == Timer.State.BREACHED and timer.breached_at is not None and at <= timer.breached_at
    if is_corrected:
        timer.state, timer.breached_at, timer.noticed_at = Timer.State.RUNNING, None, None
    settle(timer, at)
    if timer.state in {Timer.State.RUNNING, Timer.State.PAUSED}:
        timer.state = Timer.State.MET
    timer.running_since = timer.paused_at = None
    timer.stopped_at = at
    plan_check(timer)
    return is_corrected


def cancel(timer: Timer, at: datetime, reason: str) -> None:
    """Take the promise back; one that is late already stays breached, with the reason beside it."""
    settle(timer, at)
    if timer.state != Timer.State.BREACHED:
        timer.state = Timer.State.CANCELLED
    timer.running_since, timer.stopped_at, timer.reason = None, at, reason
    plan_check(timer)


def restore(timer: Timer) -> None:
    """Take a cancellation back, as if the timer had run (or stood) throughout."""
    cancelled_at, timer.stopped_at, timer.reason = timer.stopped_at, None, ""
    if timer.state == Timer.State.BREACHED:
        timer.running_since = cancelled_at
    elif timer.due_at is None:
        timer.state = Timer.State.PAUSED
    else:
        timer.state, timer.running_since = Timer.State.RUNNING, cancelled_at
    plan_check(timer)


def pause(timer: Timer, at: datetime) -> None:
    """Let a running clock stand. A breached one goes on: it is for reports."""
    if timer.state != Timer.State.RUNNING:
        return
    settle(timer, at)
    if timer.state == Timer.State.RUNNING:
        timer.state = Timer.State.PAUSED
        timer.paused_at = timer.running_since
        timer.running_since = timer.due_at = None
        plan_check(timer)


def resume(timer: Timer, at: datetime) -> None:
    """Let the clock run again with what remained; never from before it stood."""
    if timer.state != Timer.State.PAUSED:
        return
    timer.state = Timer.State.RUNNING
    timer.running_since = max(at, timer.paused_at) if timer.paused_at else at
    timer.paused_at = None
    timer.due_at = clock.due(timer.calendar_version.hours, timer.running_since, max(timer.remaining, 0))
    plan_check(timer)


def reopen(timer: Timer, at: datetime) -> None:
    """Take a solved ticket's resolution up again with what remained; the time it was solved is not counted."""
    since = max(at, timer.stopped_at) if timer.stopped_at else at
    timer.stopped_at = None
    timer.reason = ""
    if timer.state == Timer.State.BREACHED:
        timer.running_since = since
    else:
        timer.state = Timer.State.PAUSED
        resume(timer, since)
    plan_check(timer)


def retarget(timer: Timer, target: Target, version: CalendarVersion, at: datetime, *, may_loosen: bool) -> None:
    """Let another row of the policy apply from `at` (sla.md, section 6).

    Elapsed time is kept, at least a quarter of the new promise is left to act, and nothing moves later unless a
    lowered priority may loosen it. What is breached stays breached, under the promise that was broken. The same
    promise again moves nothing: otherwise the quarter alone would buy time.
    """
    notice_breach(timer, at)
    if timer.state not in {Timer.State.RUNNING, Timer.State.PAUSED}:
        return
    if (timer.target_seconds, timer.calendar_version_id) == (target.seconds, version.pk):
        timer.target = target
        _take_manner(timer, target, at)
        return
    settle(timer, at)
    left = max(target.seconds - timer.consumed, math.ceil(target.seconds / 4))
    due = None
    if timer.running_since is None:
        is_later = left > timer.remaining
    else:
        due = clock.due(version.hours, timer.running_since, left)
        assert timer.due_at is not None
        is_later = due > timer.due_at
    if is_later and not may_loosen:
        return
    timer.remaining, timer.due_at = left, due
    _take_target(timer, target.seconds, version, target.pause_on, target.steps)
    timer.target = target
    if is_later:
        timer.loosened_at = at
    plan_check(timer)


def _take_manner(timer: Timer, target: Target, at: datetime) -> None:
    """Take on what a clock stands and who is told when, where the promise is the same; passed steps stay told."""
    timer.pause_on = target.pause_on
    if timer.steps == target.steps:
        return
    timer.steps, timer.next_step = target.steps, 0
    timer.generation += 1
    while (step := step_at(timer, timer.next_step)) and step.falls_at <= at:
        timer.next_step += 1
    plan_check(timer)


def move_calendar(timer: Timer, version: CalendarVersion, at: datetime) -> None:
    """Count by other hours from `at` on (sla.md, section 6: calendar edit). Steps that were told are not told again.

    What is late stays late, since the same instant, and its clock goes on by the new hours.
    """
    settle(timer, at)
    timer.calendar_version = version
    recount(timer)


def recount(timer: Timer) -> None:
    """Find anew when a running timer is due and when it must be looked at; a breach stays where it was."""
    if timer.state == Timer.State.RUNNING and timer.running_since is not None:
        timer.due_at = clock.due(timer.calendar_version.hours, timer.running_since, max(timer.remaining, 0))
    plan_check(timer)


def _take_target(
    timer: Timer, seconds: int, version: CalendarVersion, pause_on: list[str], steps: list[dict[str, Any]]
) -> None:
    timer.target_seconds, timer.calendar_version = seconds, version
    timer.pause_on, timer.steps = pause_on, steps
    timer.next_step = 0
    timer.generation += 1


def take_over(timer: Timer, other: Timer, at: datetime) -> bool:
    """Let a timer keep the promise of another ticket that is merged into its own, where that is earlier.

    Both are settled first. A merge never buys time: what is late in the other ticket is late in this one. Return
    whether anything was taken over (sla.md, section 6).
    """
    settle(timer, at)
    settle(other, at)
    if timer.state not in {Timer.State.RUNNING, Timer.State.PAUSED}:
        return False
    if timer.due_at is not None and other.due_at is not None:
        has_more_time = other.due_at >= timer.due_at
    else:
        has_more_time = other.remaining >= timer.remaining
    if has_more_time:
        return False
    copy_promise(timer, other, at)
    return True


def copy_promise(timer: Timer, other: Timer, at: datetime) -> None:
    """Give a running or paused timer what another one, settled at `at`, has promised."""
    is_told = other.state == Timer.State.BREACHED
    _take_target(timer, other.target_seconds, other.calendar_version, other.pause_on, other.steps)
    timer.target, timer.remaining = other.target, other.remaining
    # People were told of the other's breach; the same one is not told again.
    timer.next_step = other.next_step if is_told else 0
    if timer.state == Timer.State.PAUSED:
        return
    timer.running_since = max(at, timer.running_since) if timer.running_since else at
    timer.due_at = other.due_at or clock.due(timer.calendar_version.hours, timer.running_since, max(timer.remaining, 0))
    notice_breach(timer, at)
    if is_told:
        timer.noticed_at = other.noticed_at
    plan_check(timer)


@dataclass(frozen=True)
class Step:
    """A step of a timer: its place in the list, its percentage, and when it falls due."""

    index: int
    percent: int
    falls_at: datetime


def step_at(timer: Timer, index: int) -> Step | None:
    """Return when a step of a running or late timer falls due (sla.md, section 7).

    Up to 100 percent it falls when `remaining` reaches `floor(target * (100 - p) / 100)`, the breach a second after
    `due_at`; beyond, at `add(due_at, target * (p - 100) / 100)`.
    """
    if index >= len(timer.steps) or timer.due_at is None:
        return None
    percent = int(timer.steps[index]["percent"])
    hours = timer.calendar_version.hours
    if percent == BREACH:
        return Step(index, percent, timer.due_at + SECOND)
    if percent > BREACH:
        return Step(index, percent, clock.due(hours, timer.due_at, timer.target_seconds * (percent - 100) // 100))
    if timer.running_since is None:
        return None
    ahead = timer.remaining - timer.target_seconds * (100 - percent) // 100
    return Step(index, percent, clock.due(hours, timer.running_since, max(ahead, 0)))


def plan_check(timer: Timer) -> None:
    """Set when the sweep must look again: at the next step, or never while the clock stands or nothing is left."""
    if timer.state not in {Timer.State.RUNNING, Timer.State.BREACHED} or timer.stopped_at is not None:
        timer.next_check_at = None
        return
    step = step_at(timer, timer.next_step)
    timer.next_check_at = step.falls_at if step else None


def take_steps(timer: Timer, now: datetime) -> list[Step]:
    """Move a timer past every step that has fallen due by `now`, the breach included; return those steps."""
    taken: list[Step] = []
    notice_breach(timer, now)
    while (step := step_at(timer, timer.next_step)) and step.falls_at <= now:
        if step.percent == BREACH:
            timer.noticed_at = now
        taken.append(step)
        timer.next_step += 1
    plan_check(timer)
    return taken
