"""Who looks at a ticket, and whether it changed: what an open page asks every 20 seconds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import actor_of
from console import workspace
from console.views.ticket import came_from, page_url
from notifications.actions.read_alerts import read_alerts_of_ticket
from support.actions.visit import mark_visit
from support.permissions import worked_tickets


@require_POST
def presence(request: HttpRequest, number: int) -> HttpResponse:
    """Leave this agent's mark and return who else is there. A ticket that is out of sight says nothing (204).

    A mark is written by this POST alone, and so is that notices of this ticket have been read: reading a page changes
    nothing, so whoever reads without JavaScript leaves no mark, and their unread marks stay.
    """
    actor, now = actor_of(request), timezone.now()
    ticket = worked_tickets(actor).filter(pk=number).first()
    if ticket is None or actor.user is None:
        return HttpResponse(status=204)
    mark_visit(ticket, actor.user, at=now)
    has_read = read_alerts_of_ticket(actor.user, ticket.pk, at=now)
    seen = request.POST.get("version", "")
    visits = workspace.present_people(ticket, actor, now)
    response = render(
        request,
        "console/_presence.html",
        {
            "ticket": ticket,
            "writing": [visit.user for visit in visits if visit.writing_until and visit.writing_until > now],
            "looking": [visit.user for visit in visits if not (visit.writing_until and visit.writing_until > now)],
            "is_changed": seen.isdecimal() and len(seen) < 10 and int(seen) != ticket.version,
            "page_url": page_url(ticket, came_from(request)),
        },
    )
    if has_read:
        response["HX-Trigger"] = "notices-read"
    return response
