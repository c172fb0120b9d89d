"""Running promises that follow an edit: what is under way, what moved, and the question before it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from accounts.models import User
from console.views.outbox import page_of
from sla import recalculating
from sla.actions.apply_target import apply_deletion, apply_target
from sla.actions.ask_recalculation import cancel_recalculation, repeat_recalculation
from sla.models import Metric, Move, Recalculation, Target
from sla.time_words import clock_words
from support.promises import within

# A job that no worker took up for so long is remarked on.
SLOW_START = timedelta(minutes=1)


@dataclass(frozen=True)
class Row:
    """A promise that moved, as the page shows it."""

    move: Move
    metric: str
    old: str
    new: str


@require_safe
def recalculations(request: HttpRequest) -> HttpResponse:
    """Show the jobs, the newest first, and what might be asked for."""
    _require(request, "sla.view_recalculation")
    rows, newer, older = page_of(recalculating.jobs(), request.GET)
    context = {
        **_frame(request),
        "title": _("Recalculations"),
        "jobs": rows,
        "is_running": any(job.is_open for job in rows),
        "newer_url": newer,
        "older_url": older,
        "here": request.get_full_path(),
        "gone": recalculating.without_row() if request.user.has_perm("sla.add_recalculation") else [],
    }
    return render(request, _template(request, "console/recalculations.html", "console/_recalculations.html"), context)


@require_safe
def recalculation(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a job is, what it moved from when to when, and where it failed."""
    _require(request, "sla.view_recalculation")
    job = get_object_or_404(recalculating.jobs(), pk=job_id)
    now = timezone.now()
    moves, newer, older = page_of(recalculating.moves_of(job).select_related("ticket"), request.GET)
    may_change = request.user.has_perm("sla.change_recalculation")
    context = {
        **_frame(request),
        "title": job.name,
        "job": job,
        "rows": [
            Row(move, move.get_metric_display(), _clock(move.old_due_at, now), _clock(move.new_due_at, now))
            for move in moves
        ],
        "failures": recalculating.failures_of(job)[:100] if job.failed else [],
        "newer_url": newer,
        "older_url": older,
        "here": request.get_full_path(),
        "is_slow": job.state == Recalculation.State.WAITING and now - job.asked_at > SLOW_START,
        "may_cancel": may_change and job.is_cancellable,
        "may_repeat": may_change and job.failed and not job.is_open,
    }
    return render(request, _template(request, "console/recalculation.html", "console/_recalculation.html"), context)


@require_POST
def cancellation(request: HttpRequest, job_id: int) -> HttpResponse:
    """Leave the tickets that a job did not reach yet as they are."""
    _require(request, "sla.change_recalculation")
    job = get_object_or_404(recalculating.jobs(), pk=job_id)
    if cancel_recalculation(job, by=actor_of(request).user):
        messages.success(
            request, _("Stopped. What had moved by then stays moved; all other timers keep their promise.")
        )
    else:
        messages.info(request, _("There was nothing to stop: it was finished already."))
    return redirect("console:recalculation", job.pk)


@require_POST
def repetition(request: HttpRequest, job_id: int) -> HttpResponse:
    """Do a job once more, for the tickets at which it failed."""
    _require(request, "sla.change_recalculation")
    job = get_object_or_404(recalculating.jobs(), pk=job_id)
    if repeat_recalculation(job, by=actor_of(request).user):
        messages.success(request, _("It is done once more. What moved already does not move again."))
    else:
        messages.info(request, _("It is under way already."))
    return redirect("console:recalculation", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, target_id: int) -> HttpResponse:
    """Say what applying a row to running timers would do; do it when told so."""
    _require(request, "sla.add_recalculation")
    target = get_object_or_404(Target, pk=target_id)
    return _ask(
        request,
        recalculating.application(target.metric, target),
        lambda by: apply_target(target, by=by),
        promise=within(target.seconds),
        back=reverse("admin:sla_target_change", args=[target.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def gone(request: HttpRequest, metric: str) -> HttpResponse:
    """Say the same of the timers of a metric whose row is gone."""
    _require(request, "sla.add_recalculation")
    if metric not in Metric.values:
        raise Http404
    return _ask(
        request,
        recalculating.application(metric, None),
        lambda by: apply_deletion(metric, by=by),
        promise="",
        back=reverse("console:recalculations"),
    )


def _ask(
    request: HttpRequest,
    job: Recalculation,
    act: Callable[[User | None], Recalculation],
    *,
    promise: str,
    back: str,
) -> HttpResponse:
    if request.method == "POST":
        asked = act(actor_of(request).user)
        return HttpResponseRedirect(reverse("console:recalculation", args=[asked.pk]))
    return render(
        request,
        "console/recalculation_confirm.html",
        {
            **admin.site.each_context(request),
            "title": _("Apply to running timers"),
            "job": job,
            "promise": promise,
            "preview": recalculating.preview(job, timezone.now()),
            "back": back,
        },
    )


def _frame(request: HttpRequest) -> dict[str, object]:
    """Return what surrounds a page; the part of one that asks again needs none."""
    return {} if request.headers.get("HX-Request") else admin.site.each_context(request)


def _template(request: HttpRequest, page: str, part: str) -> str:
    """Return the part that changes for a page that asks again by itself, else the whole page."""
    return part if request.headers.get("HX-Request") else page


def _clock(at: datetime | None, now: datetime) -> str:
    return clock_words(at, now) if at else _("the clock stands")


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
