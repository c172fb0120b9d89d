"""Finding places and people by what one types."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from console.curation import kind_label
from console.people import agents_like
from console.views.search import KINDS, TICKET
from search.queries import FoundHit, suggest
from support.permissions import worked_tickets

MOST = 8
LONGEST = 200


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Return what one may want to go to, for the palette: JSON {items: [{label, url, hint}]}.

    The ticket whose number was typed; else tickets and knowledge with these words, and the search for all of them.
    """
    text, actor = request.GET.get("q", "").replace("\x00", "").strip(), actor_of(request)
    number = text.lstrip("#")
    if number.isdecimal() and len(number) < 19:
        found = worked_tickets(actor).filter(pk=int(number))[:MOST]
        return _answer(
            (f"#{ticket.pk} {ticket.subject}", reverse("console:ticket", args=[ticket.pk]), ticket.get_status_display())
            for ticket in found
        )
    if not 1 < len(text) <= LONGEST:
        return _answer(())
    hits = suggest(actor, text, kinds=KINDS, limit=MOST).hits
    every = (_("Search for “%(words)s”") % {"words": text}, f"{reverse('console:search')}?{urlencode({'q': text})}", "")
    return _answer([*((_title(each), each.hit.url, _hint(each)) for each in hits), every])


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Return colleagues as options of a list, for fields that take a name."""
    return render(
        request, "console/_people.html", {"people": agents_like(request.GET.get("assignee", "").removeprefix("me"))}
    )


def _answer(items: Iterable[tuple[str, str, str]]) -> JsonResponse:
    found = [{"label": label, "url": url, "hint": hint} for label, url, hint in items]
    return JsonResponse({"items": found}, json_dumps_params={"ensure_ascii": False})


def _title(each: FoundHit) -> str:
    title = "".join(piece for piece, _is_match in each.hit.title)
    return f"#{each.hit.key.pk} {title}" if each.hit.key.kind == TICKET else title


def _hint(each: FoundHit) -> str:
    if each.hit.key.kind == TICKET:
        return str(each.row.get_status_display())
    return kind_label(each.hit.key.kind)
