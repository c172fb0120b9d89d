"""What a customer does to a ticket. Each act is a resource that is posted to."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor, ActorKind, actor_of
from accounts.models import User
from support.actions.follow import follow, unfollow
from support.actions.keep_draft import discard_draft, keep_draft
from support.actions.reopen import reopen
from support.actions.reply import reply
from support.actions.solve import solve
from support.attaching import PostedFiles, is_unfinished, posted_files
from support.errors import Invalid, InvalidTransition, NotAllowed, Refused
from support.forms import ColleagueForm, ReplyForm
from support.models import Draft, Ticket
from support.permissions import can_add_colleague
from support.queries import colleague
from support.views.finding import ticket_or_404
from support.views.ticket import ticket_page


@require_POST
def replies(request: HttpRequest, number: int) -> HttpResponse:
    """Send a reply. What was typed comes back when it cannot be sent. Raises Http404 for a foreign ticket."""
    actor = actor_of(request)
    if actor.kind == ActorKind.ANONYMOUS:
        # Signed out meanwhile: the words are given back, so that they can be sent after signing in.
        return render(
            request,
            "support/signed_out.html",
            {
                "body": request.POST.get("body", ""),
                "next": reverse("support:ticket", args=[number]),
                "action": request.path,
                "submission": request.POST.get("submission", ""),
                "attachments": posted_files(request, actor).attachments,
                "max_bytes": settings.MAX_FILE_BYTES,
                "max_files": settings.MAX_FILES_PER_MESSAGE,
            },
            status=403,
        )
    ticket = ticket_or_404(actor, number)
    files = posted_files(request, actor)
    form = ReplyForm(request.POST, has_files=bool(files.attachments or files.errors))
    typed = request.POST.get("body", "")
    if is_unfinished(request, files):
        _keep(actor, ticket, typed, files)
        return ticket_page(
            request,
            actor,
            ticket,
            reply_form=ReplyForm(initial={"body": typed, "submission": request.POST.get("submission", "")}),
            attachments=files.attachments,
            preview=typed if "preview" in request.POST else "",
        )
    for error in files.errors:
        form.add_error(None, error)
    if not form.is_valid():
        _keep(actor, ticket, typed, files)
        return ticket_page(request, actor, ticket, reply_form=form, attachments=files.attachments, status=files.status)
    try:
        replied = reply(
            ticket,
            by=actor,
            body=form.cleaned_data["body"],
            attachments=files.attachments,
            submission=form.cleaned_data["submission"],
        )
    except Refused as refused:
        form.add_error("body" if isinstance(refused, Invalid) and refused.field == "body" else None, str(refused))
        return ticket_page(
            request,
            actor,
            ticket,
            reply_form=form,
            attachments=files.attachments,
            status=_status(refused),
        )
    if actor.kind == ActorKind.PERSON and actor.user is not None:
        discard_draft(actor.user, Draft.Kind.REPLY, ticket=ticket)
    if replied.ticket.pk == ticket.pk:
        return redirect(_page(ticket) + f"#message-{replied.message.pk}")
    if actor.kind == ActorKind.GUEST:
        # A link opens its one ticket; the one to the new ticket comes by mail.
        messages.success(
            request,
            _("Your answer started a new ticket, #%(number)s. We have sent you a link to it.")
            % {"number": replied.ticket.pk},
        )
        return redirect(_page(ticket))
    messages.success(request, _("Your answer started this new ticket, linked to #%(number)s.") % {"number": ticket.pk})
    return redirect(_page(replied.ticket))


def _keep(actor: Actor, ticket: Ticket, typed: str, files: PostedFiles) -> None:
    """Keep a reply that comes back as a draft, for those whose browser runs no script that does."""
    if actor.kind == ActorKind.PERSON and actor.user is not None:
        keep_draft(actor.user, Draft.Kind.REPLY, ticket=ticket, body=typed, attachments=files.attachments)


@require_POST
def solution(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a ticket as solved. Raises Http404 for a foreign one."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    try:
        solve(ticket, by=actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Good to hear. If it comes back, write here and it is open again."))
    return redirect(_page(ticket))


@require_POST
def reopening(request: HttpRequest, number: int) -> HttpResponse:
    """Open a solved ticket again. Raises Http404 for a foreign one."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    try:
        reopen(ticket, by=actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is open again. Tell us below what is still wrong."))
    return redirect(_page(ticket) + "#reply")


@require_POST
def colleagues(request: HttpRequest, number: int) -> HttpResponse:
    """Let a colleague of the organisation follow the ticket. Raises Http404 for a foreign one."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    form = ColleagueForm(request.POST)
    if form.is_valid():
        try:
            person = _colleague(actor, ticket, form.cleaned_data["email"])
            follow(ticket, person, by=actor)
        except Refused as refused:
            form.add_error("email", str(refused))
            return ticket_page(request, actor, ticket, colleague_form=form, status=_status(refused))
        messages.success(
            request, _("%(name)s can read this now, and gets our answers.") % {"name": person.get_full_name()}
        )
        return redirect(_page(ticket))
    return ticket_page(request, actor, ticket, colleague_form=form, status=422)


@require_POST
def colleague_removal(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Take a colleague off the ticket. Raises Http404 for a foreign ticket, and for who does not follow it."""
    actor = actor_of(request)
    ticket = ticket_or_404(actor, number)
    colleague = ticket.followers.filter(pk=person, is_staff=False).first()
    if colleague is None:
        return redirect(_page(ticket))
    try:
        unfollow(ticket, colleague, by=actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_page(ticket))
    if actor.user is not None and colleague.pk == actor.user.pk:
        messages.success(request, _("You left the conversation of #%(number)s.") % {"number": ticket.pk})
        return redirect("support:ticket_list")
    messages.success(request, _("%(name)s left the conversation.") % {"name": colleague.get_full_name()})
    return redirect(_page(ticket))


def _colleague(actor: Actor, ticket: Ticket, email: str) -> User:
    """Return the member of the ticket's organisation with this address. Raises NotAllowed before it looks, Invalid."""
    if not can_add_colleague(actor, ticket):
        raise NotAllowed(_("Only the requester can add people to this ticket."))
    person = colleague(ticket, email)
    if person is None:
        raise Invalid(
            "email",
            _("Nobody with this address belongs to your organisation here. Ask them to sign up first."),
        )
    return person


def _page(ticket: Ticket) -> str:
    return reverse("support:ticket", args=[ticket.pk])


def _status(refused: Refused) -> int:
    """Return the status that goes with a refusal."""
    if isinstance(refused, NotAllowed):
        return 403
    return 409 if isinstance(refused, InvalidTransition) else 422
