"""Telling the timers of a ticket again what its events say they were told: what they must be now (sla.md, section 5).

Each event that changed a timer holds what was told (`data["timers"]`): which act, and the rows of the policy that were
chosen then, for rows are edited later. The acts are those of `sla.acts`, done to timers that no table has. Nothing here
reads a stored timer or writes anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.models import Event
from sla import acts, lifecycle
from sla.event_names import TimerEvent
from sla.models import CalendarVersion, Metric, Target, Timer

TOLD = "timers"


@dataclass(frozen=True)
class Told:
    """One thing that the timers of a ticket were told, and as of when (UTC)."""

    at: datetime
    what: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A column that is not what the record of its ticket says."""

    timer: str
    column: str
    kept: Any
    replayed: Any

    def __str__(self) -> str:
        return f"{self.timer} {self.column}: kept {_shown(self.kept)}, replayed {_shown(self.replayed)}"


def told_by(events: Iterable[Event]) -> Iterator[Told]:
    """Yield what the timers were told by the events of a ticket, in the order in which they were recorded."""
    for event in events:
        if event.name == TimerEvent.STEP_REACHED:
            yield Told(
                event.occurred_at,
                {"act": "take_steps", "metric": event.data["metric"], "cycle": event.data["cycle"]},
            )
        for what in event.data.get(TOLD, ()):
            yield Told(event.occurred_at, what)


def versions_in(events: Iterable[Event]) -> set[int]:
    """Return the ids of the calendar versions that a replay of these events needs."""
    found = set()
    for what in (what for event in events for what in event.data.get(TOLD, ())):
        found.add(what.get("calendar"))
        found |= {row.get("calendar") for row in what.get("rows", ())}
        found |= {kept.get("calendar_version_id") for kept in what.get("theirs", ())}
    return found - {None}


class Replay:
    """The timers of one ticket, as they are after all that they were told so far."""

    def __init__(self, number: int, versions: Mapping[int, CalendarVersion]) -> None:
        self.number, self.versions = number, versions
        self.timers: list[Timer] = []

    def tell(self, told: Told) -> None:
        """Do an act again. Raises KeyError for one whose record is not whole, ValueError for an unknown one."""
        what, at = told.what, told.at
        match what["act"]:
            case "begin":
                chosen = [(row["metric"], self._choice(row)) for row in what["rows"]]
                self.timers += acts.begin(self._facts(what), chosen, at, cycle=what["cycle"])
            case "staff_replied":
                acts.staff_replied(self.timers, what["status"], at, is_told_late=what.get("is_told_late", False))
            case "status_changed":
                acts.status_changed(
                    self.timers,
                    what["status"],
                    at,
                    old_status=what["old_status"],
                    last_public_is_staff=what["last_public_is_staff"],
                    reason=what.get("reason", acts.UNANSWERED),
                )
            case "retarget":
                rows = {(row["metric"], row["cycle"]): self._choice(row) for row in what["rows"]}
                acts.retarget(self.timers, self._facts(what), rows, at, lowered=what["lowered"])
            case "move_calendar":
                acts.move_calendar(self.timers, self.versions[what["calendar"]], at)
            case "recount":
                for kept in what["kept"]:
                    timer = self._timer(kept["metric"], kept["cycle"])
                    timer.remaining, timer.consumed = kept["remaining"], kept["consumed"]
                acts.recount(self.timers)
            case "cancel":
                acts.cancel(self.timers, what["reason"], at)
            case "restore":
                acts.restore(self.timers, what["reason"])
            case "merge":
                theirs = [self._theirs(kept) for kept in what["theirs"]]
                self.timers += acts.merge(self.timers, theirs, self._facts(what), at, next_cycle=self._next_cycle)
            case "take_steps":
                lifecycle.take_steps(self._timer(what["metric"], what["cycle"]), at)
            case unknown:
                raise ValueError(f"The record says {unknown!r}, which no timer understands.")

    def _choice(self, row: Mapping[str, Any]) -> acts.Choice:
        """Return a row of the policy as it was when it was chosen."""
        target = Target(pk=row["target"], seconds=row["seconds"], pause_on=row["pause_on"], steps=row["steps"])
        return target, self.versions[row["calendar"]]

    def _facts(self, what: Mapping[str, Any]) -> acts.TicketFacts:
        return acts.TicketFacts(
            self.number, what["tier"], what["priority"], what.get("channel", ""), what.get("status", "")
        )

    def _theirs(self, kept: Mapping[str, Any]) -> Timer:
        """Return a timer of another ticket as it was when that was merged into this one."""
        columns = acts.from_snapshot(kept)
        target, version = columns.pop("target_id"), self.versions[columns.pop("calendar_version_id")]
        return Timer(target=Target(pk=target) if target else None, calendar_version=version, **columns)

    def _timer(self, metric: str, cycle: int) -> Timer:
        return next(timer for timer in self.timers if acts.key_of(timer) == (metric, cycle))

    def _next_cycle(self) -> int:
        cycles = (timer.cycle for timer in self.timers if timer.metric == Metric.NEXT_RESPONSE)
        return max(cycles, default=0) + 1


def replay(number: int, told: Iterable[Told], versions: Mapping[int, CalendarVersion]) -> list[Timer]:
    """Return the timers of a ticket as they must be after all that they were told; none of them is saved."""
    whole = Replay(number, versions)
    for each in told:
        whole.tell(each)
    return whole.timers


def differences(kept: Iterable[Timer], replayed: Iterable[Timer], *, targets: set[int]) -> Iterator[Difference]:
    """Yield where stored timers are not what the record says. `targets` are the rows that the policy still has."""
    rows = {acts.key_of(timer): acts.values(timer) for timer in kept}
    again = {acts.key_of(timer): acts.values(timer) for timer in replayed}
    for key in sorted({*rows, *again}):
        name = f"{key[0]} {key[1]}" if key[1] else key[0]
        if key not in rows or key not in again:
            yield Difference(name, "row", "there" if key in rows else "none", "there" if key in again else "none")
            continue
        if again[key]["target_id"] not in targets:
            again[key]["target_id"] = None  # the row was deleted since, and with it the reference
        for column, value in rows[key].items():
            if value != again[key][column]:
                yield Difference(name, column, value, again[key][column])


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
