"""Filing a ticket on the web, signed in or as somebody known by an address only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import throttle
from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actors import Actor, ActorKind, actor_of
from accounts.models import Channel
from content.markdown import render as render_markdown
from content.markdown import trusted
from support.actions.keep_draft import discard_draft, keep_draft
from support.actions.open_ticket import open_ticket
from support.attaching import PostedFiles, is_unfinished, posted_files
from support.due import customer_sentence, duration, past_words
from support.errors import Invalid, Refused
from support.forms import StrangerTicketForm, TicketForm
from support.models import Attachment, Draft, Priority
from support.permissions import can_file, kept_draft, sets_priority
from support.promises import offer, offers, tier_of

SENT_TO_SESSION_KEY = "sent_to"
# A victim's address hears from us three times an hour at most, whoever types it (SEC-12).
PER_ADDRESS, PER_CLIENT, SECONDS = 3, 10, 3600


@require_http_methods(["GET", "HEAD", "POST"])
def ticket_new(request: HttpRequest) -> HttpResponse:
    """Show the form, or file what was posted. Whatever is wrong is said at its field and nothing typed is lost."""
    actor = actor_of(request)
    filer = actor if actor.kind == ActorKind.PERSON else Actor.anonymous()
    if request.method != "POST":
        draft = kept_draft(filer, Draft.Kind.TICKET)
        return _page(request, filer, _empty_form(request, actor, filer, draft), draft=draft)
    files = posted_files(request, filer)
    form = _form_class(filer)(request.POST, has_files=bool(files.attachments or files.errors), **_options(filer))
    if is_unfinished(request, files):
        # Nothing is checked yet: whoever looks at a preview has not finished.
        form.is_bound = False
        form.initial = {name: request.POST.get(name, "") for name in form.fields}
        _keep(request, filer, files)
        return _page(request, filer, form, files, preview=request.POST.get("body", "") if _is_preview(request) else "")
    for error in files.errors:
        form.add_error(None, error)
    if not form.is_valid():
        _keep(request, filer, files)
        return _page(request, filer, form, files, status=files.status)
    if not can_file(filer, Channel.WEB):
        return _page(request, filer, form, files, status=403)
    if isinstance(form, StrangerTicketForm):
        return _file_as_stranger(request, form, files)
    return _file(request, filer, form, files)


@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """Return the promise for `?priority=`, as the form shows it before sending."""
    actor = actor_of(request)
    filer = actor if actor.kind == ActorKind.PERSON else Actor.anonymous()
    asked = offer(filer, _priority(request.GET.get("priority", "")), timezone.now())
    return render(request, "support/_promise.html", {"offer": asked})


@require_safe
def ticket_sent(request: HttpRequest) -> HttpResponse:
    """Say where the link to the ticket was sent; nothing of the ticket is shown (SEC-11)."""
    address = request.session.get(SENT_TO_SESSION_KEY)
    if not address:
        return redirect("portal:home")
    return render(request, "support/ticket_sent.html", {"address": address})


def _is_preview(request: HttpRequest) -> bool:
    return "preview" in request.POST


def _keep(request: HttpRequest, filer: Actor, files: PostedFiles) -> None:
    """Keep a form that comes back as a draft, for those whose browser runs no script that does."""
    if filer.user is not None:
        keep_draft(
            filer.user,
            Draft.Kind.TICKET,
            subject=request.POST.get("subject", ""),
            body=request.POST.get("body", ""),
            priority=_priority(request.POST.get("priority", "")),
            attachments=files.attachments,
        )


def _file(request: HttpRequest, filer: Actor, form: TicketForm, files: PostedFiles) -> HttpResponse:
    assert filer.user is not None
    data = form.cleaned_data
    try:
        opened = open_ticket(
            by=filer,
            requester=filer.user,
            subject=data["subject"],
            body=data["body"],
            priority=data["priority"],
            attachments=files.attachments,
            submission=data["submission"],
            offer=data["offer"],
        )
    except Refused as refused:
        _show_at_field(form, refused)
        return _page(request, filer, form, files, status=422)
    discard_draft(filer.user, Draft.Kind.TICKET)
    if opened.is_new:
        messages.success(
            request,
            _("Your ticket is #%(number)s. %(sentence)s")
            % {
                "number": opened.ticket.pk,
                "sentence": customer_sentence(opened.ticket, timezone.now()),
            },
        )
    return redirect("support:ticket", opened.ticket.pk)


def _file_as_stranger(request: HttpRequest, form: StrangerTicketForm, files: PostedFiles) -> HttpResponse:
    """File a ticket that stays unread on the web until the address is proven by the link that we send to it."""
    data = form.cleaned_data
    if not form.is_by_program:
        try:
            throttle.hit("file", throttle.address_key(request), limit=PER_CLIENT, seconds=SECONDS)
            throttle.hit("file", throttle.account_key(data["email"]), limit=PER_ADDRESS, seconds=SECONDS)
            open_ticket(
                by=Actor.anonymous(),
                requester=find_or_create_person(data["email"], data["name"], Channel.WEB),
                subject=data["subject"],
                body=data["body"],
                priority=data["priority"],
                attachments=files.attachments,
                submission=data["submission"],
                offer=data["offer"],
            )
        except throttle.TooManyAttempts as error:
            form.add_error(
                None,
                _("Too many questions came from here in a short time. Your text is kept; send it again in %(span)s.")
                % {"span": duration(timedelta(seconds=error.retry_after_seconds + 60), in_full=True)},
            )
            response = _page(request, Actor.anonymous(), form, files, status=429)
            response["Retry-After"] = str(error.retry_after_seconds)
            return response
        except Refused as refused:
            _show_at_field(form, refused)
            return _page(request, Actor.anonymous(), form, files, status=422)
    request.session[SENT_TO_SESSION_KEY] = data["email"]
    return redirect("support:ticket_sent")


def _show_at_field(form: TicketForm, refused: Refused) -> None:
    field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
    form.add_error(field, str(refused))


@dataclass(frozen=True)
class Choice:
    """A radio button of the priority, with what it means and what it promises."""

    value: int
    label: str
    meaning: str
    promise: str


def _page(
    request: HttpRequest,
    filer: Actor,
    form: TicketForm,
    files: PostedFiles | None = None,
    *,
    draft: Draft | None = None,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    chosen = _priority(str(form["priority"].value()))
    every = offers(filer, now)
    decides = sets_priority(filer)
    meanings = {
        Priority.LOW: _("A question that can wait"),
        Priority.NORMAL: _("Something does not work as it should"),
        Priority.HIGH: _("Important work is held up"),
        Priority.URGENT: _("Your service stands still"),
    }
    attachments: list[Attachment] = files.attachments if files else list(draft.unsent_files()) if draft else []
    context: dict[str, Any] = {
        "form": form,
        "is_stranger": isinstance(form, StrangerTicketForm),
        "draft": draft,
        "draft_when": past_words(draft.saved_at, now) if draft else "",
        "choices": [
            Choice(o.priority, o.label, meanings[Priority(o.priority)], o.short if decides else "") for o in every
        ],
        "chosen": chosen,
        "offer": next(o for o in every if o.priority == chosen),
        "attachments": attachments,
        "preview": trusted(render_markdown(preview).html) if preview else "",
        "can_file": can_file(filer, Channel.WEB),
        "tier": tier_of(filer),
        "max_bytes": settings.MAX_FILE_BYTES,
        "max_files": settings.MAX_FILES_PER_MESSAGE,
    }
    return render(request, "support/ticket_new.html", context, status=status)


def _form_class(filer: Actor) -> type[TicketForm]:
    return TicketForm if filer.kind == ActorKind.PERSON else StrangerTicketForm


def _options(filer: Actor) -> dict[str, Any]:
    return {"sets_priority": sets_priority(filer)} if filer.kind == ActorKind.PERSON else {}


def _empty_form(request: HttpRequest, actor: Actor, filer: Actor, draft: Draft | None) -> TicketForm:
    """Return the form with the person's draft, or with what the address asks for; a guest's address is known."""
    initial: dict[str, Any] = {"subject": request.GET.get("subject", "").replace("\x00", "")[:200]}
    if draft:
        initial = {
            "subject": draft.subject or initial["subject"],
            "body": draft.body,
            "priority": draft.priority,
        }
    if actor.kind == ActorKind.GUEST and actor.user is not None:
        initial |= {"email": actor.user.email, "name": actor.user.display_name}
    return _form_class(filer)(initial=initial, **_options(filer))


def _priority(value: str) -> int:
    return int(value) if value in map(str, Priority.values) else Priority.NORMAL
