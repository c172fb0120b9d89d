"""The pages of figures: what `sla.reports` counts, put together with queues and agents, of which it knows nothing.

Who is behind a verdict: whoever wrote the reply that stopped the clock; where nobody did (it still waits, or the
promise is the resolution), the ticket's assignee. Leads and administrators see everybody's figures, agents their own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actors import Actor
from accounts.models import Tier, User
from console.charts import WeekChart, week_chart
from console.permissions import visible_timers
from console.report_forms import NONE, ReportForm
from sla import reports
from sla.models import Metric, Timer
from sla.periods import Period, Tally, monday_of
from sla.promise_words import exact_span
from support.models import Message
from support.permissions import sees_all_queues, visible_queues

PAGE = 50
EXPORTED_AT_ONCE = 1000


def form_of(query: Any, actor: Actor) -> ReportForm:
    """Return the filter that the parameters ask for, with the choices of this reader: two queries."""
    return ReportForm(query, tiers=list(Tier.objects.all()), queues=list(visible_queues(actor)))


def with_agent(timers: QuerySet[Timer]) -> QuerySet[Timer]:
    """Add to each timer the id of who is behind its verdict as `agent`, or none."""
    reply = Message.objects.filter(ticket=OuterRef("ticket"), is_staff_reply=True, created_at=OuterRef("stopped_at"))
    author = Subquery(reply.order_by("pk").values("author")[:1])
    return timers.annotate(agent=Coalesce(author, F("ticket__assignee"), output_field=BigIntegerField()))


def reported_timers(actor: Actor) -> QuerySet[Timer]:
    """Return the timers whose figures this reader may see: all of the desk, or their own."""
    timers = visible_timers(actor)
    if sees_all_queues(actor) or actor.user is None:
        return timers
    return with_agent(timers).filter(agent=actor.user.pk)  # type: ignore[misc]  # annotated


# --- The figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A row of a table: verdicts of something, and the address of the list behind each number."""

    label: str
    tally: Tally
    query: str
    beside: dict[str, int] = field(default_factory=dict)
    tiers: list["Line"] = field(default_factory=list)

    @property
    def percent(self) -> str:
        """Return attainment in words."""
        return percent_words(self.tally)

    @property
    def length(self) -> float:
        """Return how long its bar is, of 100."""
        return self.tally.percent or 0


@dataclass(frozen=True)
class TimesLine:
    """How long answers took: a metric, or one tier of it."""

    metric: str
    tier: str
    times: reports.Times
    query: str

    @property
    def words(self) -> list[str]:
        """Return median and 90th percentile in business time, then by the wall clock."""
        times = self.times
        return [_rounded(s) for s in (times.median, times.p90, times.wall_median, times.wall_p90)]


def _rounded(seconds: float) -> str:
    """Return a span as one reads it: to the minute from an hour on."""
    return exact_span(round(seconds) if seconds < 3600 else round(seconds / 60) * 60)


@dataclass(frozen=True)
class Figures:
    """Everything on the page of a report."""

    period: Period
    metrics: list[Line]
    weeks: list[Line]
    chart: WeekChart
    tiers: list[Line]
    queues: list[Line]
    agents: list[Line]
    times: list[TimesLine]
    mail: Line

    @property
    def has_data(self) -> bool:
        """Return whether there is a single verdict."""
        return any(line.tally.decided for line in self.metrics)


def percent_words(tally: Tally) -> str:
    """Return "96.2 %", or that there is no data."""
    return (
        _("%(percent)s %%") % {"percent": number_format(tally.percent, 1)}
        if tally.percent is not None
        else _("no data")
    )


def figures_of(actor: Actor, form: ReportForm) -> Figures:
    """Return the figures that a valid form asks for: the same number of queries at any size of the desk."""
    timers, period, metric = form.narrow(reported_timers(actor)), form.days(), form.metric_value
    of_metric = timers.filter(metric=metric)
    found = reports.attainment(timers, period, "metric", "tier", "week")
    mine = {(tier, week): tally for (named, tier, week), tally in found.items() if named == metric}
    weeks = _weeks(form, period, mine)
    sees_all = sees_all_queues(actor)
    return Figures(
        period=period,
        metrics=_metrics(form, found, reports.beside(timers, period)),
        weeks=weeks,
        chart=week_chart(
            [(_short(week), line.tally, line.percent) for week, line in zip(period.weeks(), weeks, strict=True)]
        ),
        tiers=_tiers(form, mine),
        queues=_queues(form, reports.attainment(of_metric, period, "ticket__queue")) if sees_all else [],
        agents=_agents(form, reports.attainment(with_agent(of_metric), period, "agent")) if sees_all else [],
        times=_times(form, timers, period),
        mail=Line(_("Mail"), reports.mail_within_a_day(timers, period), form.address()),
    )


def _short(week: Period) -> str:
    return date_format(week.first, pgettext("a week's first day below its bar, in Django's date format", "j M"))


def _total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def _metrics(form: ReportForm, found: dict[tuple[Any, ...], Tally], beside: dict[str, dict[str, int]]) -> list[Line]:
    return [
        Line(
            str(metric.label),
            _total(tally for (named, _tier, _week), tally in found.items() if named == metric),
            form.address(metric=metric.value),
            beside.get(metric.value, dict.fromkeys(reports.BESIDE, 0)),
        )
        for metric in Metric
    ]


def _tier_names(form: ReportForm) -> list[tuple[int | None, str, str]]:
    return [*((tier.pk, tier.key, tier.name) for tier in form.tiers), (None, NONE, _("Without a tier"))]


def _weeks(form: ReportForm, period: Period, found: dict[tuple[int | None, int], Tally]) -> list[Line]:
    tiers = [tier for tier in _tier_names(form) if any(pk == tier[0] for pk, _week in found)]
    lines = []
    for place, week in enumerate(period.weeks()):
        monday = monday_of(week.first).isoformat()
        lines.append(
            Line(
                date_format(week.first, "SHORT_DATE_FORMAT"),
                _total(tally for (_tier, at), tally in found.items() if at == place),
                form.address(week=monday),
                tiers=[
                    Line(name, found.get((pk, place), Tally()), form.address(week=monday, tier=key))
                    for pk, key, name in tiers
                ],
            )
        )
    return lines


def _tiers(form: ReportForm, found: dict[tuple[int | None, int], Tally]) -> list[Line]:
    lines = []
    for pk, key, name in _tier_names(form):
        tally = _total(tally for (tier, _week), tally in found.items() if tier == pk)
        if tally.decided:
            lines.append(Line(name, tally, form.address(tier=key)))
    return lines


def _queues(form: ReportForm, found: dict[tuple[Any, ...], Tally]) -> list[Line]:
    return [
        Line(queue.name, found[queue.pk,], form.address(queue=queue.slug))
        for queue in form.queues
        if (queue.pk,) in found
    ]


def _agents(form: ReportForm, found: dict[tuple[Any, ...], Tally]) -> list[Line]:
    names = names_of(agent for (agent,) in found)
    lines = [
        Line(names.get(agent, _("nobody")), tally, form.address(agent=str(agent or NONE)))
        for (agent,), tally in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.tally.decided, line.label))


def names_of(people: Iterable[int | None]) -> dict[int | None, str]:
    """Return names by id: one query."""
    found = User.objects.filter(pk__in={*people} - {None}).only("display_name", "email")
    return {person.pk: person.get_full_name() for person in found}


def _times(form: ReportForm, timers: QuerySet[Timer], period: Period) -> list[TimesLine]:
    whole, by_tier = reports.times(timers, period, "metric"), reports.times(timers, period, "metric", "tier")
    lines = []
    for metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE):
        if (metric.value,) not in whole:
            continue
        query = form.address(metric=metric.value)
        lines.append(TimesLine(str(metric.label), _("All"), whole[metric.value,], query))
        for pk, key, name in _tier_names(form):
            if times := by_tier.get((metric.value, pk)):
                lines.append(TimesLine(str(metric.label), name, times, form.address(metric=metric.value, tier=key)))
    return lines


# --- The lists behind them --------------------------------------------------------------------------------------------

# Of mail, first and next responses are one figure.
WITHOUT_METRIC = (reports.MAIL, *reports.PARTS[reports.MAIL])


@dataclass(frozen=True)
class Behind:
    """The timers behind one figure: those of a page, how many there are, and the address of the next page."""

    rows: list["BehindRow"]
    count: int
    older: str


@dataclass(frozen=True)
class BehindRow:
    """A timer as the list behind a figure shows it."""

    timer: Any
    agent: str

    @property
    def wall_seconds(self) -> int | None:
        """Return how long it took by the wall clock, if it is over."""
        stopped = self.timer.stopped_at
        return int((stopped - self.timer.started_at).total_seconds()) if stopped else None

    @property
    def words(self) -> dict[str, str]:
        """Return its spans in words."""
        wall = self.wall_seconds
        return {
            "target": exact_span(self.timer.target_seconds),
            "business": exact_span(self.timer.consumed) if wall is not None else "",
            "wall": exact_span(wall) if wall is not None else "",
        }


def outcome_of(query: Any) -> str:
    """Return which figure a list is asked for; all verdicts, if it is none that there is."""
    outcome = query.get("outcome", "")
    return outcome if outcome in reports.OUTCOMES else reports.DECIDED


def timers_behind(actor: Actor, form: ReportForm, query: Any) -> tuple[QuerySet[Timer], Period]:
    """Return the timers and the days that a list is asked for: what the filter says, narrowed to a week and an agent.

    A week or an agent that does not exist leaves nothing.
    """
    timers, period = form.narrow(reported_timers(actor)), form.days()
    if outcome_of(query) not in WITHOUT_METRIC:
        timers = timers.filter(metric=form.metric_value)
    if agent := query.get("agent", ""):
        found = int(agent) if agent.isdecimal() and len(agent) < 19 else None
        asked = with_agent(timers).filter(agent=found)  # type: ignore[misc]  # annotated
        timers = asked if found or agent == NONE else timers.none()
    if query.get("week"):
        week = _week_named(period, query["week"])
        timers, period = (timers, week) if week else (timers.none(), period)
    return timers, period


def _week_named(period: Period, text: str) -> Period | None:
    try:
        return period.week_of(date.fromisoformat(text))
    except ValueError:
        return None


def page_behind(actor: Actor, form: ReportForm, query: Any) -> Behind:
    """Return a page of the list behind a figure, newest first; the next page starts where this one ends (keyset)."""
    timers, period = timers_behind(actor, form, query)
    outcome = outcome_of(query)
    listed = reports.page_behind(
        with_facts(timers), outcome, period, size=PAGE + 1, before=_key(query.get("before", ""))
    )
    older = ""
    if len(listed) > PAGE:
        last = listed[PAGE - 1]
        older = f"{last.at.isoformat()}_{last.pk}"  # type: ignore[attr-defined]  # annotated
    return Behind(rows_of(listed[:PAGE]), reports.count_behind(timers, outcome, period), older)


def with_facts(timers: QuerySet[Timer]) -> QuerySet[Timer]:
    """Fetch with each timer what a row of the list shows."""
    return with_agent(timers).select_related("ticket__organization", "tier")


def rows_of(timers: list[Timer]) -> list[BehindRow]:
    """Return timers as rows with the names of their agents: one query."""
    names = names_of(timer.agent for timer in timers)  # type: ignore[attr-defined]  # annotated
    return [BehindRow(timer, names.get(timer.agent, "")) for timer in timers]  # type: ignore[attr-defined]


def all_behind(timers: QuerySet[Timer], outcome: str, period: Period) -> Iterator[BehindRow]:
    """Yield the whole list behind a figure, read page by page: memory stays the same at any length."""
    before = None
    while page := reports.page_behind(with_facts(timers), outcome, period, size=EXPORTED_AT_ONCE, before=before):
        yield from rows_of(page)
        before = (page[-1].at, page[-1].pk)  # type: ignore[attr-defined]  # annotated


def _key(text: str) -> tuple[datetime, int] | None:
    at, _mark, pk = text.rpartition("_")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (instant, int(pk)) if instant.tzinfo and pk.isdecimal() and len(pk) < 19 else None
