"""The workspace of one ticket, its timeline, and the way to its neighbours in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor, actor_of
from console import workspace
from console.bounded import parts, shown
from console.forms import MessageForm
from console.queue import Wish, wish_of
from console.rail import Group, Item
from content.markdown import render as render_markdown
from content.markdown import trusted
from support.actions.set_status import TRANSITIONS
from support.due import due_of, past_words
from support.models import Attachment, Draft, Priority, Status, Ticket
from support.permissions import drafted_files

TIMELINE_PAGE = 200
# What each form of the page begins with: the token, the version that was seen, the way back. Made once for all ten.
ACT = (
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="version" value="{}">'
    '<input type="hidden" name="back" value="{}">'
)


@dataclass
class Kept:
    """What comes back to somebody whose act was refused: the words, and what happened meanwhile."""

    form: MessageForm | None = None
    attachments: Sequence[Attachment] = ()
    preview: str = ""
    refusal: str = ""
    changes: list[str] = field(default_factory=list)
    is_stale: bool = False
    tags: str | None = None


def ticket_or_404(request: HttpRequest, number: int) -> tuple[Actor, Ticket]:
    """Return who looks and the ticket. Raises Http404 for a missing one and for one of another queue alike."""
    actor = actor_of(request)
    ticket = workspace.desk_ticket(actor, number)
    if ticket is None:
        raise Http404
    return actor, ticket


def came_from(request: HttpRequest) -> Wish:
    """Return the view of the queue that this page was opened from."""
    query = request.GET
    if request.method == "POST" and "back" in request.POST:
        query = QueryDict(request.POST["back"])
    return wish_of(query)


def page_url(ticket: Ticket, wish: Wish) -> str:
    """Return the ticket's page, with the view that it was opened from."""
    return reverse("console:ticket", args=[ticket.pk]) + (f"?{wish.address}" if wish.address else "")


@require_safe
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """Show the workspace. Nothing is written: that somebody looks is told by a POST of the page's own (SEC-24)."""
    actor, found = ticket_or_404(request, number)
    return ticket_page(request, actor, found, Kept())


def ticket_page(request: HttpRequest, actor: Actor, ticket: Ticket, kept: Kept, *, status: int = 200) -> HttpResponse:
    """Return the workspace, with what came back if something was refused."""
    wish, now = came_from(request), timezone.now()
    queues = workspace.queue_names(ticket)
    before = request.GET.get("before", "")
    conversation = workspace.conversation(
        ticket, actor, queues, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    rows = workspace.neighbours(ticket, wish, actor) if not wish.problems else []
    suffix = f"?{wish.address}" if wish.address else ""
    base = reverse("console:ticket", args=[0]).removesuffix("0/")
    frame = admin.site.frame(request, with_counts=False)  # type: ignore[attr-defined]
    if rows:
        items = [
            Item(row.subject, f"{base}{row.number}/{suffix}", row.due, is_current=row.number == ticket.pk)
            for row in rows
        ]
        frame["rail"] = [Group(str(wish.view.title), items), *frame["rail"]]
    draft_kind = ticket.draft_kind  # type: ignore[attr-defined]
    form = kept.form or MessageForm(initial={"kind": draft_kind or "reply", "body": ticket.draft_body or ""})  # type: ignore[attr-defined]
    tags = sorted(parts(ticket.tag_names))  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        **frame,
        "title": f"#{ticket.pk} {ticket.subject}",
        "ticket": ticket,
        "wish": wish,
        "suffix": suffix,
        "back": wish.address,
        "queue_url": reverse("console:queue") + suffix,
        "due": due_of(ticket, now),
        "conversation": conversation,
        "act": format_html(ACT, get_token(request), ticket.version, wish.address),
        "earlier_url": f"?{_with(wish, before=conversation.first_id)}" if conversation.has_earlier else "",
        "is_earlier_stretch": bool(before),
        "form": form,
        "kind": form["kind"].value() or "reply",
        "kept": kept,
        "preview": trusted(render_markdown(kept.preview).html) if kept.preview else "",
        "attachments": kept.attachments if kept.form or not draft_kind else list(drafted_files(actor, ticket)),
        "max_bytes": settings.MAX_FILE_BYTES,
        "max_files": settings.MAX_FILES_PER_MESSAGE,
        "draft_saved": past_words(ticket.draft_saved_at, now) if ticket.draft_saved_at else "",  # type: ignore[attr-defined]
        "promises": workspace.promises(ticket),
        "statuses": [(value, Status(value).label) for value in Status.values if value in TRANSITIONS[ticket.status]],
        "priorities": Priority.choices,
        "suggested": Priority(ticket.suggested_priority).label if ticket.suggested_priority else "",
        "queues": [(pk, name) for pk, name in queues.items() if pk != ticket.queue_id],
        "tags": tags,
        "tags_typed": ", ".join(tags) if kept.tags is None else kept.tags,
        "followers": parts(ticket.follower_names),  # type: ignore[attr-defined]
        "local_time": _local_time(ticket),
        "may_resend": request.user.has_perm("notifications.resend_outgoingmail"),
        "filed": past_words(ticket.created_at, now),
        "priority_label": ticket.get_priority_display(),
    }
    return render(request, "console/ticket.html", context, status=status)


def _with(wish: Wish, **more: Any) -> str:
    query = QueryDict(wish.address, mutable=True)
    for name, value in more.items():
        query[name] = str(value)
    return query.urlencode()


def _local_time(ticket: Ticket) -> str:
    """Return the time at the requester's: "Europe/Madrid, 10:36"."""
    zone = ticket.requester.time_zone
    try:
        local = timezone.localtime(timezone.now(), ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return _("%(place)s, %(time)s there") % {
        "place": zone.rsplit("/", 1)[-1].replace("_", " "),
        "time": local.strftime("%H:%M"),
    }


@require_safe
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """Show all that ever happened to the ticket, oldest first, in words."""
    actor, found = ticket_or_404(request, number)
    after = request.GET.get("after", "")
    events = workspace.events_of(found).order_by("pk")
    if after.isdecimal() and len(after) < 19:
        events = events.filter(pk__gt=int(after))
    shown_events = list(events[: TIMELINE_PAGE + 1])
    has_more, shown_events = len(shown_events) > TIMELINE_PAGE, shown_events[:TIMELINE_PAGE]
    names = workspace.names_in(shown_events)
    return render(
        request,
        "console/timeline.html",
        {
            **admin.site.frame(request, with_counts=False),  # type: ignore[attr-defined]
            "title": _("Timeline of #%(number)s") % {"number": found.pk},
            "ticket": found,
            "entries": [(event.occurred_at, names.sentence(event), event) for event in shown_events],
            "older_url": f"?after={shown_events[-1].pk}" if has_more else "",
            "newer_url": "?" if after else "",
        },
    )


@require_safe
def earlier(request: HttpRequest, number: int) -> HttpResponse:
    """Show what this customer asked before: a part of the workspace, or a page of its own without JavaScript."""
    actor, found = ticket_or_404(request, number)
    them = workspace.earlier_tickets(found, actor)
    context = {
        "ticket": found,
        "earlier": them,
        "open": shown(them.open, workspace.MOST_COUNTED),
        "recent": shown(them.recent, workspace.MOST_COUNTED),
    }
    if request.headers.get("HX-Request"):
        return render(request, "console/_earlier.html", context)
    title = _("Earlier tickets of %(name)s") % {"name": found.organization or found.requester}
    frame = admin.site.frame(request, with_counts=False)  # type: ignore[attr-defined]
    return render(request, "console/earlier.html", {**frame, **context, "title": title})


@require_safe
def next_ticket(request: HttpRequest, number: int) -> HttpResponse:
    """Go to the ticket after this one in the view that one came from."""
    return _go(request, number, is_back=False)


@require_safe
def previous_ticket(request: HttpRequest, number: int) -> HttpResponse:
    """Go to the ticket before this one in the view that one came from."""
    return _go(request, number, is_back=True)


def _go(request: HttpRequest, number: int, *, is_back: bool) -> HttpResponse:
    actor, found = ticket_or_404(request, number)
    wish = came_from(request)
    target = workspace.beside(found, wish, actor, is_back=is_back)
    if target is None:
        messages.info(request, _("This is the first ticket of the view.") if is_back else _("Nothing else waits here."))
        return redirect(page_url(found, wish) if is_back else reverse("console:queue") + f"?{wish.address}".rstrip("?"))
    return redirect(page_url(Ticket(pk=target), wish))


def draft_kind_of(text: str) -> str:
    """Return the kind of draft that a tab of the composer stands for."""
    return Draft.Kind.NOTE if text == "note" else Draft.Kind.REPLY
