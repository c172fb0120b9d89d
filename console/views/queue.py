"""The queue, and what is done to many of its tickets at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor, actor_of
from console.bounded import shown
from console.people import agent_named
from console.queue import VIEWS, Wish, wish_of
from console.rail import Counts, counts_of
from console.row_html import html_of
from console.rows import LARGEST_PAGE, Page, page_of
from sla.time_words import clock_words
from support.actions.assign import assign
from support.actions.mark_spam import mark_spam, unmark_spam
from support.actions.move import move
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.tag import set_tags
from support.errors import Invalid, NotAllowed, Refused
from support.models import Priority, Status, Ticket
from support.permissions import worked_tickets
from support.queries import all_queues, names_of_tags, next_due


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show a page of the queue as the parameters ask for it."""
    actor = actor_of(request)
    now = timezone.now()
    wish = wish_of(request.GET)
    page = page_of(wish, actor, request.GET, now)
    counts = counts_of(actor)
    here = reverse("console:queue")
    title = str(wish.view.title)
    chosen = next((name for _pk, name, slug, _n in counts.queues if slug == wish.terms.get("queue")), "")
    context = {
        **admin.site.frame(request),  # type: ignore[attr-defined]
        "title": chosen or title,
        "wish": wish,
        "typed": _typed(wish),
        "rows": page.rows,
        "html": html_of(page.rows, f"?{wish.address}" if wish.address else ""),
        "suffix": f"?{wish.address}" if wish.address else "",
        "before_url": _address(here, wish, "before", page.before),
        "after_url": _address(here, wish, "after", page.after),
        "views": [
            (str(view.title), f"{here}?view={view.key}" if view.key != "next" else here, view.key == wish.view.key)
            for view in VIEWS.values()
        ],
        "statuses": Status.choices,
        "priorities": Priority.choices,
        "queues": counts.queues,
        "has_no_queue": not counts.queues,
        "summary": _summary(wish, counts),
        "back": request.GET.urlencode(),
    }
    if not page.rows and not wish.problems:
        context["empty"] = _empty(wish, page, actor)
    return render(request, "console/queue.html", context, status=400 if wish.problems else 200)


def _summary(wish: Wish, counts: Counts) -> str:
    """Return how many tickets the view has, and how many are late; nothing for a filtered list."""
    count = counts.views.get(wish.view.key)
    if wish.is_narrowed or count is None:
        return ""
    total = ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": shown(count)}
    late = counts.views["breached"]
    return _("%(total)s · %(late)s late") % {"total": total, "late": shown(late)} if late else total


def _typed(wish: Wish) -> str:
    """Return the wish as one types it."""
    words = [f'"{word}"' if " " in word else word for word in wish.words]
    terms = [f'{term}:"{value}"' if " " in value else f"{term}:{value}" for term, value in wish.terms.items()]
    return wish.typed if wish.problems else " ".join([*terms, *words])


def _address(here: str, wish: Wish, name: str, place: str) -> str:
    if not place:
        return ""
    query = QueryDict(wish.address, mutable=True)
    query[name] = place
    return f"{here}?{query.urlencode(safe=':~')}"


def _empty(wish: Wish, page: Page, actor: Actor) -> str:
    """Return what an empty list says."""
    if wish.is_narrowed:
        return _("No ticket fits this filter.")
    if wish.view.key not in {"next", "breached", "mine", "unassigned"}:
        return _("There is nothing here.")
    at = next_due(worked_tickets(actor), timezone.now())
    if at is None:
        return _("No promise is running.")
    return _("The next promise falls due at %(time)s.") % {"time": clock_words(at, timezone.now())}


# --- Many at once --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """What is done to each of the chosen tickets, and what is said about those for which it worked."""

    do: Callable[[Ticket, int], Any]
    done: str


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one thing to the chosen tickets, each by its own action; tell which of them it did not work for, and why."""
    actor = actor_of(request)
    back = redirect(reverse("console:queue") + ("?" + QueryDict(request.POST.get("back", "")).urlencode()).rstrip("?"))
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Choose at least one ticket first."))
        return back
    try:
        act = _act(request.POST, actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return back
    tickets = worked_tickets(actor).in_bulk(list(chosen))
    done: list[int] = []
    for number, version in chosen.items():
        ticket = tickets.get(number)
        try:
            if ticket is None:
                raise NotAllowed(_("This ticket is not in your queues any more."))
            act.do(ticket, version)
            done.append(number)
        except Refused as refused:
            messages.error(request, _("#%(number)s: %(reason)s") % {"number": number, "reason": refused})
    if done:
        numbers = ", ".join(f"#{number}" for number in done)
        messages.success(
            request,
            ngettext("%(count)s ticket %(done)s: %(numbers)s.", "%(count)s tickets %(done)s: %(numbers)s.", len(done))
            % {"count": len(done), "done": act.done, "numbers": numbers},
        )
    return back


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Return the chosen tickets with the version of each that was seen."""
    found = {}
    for text in request.POST.getlist("ticket")[:LARGEST_PAGE]:
        number, _dot, version = text.partition(".")
        if number.isdecimal() and version.isdecimal() and len(number) < 19 and len(version) < 10:
            found[int(number)] = int(version)
    return found


def _act(posted: QueryDict, actor: Actor) -> Act:
    """Return what the pressed button means. Raises Invalid for a value that makes no sense."""
    match posted.get("act"):
        case "assign":
            person = agent_named(posted.get("assignee", ""), actor)
            return Act(
                lambda ticket, version: assign(ticket, person, by=actor, expected_version=version),
                _("assigned to %(name)s") % {"name": person} if person else _("assigned to nobody"),
            )
        case "status":
            status = posted.get("status", "")
            if status not in Status.values:
                raise Invalid("status", _("Choose one of the statuses."))
            return Act(
                lambda ticket, version: set_status(ticket, status, by=actor, expected_version=version),
                _("set to “%(status)s”") % {"status": Status(status).label},
            )
        case "priority":
            text = posted.get("priority", "")
            if text not in map(str, Priority.values):
                raise Invalid("priority", _("Choose one of the priorities."))
            return Act(
                lambda ticket, version: set_priority(ticket, int(text), by=actor, expected_version=version),
                _("set to priority “%(priority)s”") % {"priority": Priority(int(text)).label},
            )
        case "tag":
            added = posted.get("tags", "").split(",")
            if not any(name.strip() for name in added):
                raise Invalid("tags", _("Write at least one tag."))
            return Act(
                lambda ticket, version: set_tags(
                    ticket, [*names_of_tags(ticket), *added], by=actor, expected_version=version
                ),
                _("tagged"),
            )
        case "spam":
            return Act(
                lambda ticket, version: mark_spam(ticket, by=actor, expected_version=version), _("marked as spam")
            )
        case "not_spam":
            return Act(
                lambda ticket, version: unmark_spam(ticket, by=actor, expected_version=version),
                _("put back: not spam"),
            )
        case "move":
            target = all_queues().filter(slug=posted.get("queue", "")).first()
            if target is None:
                raise Invalid("queue", _("Choose one of the queues."))
            return Act(
                lambda ticket, version: move(ticket, target, by=actor, expected_version=version),
                _("moved to %(queue)s") % {"queue": target},
            )
    raise Invalid("act", _("Choose what to do."))
