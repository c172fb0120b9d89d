"""What can happen to a timer by the clock. `config/reactions.py` says what follows from each."""

from enum import StrEnum


class TimerEvent(StrEnum):
    """Names of events about timers; their subject is the ticket. Each says what its data holds."""

    STEP_REACHED = "timer.step_reached"
    """A part of a promise is used up: timer, metric, cycle, generation, percent, tell, due_at, fell_due_at,
    superseded (earlier steps that nobody was told of)."""
    BREACH_CORRECTED = "timer.breach_corrected"
    """A promise that was noticed as broken had been kept: timer, metric, cycle, due_at, stopped_at."""
