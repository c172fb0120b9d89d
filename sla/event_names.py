"""What can happen to timers, and to the jobs that let them follow an edit.

`config/reactions.py` says what follows from each.
"""

from enum import StrEnum


class TimerEvent(StrEnum):
    """Names of events about timers; their subject is the ticket. Each says what its data holds."""

    STEP_REACHED = "timer.step_reached"
    """A part of a promise is used up: timer, metric, cycle, generation, percent, tell, due_at, fell_due_at,
    superseded (earlier steps that nobody was told of)."""
    BREACH_CORRECTED = "timer.breach_corrected"
    """A promise that was noticed as broken had been kept: timer, metric, cycle, due_at, stopped_at."""
    RECALCULATED = "timer.recalculated"
    """Promises followed an edit: why (target, calendar, zone_data), recalculation (id), name (of what changed), moved
    (metric, cycle, old and new due_at of each), timers (what they were told), version."""


class RecalculationEvent(StrEnum):
    """Names of events whose subject is a recalculation; each says what its data holds."""

    ASKED = "recalculation.asked"
    """Running promises are to follow an edit: kind, name, is_again (whether it was done before)."""
    CANCELLED = "recalculation.cancelled"
    """No further ticket is to follow: done, total."""
