"""Writing down that a timer reached a step, in the caller's transaction (sla.md, section 7).

The sweep does it for what fell due; an act does it for the timers it touches, before it changes them, so that the
rows are the same whether the sweep came before the act or not.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.actors import ActorKind
from events.record import record, record_many
from sla import lifecycle
from sla.event_names import TimerEvent
from sla.models import Notice, Timer


def notice(timers: Iterable[Timer], now: datetime) -> None:
    """Take every step of these locked timers that has fallen due by `now`; the caller saves the timers.

    Steps passed together are all noticed; only the last is told, by one event, and the rest are superseded. Three
    statements write it all, however many timers there are.
    """
    notices: list[Notice] = []
    reached: list[tuple[int, dict[str, Any]]] = []
    for timer in timers:
        steps = lifecycle.take_steps(timer, now)
        notices += [
            Notice(
                timer=timer,
                generation=timer.generation,
                step=step.index,
                percent=step.percent,
                fell_due_at=step.falls_at,
                noticed_at=now,
                is_superseded=step is not steps[-1],
            )
            for step in steps
        ]
        if steps:
            reached.append((timer.ticket_id, _step_reached(timer, steps)))
    Notice.objects.bulk_create(notices)
    record_many(
        TimerEvent.STEP_REACHED, reached, subject_type="ticket", actor=None, actor_kind=ActorKind.SYSTEM, at=now
    )


def _step_reached(timer: Timer, steps: list[lifecycle.Step]) -> dict[str, Any]:
    last = steps[-1]
    return {
        "timer": timer.pk,
        "metric": timer.metric,
        "cycle": timer.cycle,
        "generation": timer.generation,
        "percent": last.percent,
        "tell": timer.steps[last.index]["tell"],
        "due_at": timer.due_at.isoformat() if timer.due_at else None,
        "fell_due_at": last.falls_at.isoformat(),
        "superseded": [step.percent for step in steps[:-1]],
    }


def correct(timer: Timer, now: datetime) -> None:
    """Record that a promise which was noticed as broken had been kept after all; nothing if nobody was told."""
    if not Notice.objects.filter(timer=timer, percent__gte=100).exists():
        return
    record(
        TimerEvent.BREACH_CORRECTED,
        subject_type="ticket",
        subject_id=timer.ticket_id,
        actor=None,
        actor_kind=ActorKind.SYSTEM,
        data={
            "timer": timer.pk,
            "metric": timer.metric,
            "cycle": timer.cycle,
            "due_at": timer.due_at.isoformat() if timer.due_at else None,
            "stopped_at": timer.stopped_at.isoformat() if timer.stopped_at else None,
        },
        at=now,
    )
