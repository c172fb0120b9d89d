"""Why a ticket's promises stand as they do: a page for people, and the same as JSON for programs with a session."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import promises as explaining
from console.views.ticket import came_from, page_url, ticket_or_404
from sla.explain import explain_ticket


@require_safe
def promises(request: HttpRequest, number: int) -> HttpResponse:
    """Show every promise of a ticket in full. Staff of its queue only: customers read when, never why."""
    _actor, found = ticket_or_404(request, number)
    shown = explaining.explained(found)
    return render(
        request,
        "console/promises.html",
        {
            **admin.site.frame(request, with_counts=False),  # type: ignore[attr-defined]
            "title": _("Promises of #%(number)s") % {"number": found.pk},
            "ticket": found,
            "ticket_url": page_url(found, came_from(request)),
            "live": [each for each in shown if each.told.is_live],
            "done": [each for each in shown if not each.told.is_live],
            "zone": explaining.zone_words(),
        },
    )


@require_safe
def promises_json(request: HttpRequest, number: int) -> HttpResponse:
    """Answer the same as JSON: instants in UTC, spans in seconds, words in the reader's language."""
    _actor, found = ticket_or_404(request, number)
    return JsonResponse({"ticket": found.pk, "promises": [each.as_dict() for each in explain_ticket(found.pk)]})
