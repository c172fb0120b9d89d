"""What agents write: replies and notes, and what they have not sent yet."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.models import Channel
from console import workspace
from console.forms import MessageForm
from console.views.ticket import Kept, came_from, draft_kind_of, page_url, ticket_or_404, ticket_page
from support.actions.add_note import add_note
from support.actions.keep_draft import discard_draft, keep_draft
from support.actions.reply import reply
from support.actions.set_status import set_status
from support.actions.visit import mark_visit
from support.attaching import drafted, is_unfinished, posted_files
from support.errors import Invalid, NotAllowed, Refused, Stale
from support.models import Attachment, Draft, Ticket
from support.permissions import visible_messages


@require_POST
def messages_of(request: HttpRequest, number: int) -> HttpResponse:
    """Send a reply, what was said in a call, or a note, with the status it sets.

    What was typed comes back when it cannot be sent.

    A reply is written on what one saw: if the ticket changed since, what changed is shown and the text waits for
    "Send anyway".
    """
    actor, ticket = ticket_or_404(request, number)
    files = posted_files(request, actor)
    form = MessageForm(request.POST, has_files=bool(files.attachments or files.errors))
    if is_unfinished(request, files):
        _keep(request, actor, ticket, files.attachments)
        initial = {name: request.POST.get(name, "") for name in ("kind", "body", "call_at", "submission")}
        kept = Kept(MessageForm(initial=initial), files.attachments)
        kept.preview = request.POST.get("body", "") if "preview" in request.POST else ""
        return ticket_page(request, actor, ticket, kept)
    for error in files.errors:
        form.add_error(None, error)
    if not form.is_valid():
        _keep(request, actor, ticket, files.attachments)
        return ticket_page(request, actor, ticket, Kept(form, files.attachments), status=files.status)
    data = form.cleaned_data
    try:
        if data["kind"] == "note":
            message = add_note(
                ticket, by=actor, body=data["body"], attachments=files.attachments, submission=data["submission"]
            )
            if data["then"]:
                set_status(ticket, data["then"], by=actor)
        else:
            message = reply(
                ticket,
                by=actor,
                body=data["body"],
                attachments=files.attachments,
                then=data["then"] or None,
                submission=data["submission"],
                expected_version=data["version"],
                channel=Channel.PHONE if data["kind"] == "call" else Channel.WEB,
                call_at=data["call_at"] if data["kind"] == "call" else None,
            ).message
    except Stale as stale:
        return _show_changes(request, actor, ticket, form, Kept(form, files.attachments), stale)
    except Refused as refused:
        field = refused.field if isinstance(refused, Invalid) and refused.field in {"body", "call_at"} else None
        form.add_error(field, str(refused))
        status = 403 if isinstance(refused, NotAllowed) else 422
        return ticket_page(request, actor, ticket, Kept(form, files.attachments), status=status)
    assert actor.user is not None
    discard_draft(actor.user, Draft.Kind.REPLY, ticket=ticket)
    discard_draft(actor.user, Draft.Kind.NOTE, ticket=ticket)
    return redirect(f"{page_url(ticket, came_from(request))}#message-{message.pk}")


def _show_changes(
    request: HttpRequest, actor: Actor, ticket: Ticket, form: MessageForm, kept: Kept, stale: Stale
) -> HttpResponse:
    """Show what happened since, with the text kept and the version of now. A form that was sent is not sent twice."""
    sent = visible_messages(actor, ticket).filter(submission=form.cleaned_data["submission"]).first()
    if sent is not None:
        return redirect(f"{page_url(ticket, came_from(request))}#message-{sent.pk}")
    fresh = workspace.desk_ticket(actor, ticket.pk)
    kept.is_stale = True
    kept.changes = [workspace.names_in(stale.since).sentence(event) for event in stale.since]
    return ticket_page(request, actor, fresh or ticket, kept, status=409)


@require_POST
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what was typed, as a reply or as a note; colleagues are told that somebody writes."""
    actor, ticket = ticket_or_404(request, number)
    assert actor.user is not None
    saved = _keep(request, actor, ticket, drafted(request, actor))
    if request.POST.get("body", "").strip():
        mark_visit(ticket, actor.user, at=timezone.now(), is_writing=True)
    saved_at = timezone.localtime(saved.saved_at).isoformat(timespec="seconds") if saved else None
    return JsonResponse({"saved_at": saved_at})


def _keep(request: HttpRequest, actor: Actor, ticket: Ticket, attachments: list[Attachment]) -> Draft | None:
    """Keep words and files as the one draft of this agent on this ticket, whichever tab they are in."""
    assert actor.user is not None
    kind = draft_kind_of(request.POST.get("kind", ""))
    other = Draft.Kind.REPLY if kind == Draft.Kind.NOTE else Draft.Kind.NOTE
    saved = keep_draft(actor.user, kind, ticket=ticket, body=request.POST.get("body", ""), attachments=attachments)
    keep_draft(actor.user, other, ticket=ticket)
    return saved


@require_POST
def draft_removal(request: HttpRequest, number: int) -> HttpResponse:
    """Discard what was typed and show the empty form."""
    actor, ticket = ticket_or_404(request, number)
    assert actor.user is not None
    discard_draft(actor.user, Draft.Kind.REPLY, ticket=ticket)
    discard_draft(actor.user, Draft.Kind.NOTE, ticket=ticket)
    return redirect(f"{page_url(ticket, came_from(request))}#reply")
