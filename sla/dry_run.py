"""What a changed policy would have done to what is decided already. Nothing is written.

1. Every response with a verdict in the period is looked at, the newest first, at most MOST of them.
2. The row that made its promise is found anew by the tier, priority and channel as of the verdict; a ticket whose tier
   or priority changed on the way counts as if it had had the last ones from the start.
3. Where that row is not changed, the verdict stays what it was. Where it is, responses never pause, so the promise
   would have ended at `add(calendar, started_at, seconds)`, and the answer came in time or not (sla.md, section 2).
4. One that nobody has answered is missed once that instant has passed; before, it would be undecided. One that was
   taken back before that instant would have no verdict.

Resolutions are left out: their clock stands while the desk waits, and another target would have stood elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, DateTimeField, F, Q, QuerySet, When

from sla import choose, clock
from sla.calendars import Calendar as Hours
from sla.models import Target, Timer
from sla.periods import Tally

MOST = 50_000
# So many changed verdicts are named; beyond, they are counted.
NAMED = 200
AT_ONCE = 2000
KEPT, MISSED, UNDECIDED, TAKEN_BACK = "kept", "missed", "undecided", "taken_back"


@dataclass(frozen=True)
class Row:
    """A row of the policy as it would be: `is_changed` if it would be another than it is."""

    pk: int
    metric: str
    source: str
    tier_id: int | None
    channel: str
    priority: int | None
    seconds: int
    hours: Hours
    is_changed: bool


@dataclass(frozen=True)
class Changed:
    """A promise whose verdict would have been another: due then, due with the changed policy (UTC)."""

    timer: int
    was: str
    would: str
    due_at: datetime


@dataclass
class DryRun:
    """What would have come of it, by tier (id or None): verdicts as they were, and as they would have been."""

    was: dict[int | None, Tally] = field(default_factory=dict)
    would: dict[int | None, Tally] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((KEPT, MISSED, UNDECIDED, TAKEN_BACK), 0))
    named: dict[str, list[Changed]] = field(
        default_factory=lambda: {outcome: [] for outcome in (KEPT, MISSED, UNDECIDED, TAKEN_BACK)}
    )
    looked_at: int = 0
    touched: int = 0
    is_cut: bool = False

    def of(self, which: str) -> Tally:
        """Return the verdicts of all tiers: "was" or "would"."""
        return sum((self.was if which == "was" else self.would).values(), Tally())


def verdicts(timers: QuerySet[Timer], since: datetime, until: datetime) -> QuerySet[Timer]:
    """Return the responses that were decided in [since, until), with the instant of the verdict as `at`."""
    met = Q(state=Timer.State.MET, stopped_at__gte=since, stopped_at__lt=until)
    breached = Q(state=Timer.State.BREACHED, breached_at__gte=since, breached_at__lt=until)
    at = Case(When(state=Timer.State.MET, then=F("stopped_at")), default=F("breached_at"), output_field=DateTimeField())
    return timers.filter(met | breached, metric__in=choose.RESPONSES).annotate(at=at)


def rows_with(targets: Iterable[Target], edits: Mapping[int, tuple[int, Hours]]) -> list[Row]:
    """Return the policy with edits: seconds and hours by the id of the target. Rows without hours promise nothing."""
    return [_row(target, edits.get(target.pk)) for target in targets if target.calendar.current or target.pk in edits]


def _row(target: Target, edit: tuple[int, Hours] | None) -> Row:
    before = (target.seconds, target.calendar.current.hours if target.calendar.current else None)
    seconds, hours = edit or before
    assert hours is not None
    return Row(
        target.pk,
        target.metric,
        target.source,
        target.tier_id,
        target.channel,
        target.priority,
        seconds,
        hours,
        is_changed=(seconds, hours) != before,
    )


def try_policy(
    timers: QuerySet[Timer], rows: list[Row], *, since: datetime, until: datetime, now: datetime, most: int = MOST
) -> DryRun:
    """Return what the rows would have done to the verdicts of a period, as of now (UTC): one streamed query."""
    run = DryRun()
    chosen: dict[tuple[Any, ...], Row | None] = {}
    found = verdicts(timers, since, until).order_by("-at", "-pk")[: most + 1]
    columns = ("pk", "metric", "tier", "channel", "priority", "state", "started_at", "stopped_at", "reason")
    for pk, metric, tier, channel, priority, state, started_at, stopped_at, reason in found.values_list(
        *columns
    ).iterator(chunk_size=AT_ONCE):
        if run.looked_at == most:
            run.is_cut = True
            break
        run.looked_at += 1
        was = KEPT if state == Timer.State.MET else MISSED
        would = was
        key = (metric, tier, channel, priority)
        if key not in chosen:
            chosen[key] = choose.choose(rows, metric=metric, tier_id=tier, channel=channel, priority=priority)
        row = chosen[key]
        if row is not None and row.is_changed:
            run.touched += 1
            due_at = clock.due(row.hours, started_at, row.seconds)
            would = _verdict(due_at, stopped_at, reason, now)
            if would != was:
                run.counts[would] += 1
                if len(run.named[would]) < NAMED:
                    run.named[would].append(Changed(pk, was, would, due_at))
        run.was[tier] = run.was.get(tier, Tally()) + _tally(was)
        run.would[tier] = run.would.get(tier, Tally()) + _tally(would)
    return run


def _verdict(due_at: datetime, stopped_at: datetime | None, reason: str, now: datetime) -> str:
    if stopped_at is None:
        return MISSED if now > due_at else UNDECIDED
    if stopped_at > due_at:
        return MISSED
    return TAKEN_BACK if reason else KEPT


def _tally(verdict: str) -> Tally:
    return Tally(int(verdict == KEPT), int(verdict == MISSED))
