"""What agents do to a ticket besides writing. Each act is a resource that is posted to, with the version one saw."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from console import workspace
from console.people import agent_named
from console.views.ticket import Kept, came_from, page_url, ticket_or_404, ticket_page
from support.actions.assign import assign
from support.actions.follow import follow, unfollow
from support.actions.mark_spam import mark_spam, unmark_spam
from support.actions.move import move
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.tag import set_tags
from support.errors import Invalid, InvalidTransition, NotAllowed, Refused, Stale
from support.models import Priority, Status, Ticket
from support.queries import all_queues

Do = Callable[[Ticket, Actor, int | None], Any]


def _act(request: HttpRequest, number: int, do: Do, said: str, *, tags: str | None = None) -> HttpResponse:
    """Do one thing and go back to the ticket; refused, show it again with the reason and everything that was typed."""
    actor, ticket = ticket_or_404(request, number)
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else None
    try:
        do(ticket, actor, version)
    except Refused as refused:
        fresh = workspace.desk_ticket(actor, number) or ticket
        kept = Kept(refusal=str(refused), tags=tags)
        if isinstance(refused, Stale):
            kept.changes = [workspace.names_in(refused.since).sentence(event) for event in refused.since]
        return ticket_page(request, actor, fresh, kept, status=_status_of(refused))
    messages.success(request, said)
    wish = came_from(request)
    if request.POST.get("go") == "next":
        target = workspace.beside(ticket, wish, actor)
        if target is not None:
            return redirect(page_url(Ticket(pk=target), wish))
        return redirect(reverse("console:queue") + (f"?{wish.address}" if wish.address else ""))
    if workspace.desk_ticket(actor, number) is None:  # moved out of this agent's sight
        return redirect(reverse("console:queue") + (f"?{wish.address}" if wish.address else ""))
    return redirect(page_url(ticket, wish))


def _status_of(refused: Refused) -> int:
    if isinstance(refused, NotAllowed):
        return 403
    return 409 if isinstance(refused, Stale | InvalidTransition) else 422


@require_POST
def assignee(request: HttpRequest, number: int) -> HttpResponse:
    """Give the ticket to somebody: `me`, `none`, a person's id, address or name."""

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        assign(ticket, agent_named(request.POST.get("assignee", ""), actor), by=actor, expected_version=version)

    return _act(request, number, do, _("Assigned."))


@require_POST
def status(request: HttpRequest, number: int) -> HttpResponse:
    """Set the status; with `go=next` the next ticket of the view is shown."""
    wanted = request.POST.get("status", "")

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        if wanted not in Status.values:
            raise Invalid("status", _("Choose one of the statuses."))
        set_status(ticket, wanted, by=actor, expected_version=version)

    said = _("#%(number)s is now “%(status)s”.") % {
        "number": number,
        "status": Status(wanted).label if wanted in Status.values else "",
    }
    return _act(request, number, do, said)


@require_POST
def priority(request: HttpRequest, number: int) -> HttpResponse:
    """Set the priority, and with it what is promised."""

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        text = request.POST.get("priority", "")
        if text not in map(str, Priority.values):
            raise Invalid("priority", _("Choose one of the priorities."))
        set_priority(ticket, int(text), by=actor, expected_version=version)

    return _act(request, number, do, _("Priority set."))


@require_POST
def tags(request: HttpRequest, number: int) -> HttpResponse:
    """Give the ticket exactly the posted tags, which are parted by commas."""
    typed = request.POST.get("tags", "").replace("\x00", "")

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        set_tags(ticket, typed.split(","), by=actor, expected_version=version)

    return _act(request, number, do, _("Tags set."), tags=typed)


@require_POST
def queue(request: HttpRequest, number: int) -> HttpResponse:
    """Move the ticket to another queue, also to one that the mover does not see."""
    text = request.POST.get("queue", "")
    target = all_queues().filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        if target is None:
            raise Invalid("queue", _("Choose one of the queues."))
        move(ticket, target, by=actor, expected_version=version)

    return _act(request, number, do, _("Moved to %(queue)s.") % {"queue": target})


@require_POST
def spam(request: HttpRequest, number: int) -> HttpResponse:
    """Mark the ticket as spam, or say that it is none (`spam=off`)."""
    is_off = request.POST.get("spam") == "off"

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        (unmark_spam if is_off else mark_spam)(ticket, by=actor, expected_version=version)

    said = _("#%(number)s is back in its queue.") if is_off else _("#%(number)s is spam now, and out of the queue.")
    return _act(request, number, do, said % {"number": number})


@require_POST
def following(request: HttpRequest, number: int) -> HttpResponse:
    """Follow the ticket oneself, or no more (`following=off`)."""
    is_off = request.POST.get("following") == "off"

    def do(ticket: Ticket, actor: Actor, version: int | None) -> None:
        assert actor.user is not None
        (unfollow if is_off else follow)(ticket, actor.user, by=actor)

    return _act(request, number, do, _("You follow it no more.") if is_off else _("You follow it now."))
