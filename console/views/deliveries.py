"""What follows from events and did not get done: why, and once more."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from console.views.outbox import page_of
from events import queries
from events.deliver import replay, replay_failed
from events.models import Delivery
from search import indexing


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """Show failed and waiting deliveries with their error and the event they belong to."""
    _require(request, "events.view_delivery")
    is_failed_only = request.GET.get("state") == Delivery.State.FAILED
    rows, newer, older = page_of(queries.failed() if is_failed_only else queries.unfinished(), request.GET)
    return render(
        request,
        "console/deliveries.html",
        {
            **admin.site.each_context(request),
            "title": _("Deliveries"),
            "deliveries": rows,
            "is_failed_only": is_failed_only,
            "failed": queries.count_failed(),
            "newer_url": newer,
            "older_url": older,
            "may_replay": request.user.has_perm("events.replay_delivery"),
            "search_problem": indexing.problem(timezone.now()),
        },
    )


@require_POST
def replays(request: HttpRequest) -> HttpResponse:
    """Try everything again that was given up."""
    _require(request, "events.replay_delivery")
    count = replay_failed()
    messages.success(
        request,
        ngettext("%(count)s delivery is tried again.", "%(count)s deliveries are tried again.", count)
        % {"count": count},
    )
    return HttpResponseRedirect(reverse("console:deliveries"))


@require_POST
def delivery_replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Try one delivery again."""
    _require(request, "events.replay_delivery")
    delivery = get_object_or_404(queries.unfinished(), pk=delivery_id)
    replay(delivery)
    messages.success(request, _("It is tried again now."))
    return HttpResponseRedirect(reverse("console:deliveries"))


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
