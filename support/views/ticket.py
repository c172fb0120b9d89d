"""A ticket as its customer sees it: the conversation, when the answer is due, and what can be done."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor, ActorKind, actor_of
from content.markdown import render as render_markdown
from content.markdown import trusted
from support import permissions
from support.conversation import Conversation, conversation, newer_than
from support.customer_words import status_style, status_words
from support.due import customer_due, customer_sentence, past_words
from support.forms import ColleagueForm, ReplyForm
from support.models import Attachment, Draft, Ticket
from support.permissions import kept_draft
from support.views.finding import sign_in_first, ticket_or_404


@require_safe
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """Show a ticket; `?before=` an earlier stretch of it. Raises Http404 for a foreign one as for a missing one."""
    actor = actor_of(request)
    if response := sign_in_first(request, actor):
        return response
    found = ticket_or_404(actor, number)
    before = _number(request.GET.get("before", ""))
    if before is not None and _is_fragment(request, "earlier"):
        stretch = conversation(found, actor, before=before)
        return _fragment(request, "support/_earlier.html", found, stretch)
    return ticket_page(request, actor, found, before=before)


@require_safe
def ticket_news(request: HttpRequest, number: int) -> HttpResponse:
    """Say who wrote since the message `?since=`; 204 when nobody did. With `?show=1` return what they wrote."""
    actor = actor_of(request)
    found = ticket_or_404(actor, number)
    since = _number(request.GET.get("since", "")) or 0
    if request.GET.get("show"):
        return _fragment(request, "support/_newer.html", found, conversation(found, actor, after=since))
    newer = newer_than(found, actor, since)
    if not newer:
        return HttpResponse(status=204)
    return render(
        request,
        "support/_news.html",
        {"ticket": found, "since": since, "authors": _names(newer), "count": len(newer), "last": newer[-1]},
    )


def ticket_page(
    request: HttpRequest,
    actor: Actor,
    found: Ticket,
    *,
    before: int | None = None,
    reply_form: ReplyForm | None = None,
    colleague_form: ColleagueForm | None = None,
    attachments: list[Attachment] | None = None,
    refusal: str = "",
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the whole page, with forms as they were typed where an act was refused."""
    now = timezone.now()
    stretch = conversation(found, actor, before=before)
    draft = None
    if reply_form is None:
        draft = kept_draft(actor, Draft.Kind.REPLY, found)
        reply_form = ReplyForm(initial={"body": draft.body if draft else ""})
        attachments = list(draft.unsent_files()) if draft else []
    context: dict[str, Any] = {
        "ticket": found,
        "conversation": stretch,
        "is_earlier_stretch": before is not None,
        "status_words": status_words(found),
        "status_style": status_style(found),
        "due": customer_due(found, now),
        "sentence": customer_sentence(found, now),
        "reply_form": reply_form,
        "colleague_form": colleague_form or ColleagueForm(),
        "attachments": attachments or [],
        "draft": draft,
        "draft_when": past_words(draft.saved_at, now) if draft else "",
        "keeps_drafts": actor.kind == ActorKind.PERSON,
        "refusal": refusal,
        "preview": trusted(render_markdown(preview).html) if preview else "",
        "can_add_colleague": bool(found.organization_id) and permissions.can_add_colleague(actor, found),
        "is_desk": permissions.works_on(actor, found),
        "is_guest": actor.kind == ActorKind.GUEST,
        "shows_origin": _may_follow_link(actor, found.follow_up_of),
        "person": actor.user,
        "because": _because(found),
        "max_bytes": settings.MAX_FILE_BYTES,
        "max_files": settings.MAX_FILES_PER_MESSAGE,
    }
    return render(request, "support/ticket.html", context, status=status)


def _because(found: Ticket) -> str:
    """Return what the promise rests on: the plan and the priority."""
    tier = found.organization.tier if found.organization else None
    if tier is None or found.next_due_at is None:
        return ""
    return _("%(tier)s, %(priority)s priority") % {
        "tier": tier.name,
        "priority": found.get_priority_display().lower(),
    }


def _fragment(request: HttpRequest, template: str, found: Ticket, stretch: Conversation) -> HttpResponse:
    return render(request, template, {"ticket": found, "conversation": stretch})


def _may_follow_link(actor: Actor, origin: Ticket | None) -> bool:
    """Return whether the ticket that this one follows is worth a link: the reader asked it, or sees all."""
    if origin is None or actor.user is None or actor.kind != ActorKind.PERSON:
        return False
    membership = actor.membership
    return origin.requester_id == actor.user.pk or bool(
        membership and membership.sees_all_tickets and membership.organization_id == origin.organization_id
    )


def _names(messages: list[Any]) -> list[str]:
    """Return who wrote, each once, in the order in which they did."""
    return list(dict.fromkeys(m.author.get_full_name() for m in messages if m.author))


def _is_fragment(request: HttpRequest, target: str) -> bool:
    return request.headers.get("HX-Target") == target


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
