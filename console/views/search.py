"""One search for the staff: over the tickets that they work and all the knowledge that they may read."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from console.curation import kind_label
from knowledge.models import Kind
from search.queries import Found, FoundHit, find

TICKET = "ticket"
KINDS = (TICKET, *Kind.values)
PAGE = 20
MOST_PAGES = 50


@dataclass(frozen=True)
class Filter:
    """A kind, its address, and how many things of it there are."""

    label: str
    url: str
    count: int
    is_chosen: bool


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what this agent finds with `?q=`: tickets of their queues and knowledge, narrowed by `?kind=`.

    503 while the index cannot be asked.
    """
    actor = actor_of(request)
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = request.GET.get("page", "")
    number = min(int(page), MOST_PAGES) if page.isascii() and page.isdecimal() and 0 < len(page) < 4 else 1
    number = max(1, number)
    found = find(actor, text, kinds=[kind] if kind else KINDS, limit=PAGE, offset=(number - 1) * PAGE)
    everything = find(actor, text, kinds=KINDS, limit=1) if kind and not found.problem else found
    context = {
        "q": text,
        "found": found,
        "hits": [(each, _where(each)) for each in found.hits],
        "said": ngettext("%(count)s result", "%(count)s results", found.total) % {"count": found.total},
        "kinds": _filters(text, kind, everything),
        "did_you_mean_url": f"?{urlencode({'q': found.did_you_mean})}",
        "newer_url": _url(text, kind, number - 1) if number > 1 else "",
        "older_url": _url(text, kind, number + 1) if found.total > number * PAGE and number < MOST_PAGES else "",
    }
    frame = admin.site.frame(request)  # type: ignore[attr-defined]
    response = render(
        request,
        "console/search/search.html",
        {**frame, "title": _("Search"), **context},
        status=503 if found.problem else 200,
    )
    if found.problem:
        response["Retry-After"] = "30"
    return response


def _where(each: FoundHit) -> str:
    """Return in small words what was found: a ticket's number, customer and state, or the kind and section."""
    if each.hit.key.kind == TICKET:
        ticket = each.row
        about = [f"#{ticket.pk}", str(ticket.requester), str(ticket.organization or ""), ticket.get_status_display()]
        return " · ".join(filter(None, about))
    section = each.row.section
    return " › ".join(filter(None, [kind_label(each.hit.key.kind), str(section or ""), each.hit.heading]))


def _filters(text: str, kind: str, everything: Found) -> list[Filter]:
    counts = everything.counts.get("kind", {})
    if not text:
        return []
    every = pgettext("search results of every kind", "Everything")
    return [
        Filter(every, _url(text, ""), sum(counts.get(each, 0) for each in KINDS), not kind),
        *(
            Filter(kind_label(each), _url(text, each), counts.get(each, 0), each == kind)
            for each in KINDS
            if counts.get(each) or each == kind
        ),
    ]


def _url(text: str, kind: str, page: int = 1) -> str:
    return f"?{urlencode({'q': text, **({'kind': kind} if kind else {}), **({'page': page} if page > 1 else {})})}"
