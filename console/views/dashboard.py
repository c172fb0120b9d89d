"""The first page of the console, and the way to what can be set."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from console.bounded import shown
from console.dashboard import figures_of, next_rows
from console.rail import counts_of
from console.row_html import html_of
from sla.queries import calendars_without_holidays_soon


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what falls due next and how the desk stands."""
    actor, now = actor_of(request), timezone.now()
    counts = counts_of(actor)
    return render(
        request,
        "console/dashboard.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("Dashboard"),
            "rows": html_of(next_rows(actor, now), with_pick=False),
            "counts": {name: shown(count) for name, count in counts.views.items()},
            "has_late": bool(counts.views.get("breached")),
            "has_no_queue": not counts.queues,
            "figures": figures_of(actor),
            "may_see_mail": request.user.has_perm("notifications.view_outgoingmail"),
            "may_see_deliveries": request.user.has_perm("events.view_delivery"),
        },
    )


@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the model pages that this person may open, as Django lists them."""
    return render(
        request,
        "console/settings.html",
        {
            **admin.site.each_context(request),
            "title": _("Settings"),
            "app_list": admin.site.get_app_list(request),
            "ending": calendars_without_holidays_soon(timezone.now())
            if request.user.has_perm("sla.change_calendar")
            else (),
        },
    )
