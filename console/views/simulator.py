"""What would be promised, and what another policy would have done: two pages that write nothing."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from console.report_forms import SimulatorForm
from console.simulator import policy_form, simulated, try_out


@require_safe
def simulator(request: HttpRequest) -> HttpResponse:
    """Show what a ticket would be promised: which row, why that one, due when, who is told on the way."""
    _require(request)
    form = SimulatorForm(request.GET)
    is_valid = form.is_valid()
    found = form.cleaned_data
    at = form.instant() if is_valid else None
    return render(
        request,
        "console/simulator.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("Simulator"),
            "form": form,
            "at": at,
            "results": simulated(found["tier"], found["channel"], found["priority"], at) if at else [],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dry_run(request: HttpRequest) -> HttpResponse:
    """Show the policy to change without saving it, and what it would have done to last month's tickets."""
    _require(request)
    form = policy_form(request.POST if request.method == "POST" else None)
    is_tried = form.is_bound and form.is_valid()
    return render(
        request,
        "console/dry_run.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("Dry run of a policy"),
            "form": form,
            "outcome": try_out(actor_of(request), form, timezone.now()) if is_tried else None,
        },
    )


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("sla.view_target"):
        raise PermissionDenied
