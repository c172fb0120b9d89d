"""Letting the promises that run already follow an edit (sla.md, section 6): the work of `sla.models.Recalculation`.

1. Take the oldest job that is not finished, and lock it: of two workers one does it, the other leaves it alone.
2. Lock the next tickets by number, then their timers; let these follow; keep on the tickets what is due next; record
   an event for each; and advance the job past them, all in one transaction. A worker killed anywhere leaves whole
   batches or nothing.
3. Should a batch fail, do each of its tickets alone: those that fail are noted with the reason, the others go on.
4. Stop after a slice of time and ring for the rest; a sweep every 30 s goes on should the bell be lost.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor, ActorKind
from events.dispatch import ask, hold_rings
from sla import recalculating
from sla.event_names import TimerEvent
from sla.models import Move, Recalculation
from support import timeline

BATCH = 100
SLICE_SECONDS = 20.0
# A ticket that was being filed when the hours changed may have the old ones: look once more for so long.
SECOND_LOOK = timedelta(minutes=2)

State = Recalculation.State

logger = structlog.get_logger(__name__)


def recalculate(*, seconds: float = SLICE_SECONDS) -> int:
    """Work on the open jobs, oldest first, for so many seconds; return how many batches were done.

    One after the other, for an edit follows the one before it. What is left is rung for.
    """
    until, batches = time.monotonic() + seconds, 0
    for job in _to_do():
        while batch(job):
            batches += 1
            if time.monotonic() > until:
                ask("support.tasks.recalculate_timers")
                return batches
        if Recalculation.objects.filter(pk=job, state__in=[State.WAITING, State.RUNNING]).exists():
            return batches  # another worker has it; the next job waits for this one
    return batches


def _to_do() -> list[int]:
    """Return the ids of the jobs to work on: the open ones, and recent changes of hours for a second look."""
    open_jobs = list(
        Recalculation.objects.filter(state__in=[State.WAITING, State.RUNNING])
        .exclude(kind=Recalculation.Kind.ZONE_DATA)  # a worker may still have the old data: the command does these
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    recent = Recalculation.objects.filter(
        state=State.DONE, kind=Recalculation.Kind.CALENDAR, finished_at__gt=timezone.now() - SECOND_LOOK
    )
    again = [job.pk for job in recent.select_related("calendar_version") if recalculating.left_behind(job, 1)]
    return sorted([*again, *open_jobs])


def batch(job_id: int) -> bool:
    """Do the next tickets of a job; return whether any were done. A job that another worker holds is left alone."""
    with transaction.atomic(), hold_rings():
        job = (
            Recalculation.objects.select_for_update(
                skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",)
            )
            .select_related("calendar_version", "asked_by")
            .filter(pk=job_id)
            .exclude(state=State.CANCELLED)
            .first()
        )
        if job is None or (job.state == State.DONE and job.kind != Recalculation.Kind.CALENDAR):
            return False
        if job.state == State.DONE:
            numbers = recalculating.left_behind(job, BATCH)
        else:
            if job.state == State.WAITING:
                job.state, job.total = State.RUNNING, recalculating.count_tickets(job)
            urgent = recalculating.urgent_tickets(job, BATCH, timezone.now())
            numbers = urgent or recalculating.next_tickets(job, BATCH)
            if not urgent and numbers:
                job.last_ticket = numbers[-1]
        if numbers:
            _do(job, numbers)
            job.done += len(numbers)
            job.total = max(job.total, job.done)
        elif job.is_open:
            job.state, job.finished_at, job.total = State.DONE, timezone.now(), job.done
        job.save()
        return bool(numbers)


def _do(job: Recalculation, numbers: Sequence[int]) -> None:
    """Let the tickets follow; should that fail, each alone, so that only the faulty ones are left."""
    try:
        with transaction.atomic():
            job.moved += follow(job, numbers)
    except Exception as error:  # noqa: BLE001 (one broken ticket must not keep the others from following)
        if len(numbers) > 1:
            for number in numbers:
                _do(job, [number])
            return
        logger.error("ticket_not_recalculated", job=job.pk, ticket=numbers[0], error=f"{type(error).__name__}: {error}")
        job.failed += 1
        Move.objects.create(recalculation=job, ticket_id=numbers[0], error=f"{type(error).__name__}: {error}"[:2000])


def follow(job: Recalculation, numbers: Sequence[int]) -> int:
    """Let the timers of these tickets follow the edit; return at how many tickets a promise moved.

    Within a transaction of the caller's. Done again it changes nothing.
    """
    tickets = timeline.lock_all(numbers)
    outcomes = recalculating.recalculate(job, [timeline.facts_of(ticket) for ticket in tickets])
    changes, moves = [], []
    for ticket in tickets:
        outcome = outcomes.get(ticket.pk)
        if outcome is None:
            continue
        timeline.apply_standing(ticket, outcome.standing)
        changes.append((ticket, _details(job, outcome)))
        moves += [
            Move(
                recalculation=job,
                ticket=ticket,
                metric=moved.metric,
                cycle=moved.cycle,
                old_due_at=moved.old,
                new_due_at=moved.new,
            )
            for moved in outcome.moved
        ]
    if changes:
        by = Actor(ActorKind.PERSON, job.asked_by) if job.asked_by else Actor.system()
        timeline.commit_standings(changes, TimerEvent.RECALCULATED, by=by, at=job.asked_at)
        Move.objects.bulk_create(
            moves,
            update_conflicts=True,  # the job was repeated, and the promise had moved before
            unique_fields=["recalculation", "ticket", "metric", "cycle"],
            update_fields=["new_due_at"],
        )
    return len({move.ticket_id for move in moves})


def _details(job: Recalculation, outcome: recalculating.Outcome) -> dict[str, object]:
    return {
        "why": str(job.kind),
        "recalculation": job.pk,
        "name": job.name,
        "moved": [
            {"metric": moved.metric, "cycle": moved.cycle, "old": _iso(moved.old), "new": _iso(moved.new)}
            for moved in outcome.moved
        ],
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
