"""Drafts: what a signed-in person has typed, kept by the server until it is sent or discarded."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import ActorKind, actor_of
from support.actions.keep_draft import discard_draft, keep_draft
from support.attaching import drafted
from support.models import Draft, Priority
from support.views.finding import ticket_or_404


@require_POST
def ticket_draft(request: HttpRequest) -> HttpResponse:
    """Keep the draft of a new ticket; 403 for somebody who is not signed in."""
    actor = actor_of(request)
    if actor.kind != ActorKind.PERSON or actor.user is None:
        return HttpResponse(status=403)
    priority = request.POST.get("priority", "")
    draft = keep_draft(
        actor.user,
        Draft.Kind.TICKET,
        subject=request.POST.get("subject", ""),
        body=request.POST.get("body", ""),
        priority=int(priority) if priority in map(str, Priority.values) else Priority.NORMAL,
        attachments=drafted(request, actor),
    )
    return _said(draft)


@require_POST
def ticket_draft_removal(request: HttpRequest) -> HttpResponse:
    """Discard the draft of a new ticket and show the empty form."""
    actor = actor_of(request)
    if actor.kind == ActorKind.PERSON and actor.user is not None:
        discard_draft(actor.user, Draft.Kind.TICKET)
    return redirect("support:ticket_new")


@require_POST
def reply_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep the draft of a reply to a ticket that the person may read. Raises Http404 for another one."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    if actor.kind != ActorKind.PERSON or actor.user is None:
        return HttpResponse(status=403)
    body, attachments = request.POST.get("body", ""), drafted(request, actor)
    return _said(keep_draft(actor.user, Draft.Kind.REPLY, ticket=ticket, body=body, attachments=attachments))


@require_POST
def reply_draft_removal(request: HttpRequest, number: int) -> HttpResponse:
    """Discard the draft of a reply and show the ticket. Raises Http404 for a foreign one."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    if actor.kind == ActorKind.PERSON and actor.user is not None:
        discard_draft(actor.user, Draft.Kind.REPLY, ticket=ticket)
    return redirect(reverse("support:ticket", args=[ticket.pk]) + "#reply")


def _said(draft: Draft | None) -> JsonResponse:
    saved_at = timezone.localtime(draft.saved_at) if draft else None
    return JsonResponse({"saved_at": saved_at.isoformat(timespec="seconds") if saved_at else None})
