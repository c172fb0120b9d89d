"""Looking for something: the page of results, suggestions while one types, and what was opened."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor, ActorKind, actor_of
from accounts.models import Channel
from accounts.readers import reader_of
from portal.politeness import asks_too_often, wait_a_moment
from portal.search_results import KINDS, Asked, page_of, results_of
from search.actions.log_search import log_search
from search.actions.record_click import record_click
from search.engine import Key
from search.queries import Found, suggest
from search.sources import sources
from support.permissions import can_file

SUGGESTIONS = 6
# Beyond this nobody types, and suggestions help nobody.
LONGEST_TYPED = 200
LARGEST_PK = 2**63


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the reader finds with `?q=`, narrowed by kind, section and language, page by page.

    503 while the index cannot be asked: the rest of the desk is there, and a ticket can be filed.
    """
    actor = actor_of(request)
    asked = Asked.of(request.GET)
    get_token(request)  # by its cookie the browser is known again when it reports what was opened
    page = page_of(actor, asked) if asked.text else None
    log = (
        log_search(actor, reader_of(request), asked.text, page.everything, language=get_language() or "")
        if page and not page.found.problem
        else None
    )
    context = {
        "asked": asked,
        "page": page,
        "log": log.pk if log else "",
        "can_file": can_file(_filer(actor), Channel.WEB),
    }
    is_out = bool(page and page.found.problem)
    response = render(request, "portal/search.html", context, status=503 if is_out else 200)
    response["X-Robots-Tag"] = "noindex"
    if is_out:
        response["Retry-After"] = "30"
    return response


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return what the reader may be about to look for, as options of a list; nothing for nothing typed."""
    if asks_too_often(request, "suggest"):
        return wait_a_moment()
    actor = actor_of(request)
    text = Asked.of(request.GET).text
    found = suggest(actor, text, kinds=KINDS, limit=SUGGESTIONS) if 1 < len(text) <= LONGEST_TYPED else Found()
    context = {"results": results_of(actor, found), "asked": Asked(text)}
    response = render(request, "portal/_suggestions.html", context)
    # The pages with the field may be kept by caches and know no token; with this one what is opened is reported.
    response["X-CSRF-Token"] = get_token(request)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def click(request: HttpRequest) -> HttpResponse:
    """Note what was opened of a search (`log`), or of suggestions for what was typed (`q`). Answers 204, always.

    What the reader may not see is not noted, and the answer does not tell (SEC-06).
    """
    nothing = HttpResponse(status=204)
    if asks_too_often(request, "click"):
        return nothing
    actor, reader = actor_of(request), reader_of(request)
    key = key_of(request.POST.get("key", ""))
    if key is None or not reader or not is_visible(actor, key):
        return nothing
    number = request.POST.get("log", "")
    if number.isascii() and number.isdecimal() and int(number[:20]) < LARGEST_PK:
        record_click(int(number[:20]), reader, key)
    elif text := Asked.of(request.POST).text[:LONGEST_TYPED]:
        found = suggest(actor, text, kinds=KINDS, limit=SUGGESTIONS)
        log = log_search(actor, reader, text, found, language=get_language() or "")
        if log is not None:
            record_click(log.pk, reader, key)
    return nothing


def key_of(text: str) -> Key | None:
    """Return the thing that "kind:id" names, if it is one that readers look for."""
    kind, _mark, pk = text[:60].partition(":")
    if kind not in KINDS or not (pk.isascii() and pk.isdecimal()) or int(pk) >= LARGEST_PK:
        return None
    return Key(kind, int(pk))


def is_visible(actor: Actor, key: Key) -> bool:
    """Return whether this reader may see a thing, by the rule of its pages."""
    return any(key in source.visible(actor, [key]) for source in sources() if key.kind in source.kinds)


def _filer(actor: Actor) -> Actor:
    """Return as whom somebody files: guests of a link do as strangers."""
    return actor if actor.kind == ActorKind.PERSON else Actor.anonymous()
