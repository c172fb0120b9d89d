"""How customer pages find a ticket: through what the reader may see, so a foreign one is a missing one."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import Actor, ActorKind
from support.models import Ticket
from support.permissions import visible_tickets


def ticket_or_404(actor: Actor, number: int) -> Ticket:
    """Return the ticket with what its page shows. Raises Http404 for a missing and for a foreign one alike."""
    ticket = (
        visible_tickets(actor)
        .select_related("requester", "organization__tier", "queue", "assignee", "follow_up_of")
        .filter(pk=number)
        .first()
    )
    if ticket is None:
        raise Http404
    return ticket


def sign_in_first(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """Return a redirect to the sign-in page for somebody unknown, whatever they asked for; else None."""
    if actor.kind == ActorKind.ANONYMOUS:
        return redirect_to_login(request.get_full_path())
    return None
