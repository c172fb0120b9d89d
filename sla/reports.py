"""Reports over timers (sla.md, section 8): what was kept and what was not, how long it took. Counted by the database.

Every function takes timers that the caller has narrowed already (what a reader may see, a queue, a tier) and a period
of the reader's own days. A figure and the list behind it start from the same `behind`, so that they cannot disagree.

- Attainment is met / (met + breached), each by the instant of its verdict: `stopped_at`, `breached_at`.
- Cancelled and running timers are out; `unanswered`, `withdrawn` and `loosened` stand beside it, by the instant at
  which that happened.
- `consumed` (business time) and `stopped_at - started_at` (wall time) are of responses that an answer stopped.
- "The share of all mail answered within 24 h" asks of each response to a mail, whatever its target: was it answered
  24 hours after it came? That instant, or the earlier answer, decides the period.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import Channel
from sla.choose import RESPONSES
from sla.models import Metric, Timer
from sla.periods import Period, Tally, quantile_places

MET, BREACHED, DECIDED = "met", "breached", "decided"
UNANSWERED, WITHDRAWN, LOOSENED, ANSWERED = "unanswered", "withdrawn", "loosened", "answered"
MAIL_IN_TIME, MAIL_LATE, MAIL = "mail_in_time", "mail_late", "mail"
BESIDE = (UNANSWERED, WITHDRAWN, LOOSENED)
MAIL_HOURS = timedelta(hours=24)
PERCENTS = (50, 90)

Timers = QuerySet[Timer]

# What the words mean: which timers, and by which instant they belong to a period.
_STOPPED = Q(
    metric__in=RESPONSES, state__in=[Timer.State.MET, Timer.State.BREACHED], reason="", stopped_at__isnull=False
)
_MAIL = Q(metric__in=RESPONSES, channel=Channel.EMAIL) & ~Q(state=Timer.State.CANCELLED)
_CONDITIONS: dict[str, tuple[Q, str]] = {
    MET: (Q(state=Timer.State.MET), "stopped_at"),
    BREACHED: (Q(state=Timer.State.BREACHED), "breached_at"),
    UNANSWERED: (Q(state=Timer.State.CANCELLED, reason="unanswered"), "stopped_at"),
    WITHDRAWN: (Q(state=Timer.State.CANCELLED, reason="withdrawn"), "stopped_at"),
    LOOSENED: (Q(loosened_at__isnull=False), "loosened_at"),
    ANSWERED: (_STOPPED, "stopped_at"),
}
# One figure, two lists: of those the pages are merged by time.
PARTS: dict[str, tuple[str, ...]] = {DECIDED: (MET, BREACHED), MAIL: (MAIL_IN_TIME, MAIL_LATE)}
OUTCOMES = (*_CONDITIONS, MAIL_IN_TIME, MAIL_LATE, *PARTS)


def behind(timers: Timers, outcome: str, period: Period) -> Timers:
    """Return the timers behind a figure (of one part: MET, BREACHED …), each with the instant that counts as `at`."""
    since, until = period.since, period.until
    if outcome in (MAIL_IN_TIME, MAIL_LATE):
        return _mails(timers, outcome, since, until)
    condition, column = _CONDITIONS[outcome]
    found = timers.filter(condition, **{f"{column}__gte": since, f"{column}__lt": until})
    return found.annotate(at=F(column))


def _mails(timers: Timers, outcome: str, since: datetime, until: datetime) -> Timers:
    limit = ExpressionWrapper(
        F("started_at") + Value(MAIL_HOURS, output_field=DurationField()), output_field=DateTimeField()
    )
    # The bounds of `started_at` follow from the rest: they let a database leave out what is far away.
    found = timers.filter(_MAIL, started_at__gte=since - MAIL_HOURS, started_at__lt=until).annotate(limit=limit)
    if outcome == MAIL_IN_TIME:
        found = found.filter(stopped_at__lte=F("limit"), reason="", stopped_at__gte=since, stopped_at__lt=until)
        return found.annotate(at=F("stopped_at"))
    # A promise that was taken back before the day was over says nothing; what still waits after it does.
    found = found.filter(Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("limit")))
    return found.filter(limit__gte=since, limit__lt=min(until, timezone.now())).annotate(at=F("limit"))


# --- How many --------------------------------------------------------------------------------------------------------


def attainment(timers: Timers, period: Period, *by: str) -> dict[tuple[Any, ...], Tally]:
    """Return the verdicts of a period, told apart by columns of the timers, and by "week" (its place, from 0).

    Two statements, whose answers have a row for each group and not for each timer.
    """
    found: dict[tuple[Any, ...], Tally] = {}
    for outcome in PARTS[DECIDED]:
        rows = behind(timers, outcome, period)
        if "week" in by:
            rows = rows.annotate(week=_place(_CONDITIONS[outcome][1], [week.since for week in period.weeks()]))
        for *key, count in rows.order_by().values_list(*by).annotate(count=Count("pk")).values_list(*by, "count"):
            tally = Tally(count, 0) if outcome == MET else Tally(0, count)
            found[tuple(key)] = found.get(tuple(key), Tally()) + tally
    return found


def _place(column: str, starts: Sequence[datetime]) -> Any:
    """Return the place of the last start not after the column, found by halves: seven comparisons for two years."""

    def between(low: int, high: int) -> Any:
        if high - low == 1:
            return Value(low, output_field=IntegerField())
        middle = (low + high) // 2
        earlier = When(**{f"{column}__lt": starts[middle]}, then=between(low, middle))
        return Case(earlier, default=between(middle, high), output_field=IntegerField())

    return between(0, len(starts))


def beside(timers: Timers, period: Period) -> dict[str, dict[str, int]]:
    """Return how many were unanswered, withdrawn and loosened, by metric: one statement."""
    counts, any_of = {}, Q(pk__in=[])
    for outcome in BESIDE:
        condition, column = _CONDITIONS[outcome]
        inside = condition & Q(**{f"{column}__gte": period.since, f"{column}__lt": period.until})
        counts[outcome], any_of = Count("pk", filter=inside), any_of | inside
    rows = timers.filter(any_of).order_by().values("metric").annotate(**counts)
    return {row["metric"]: {outcome: row[outcome] for outcome in BESIDE} for row in rows}


def mail_within_a_day(timers: Timers, period: Period) -> Tally:
    """Return how many mails were answered within 24 hours, and how many not: two statements."""
    return Tally(behind(timers, MAIL_IN_TIME, period).count(), behind(timers, MAIL_LATE, period).count())


# --- How long --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """How long answers took, in seconds: the median and the 90th percentile, in business time and by the wall clock."""

    count: int
    median: float
    p90: float
    wall_median: float
    wall_p90: float


class WallSeconds(Func):
    """Whole seconds between two columns of instants."""

    output_field = IntegerField()
    arity = 2

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Subtract instants."""
        template = "EXTRACT(EPOCH FROM (%(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Subtract seconds since 1970."""
        template = "(strftime('%%%%s', %(expressions)s))"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - strftime('%%s', ", **context)


class Percentile(Aggregate):
    """A percentile by linear interpolation, as PostgreSQL counts it itself."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, percent: int) -> None:
        super().__init__(expression, fraction=percent / 100)


WALL = WallSeconds(F("stopped_at"), F("started_at"))


def times(timers: Timers, period: Period, *by: str) -> dict[tuple[Any, ...], Times]:
    """Return how long answers took, told apart by columns of the timers.

    PostgreSQL answers in one statement. SQLite has no percentiles: there the rows are numbered in their order, and
    only those between which a percentile lies are fetched, at most four of a group: three statements, same numbers.
    """
    rows = behind(timers, ANSWERED, period).order_by()
    if connection.vendor == "postgresql":
        found = rows.values(*by).annotate(
            count=Count("pk"),
            median=Percentile("consumed", 50),
            p90=Percentile("consumed", 90),
            wall_median=Percentile(WALL, 50),
            wall_p90=Percentile(WALL, 90),
        )
        return {
            tuple(row.pop(name) for name in by): Times(**row)
            for row in found.values(*by, "count", "median", "p90", "wall_median", "wall_p90")
        }
    counts = {
        tuple(key): count for *key, count in rows.values_list(*by).annotate(count=Count("pk")).values_list(*by, "count")
    }
    business, wall = _between(rows, F("consumed"), by, counts), _between(rows, WALL, by, counts)
    return {key: Times(count, *business[key], *wall[key]) for key, count in counts.items()}


def _between(
    rows: Timers, expression: Any, by: Sequence[str], counts: dict[tuple[Any, ...], int]
) -> dict[tuple[Any, ...], list[float]]:
    """Return the percentiles of each group from the few values beside them."""
    found: dict[tuple[Any, ...], list[float]] = {}
    if not counts:
        return found
    numbered = rows.annotate(
        value=expression,
        place=Window(RowNumber(), partition_by=[F(name) for name in by] or None, order_by=expression.asc()),
    )
    wanted = Q(pk__in=[])
    for key, count in counts.items():
        places = {place + 1 for percent in PERCENTS for place in quantile_places(count, percent)[:2]}
        named = [
            {f"{name}__isnull": True} if part is None else {name: part} for name, part in zip(by, key, strict=True)
        ]
        wanted |= Q(*[Q(**each) for each in named], place__in=places)
    values = {(*key, place): value for *key, place, value in numbered.filter(wanted).values_list(*by, "place", "value")}
    for key, count in counts.items():
        for percent in PERCENTS:
            low, high, along = quantile_places(count, percent)
            below, above = values[(*key, low + 1)], values[(*key, high + 1)]
            found.setdefault(key, []).append(below + (above - below) * along)
    return found


# --- The lists behind the figures ------------------------------------------------------------------------------------


def page_behind(
    timers: Timers, outcome: str, period: Period, *, size: int, before: tuple[datetime, int] | None = None
) -> list[Timer]:
    """Return the newest timers behind a figure, at most `size`, from before an instant and id on (keyset).

    Each part is read from its own index and no further than a page; the pages are merged by time.
    """
    found: list[Any] = []
    for part in PARTS.get(outcome, (outcome,)):
        rows = behind(timers, part, period)
        if before:
            at, pk = before
            rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
        found += rows.order_by("-at", "-pk")[:size]
    return sorted(found, key=lambda timer: (timer.at, timer.pk), reverse=True)[:size]


def count_behind(timers: Timers, outcome: str, period: Period) -> int:
    """Return how many timers are behind a figure."""
    return sum(behind(timers, part, period).count() for part in PARTS.get(outcome, (outcome,)))


def of_metrics(timers: Timers, metrics: Iterable[Metric | str]) -> Timers:
    """Return the timers of some metrics: the indexes of verdicts begin with the metric."""
    return timers.filter(metric__in=list(metrics))
