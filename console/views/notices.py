"""The bell: what this agent was told, on a page of its own or in the panel of any page."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import actor_of
from accounts.models import User
from console.bell import bell_of, lines_of
from console.permissions import visible_alerts
from console.views.outbox import page_of
from notifications.actions.read_alerts import read_alert, read_alerts_until

IN_PANEL = 12


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Show the notices of the tickets that one still works, the newest first."""
    alerts = visible_alerts(actor_of(request)).select_related("event__actor", "ticket")
    if request.headers.get("HX-Request"):
        return _panel(request)
    is_unread_only = "unread" in request.GET
    rows, newer, older = page_of(alerts.filter(read_at=None) if is_unread_only else alerts, request.GET)
    return render(
        request,
        "console/notices.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("Notices"),
            "lines": lines_of(rows, timezone.now()),
            "newest": rows[0].pk if rows else 0,
            "is_unread_only": is_unread_only,
            "newer_url": newer,
            "older_url": older,
            "back": request.GET.urlencode(),
        },
    )


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """Return the bell's number: what an open page asks every 20 seconds."""
    return render(request, "console/_bell.html", {"bell": bell_of(request)})


@require_POST
def readings(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that the person saw; what came since stays unread."""
    assert isinstance(request.user, User)
    newest = request.POST.get("newest", "")
    if newest.isdecimal() and len(newest) < 19:
        read_alerts_until(request.user, int(newest))
    return _after_reading(request)


@require_POST
def reading(request: HttpRequest, alert: int) -> HttpResponse:
    """Mark one notice as read."""
    assert isinstance(request.user, User)
    read_alert(request.user, alert)
    return _after_reading(request)


def _after_reading(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = _panel(request)
        response["HX-Trigger"] = "notices-read"
        return response
    back = QueryDict(request.POST.get("back", "")).urlencode()
    return redirect(f"{reverse('console:notices')}?{back}".rstrip("?"))


def _panel(request: HttpRequest) -> HttpResponse:
    alerts = visible_alerts(actor_of(request)).select_related("event__actor", "ticket").order_by("-pk")
    rows = list(alerts[: IN_PANEL + 1])
    assert isinstance(request.user, User)
    return render(
        request,
        "console/_notices_panel.html",
        {
            "lines": lines_of(rows[:IN_PANEL], timezone.now()),
            "newest": rows[0].pk if rows else 0,
            "has_more": len(rows) > IN_PANEL,
        },
    )
