"""Finding places and people by what one types."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from console.people import agents_like
from support.permissions import worked_tickets

MOST = 8


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Return the ticket whose number was typed, for the palette: JSON {items: [{label, url, hint}]}."""
    text = request.GET.get("q", "").strip().lstrip("#")
    found = []
    if text.isdecimal() and len(text) < 19:
        found = list(worked_tickets(actor_of(request)).filter(pk=int(text))[:MOST])
    return JsonResponse(
        {
            "items": [
                {
                    "label": f"#{ticket.pk} {ticket.subject}",
                    "url": reverse("console:ticket", args=[ticket.pk]),
                    "hint": ticket.get_status_display(),
                }
                for ticket in found
            ]
        }
    )


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Return colleagues as options of a list, for fields that take a name."""
    return render(
        request, "console/_people.html", {"people": agents_like(request.GET.get("assignee", "").removeprefix("me"))}
    )
