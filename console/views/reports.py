"""Reports: what the desk kept and missed, the lists behind each number, and both as files to take away."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from console import reports as figures
from console.report_forms import ReportForm
from content.spreadsheet import csv_response
from sla import reports
from support.permissions import sees_all_queues

TITLES = {
    reports.DECIDED: gettext_lazy("All verdicts"),
    reports.MET: gettext_lazy("Kept"),
    reports.BREACHED: gettext_lazy("Missed"),
    reports.UNANSWERED: gettext_lazy("Solved without an answer"),
    reports.WITHDRAWN: gettext_lazy("Withdrawn by the customer"),
    reports.LOOSENED: gettext_lazy("Loosened: the end was moved later"),
    reports.ANSWERED: gettext_lazy("Answered"),
    reports.MAIL: gettext_lazy("Mail: all verdicts on 24 hours"),
    reports.MAIL_IN_TIME: gettext_lazy("Mail answered within 24 hours"),
    reports.MAIL_LATE: gettext_lazy("Mail not answered within 24 hours"),
}


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Show attainment by metric, week, tier, queue and agent, how long answers took, and what stands beside it."""
    actor = actor_of(request)
    form = figures.form_of(request.GET, actor)
    is_valid = form.is_valid()
    sees_all = sees_all_queues(actor)
    return render(
        request,
        "console/reports.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("Reports") if sees_all else _("My figures"),
            "form": form,
            "figures": figures.figures_of(actor, form) if is_valid else None,
            "metric": _metric_words(form) if is_valid else "",
            "address": form.address() if is_valid else "",
            "sees_all": sees_all,
            "zone": timezone.get_current_timezone_name(),
            "may_simulate": request.user.has_perm("sla.view_target"),
        },
    )


@require_safe
def timers(request: HttpRequest) -> HttpResponse:
    """Show the promises behind one number, newest first."""
    actor = actor_of(request)
    form = figures.form_of(request.GET, actor)
    behind = figures.page_behind(actor, form, request.GET) if form.is_valid() else None
    query, first = request.GET.copy(), request.GET.copy()
    first.pop("before", None)
    if behind and behind.older:
        query["before"] = behind.older
    outcome = figures.outcome_of(request.GET)
    return render(
        request,
        "console/report_timers.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": TITLES[outcome],
            "form": form,
            "behind": behind,
            "is_mail": outcome in figures.WITHOUT_METRIC,
            "metric": _metric_words(form) if behind else "",
            "report_url": f"{reverse('console:reports')}?{form.address()}",
            "file_url": f"{reverse('console:report_timers_file')}?{first.urlencode()}",
            "older_url": f"?{query.urlencode()}" if behind and behind.older else "",
            "newer_url": f"?{first.urlencode()}" if "before" in request.GET else "",
        },
    )


@require_safe
def timers_file(request: HttpRequest) -> HttpResponseBase:
    """Hand out the whole list behind a number."""
    actor = actor_of(request)
    form = figures.form_of(request.GET, actor)
    if not form.is_valid():
        raise Http404
    found, period = figures.timers_behind(actor, form, request.GET)
    outcome = figures.outcome_of(request.GET)
    header = [
        _("Ticket"), _("Subject"), _("Organisation"), _("Promise"), _("Tier"), _("Priority"), _("Channel"), _("State"),
        _("Started"), _("Due"), _("Stopped"), _("Promised seconds"), _("Business seconds"), _("Wall seconds"),
        _("Agent"),
    ]  # fmt: skip
    rows = (
        (
            row.timer.ticket_id, row.timer.ticket.subject, row.timer.ticket.organization or "",
            row.timer.get_metric_display(), row.timer.tier or "", row.timer.priority,
            row.timer.channel, row.timer.get_state_display(), _local(row.timer.started_at), _local(row.timer.due_at),
            _local(row.timer.stopped_at), row.timer.target_seconds, row.timer.consumed, row.wall_seconds, row.agent,
        )
        for row in figures.all_behind(found, outcome, period)
    )  # fmt: skip
    return csv_response(f"promises-{outcome}-{period.first}-{period.last}", header, rows)


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out one table of a report."""
    actor = actor_of(request)
    form = figures.form_of(request.GET, actor)
    if name not in TABLES or (name in {"queues", "agents"} and not sees_all_queues(actor)) or not form.is_valid():
        raise Http404
    found = figures.figures_of(actor, form)
    header, rows = TABLES[name](found)
    return csv_response(f"report-{name}-{found.period.first}-{found.period.last}", header, rows)


Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def _metrics(found: figures.Figures) -> Table:
    header = [_("Promise"), _("Percent"), _("Kept"), _("Missed"), _("Unanswered"), _("Withdrawn"), _("Loosened")]
    return header, [(*_tally(line), *line.beside.values()) for line in found.metrics]


def _weeks(found: figures.Figures) -> Table:
    tiers = [line.label for line in found.weeks[0].tiers] if found.weeks else []
    header = [_("Week from"), _("Percent"), _("Kept"), _("Missed"), *tiers]
    return header, [
        (week.first, *_tally(line)[1:], *(tier.tally.percent for tier in line.tiers))
        for week, line in zip(found.period.weeks(), found.weeks, strict=True)
    ]


def _lines(title: str, lines: list[figures.Line]) -> Table:
    return [title, _("Percent"), _("Kept"), _("Missed")], [_tally(line) for line in lines]


def _times(found: figures.Figures) -> Table:
    header = [
        _("Promise"), _("Tier"), _("Answers"), _("Median, business seconds"), _("90th percentile, business seconds"),
        _("Median, wall seconds"), _("90th percentile, wall seconds"),
    ]  # fmt: skip
    return header, [
        (line.metric, line.tier, t.count, t.median, t.p90, t.wall_median, t.wall_p90)
        for line in found.times
        for t in [line.times]
    ]


def _tally(line: figures.Line) -> tuple[object, ...]:
    return line.label, line.tally.percent, line.tally.met, line.tally.breached


TABLES: dict[str, Any] = {
    "promises": _metrics,
    "weeks": _weeks,
    "tiers": lambda found: _lines(_("Tier"), found.tiers),
    "queues": lambda found: _lines(_("Queue"), found.queues),
    "agents": lambda found: _lines(_("Agent"), found.agents),
    "times": _times,
    "mail": lambda found: _lines(_("Mail within 24 hours"), [found.mail]),
}


def _local(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _metric_words(form: ReportForm) -> str:
    return str(dict(form.fields["metric"].choices)[form.metric_value])  # type: ignore[attr-defined]
