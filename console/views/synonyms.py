"""Words that mean the same, and what stands first for a search: what the staff tell the search."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from console.curation import choices_of, key_of, pinned
from console.views.gaps import curator
from search.actions.keep_pin import keep_pin
from search.actions.keep_synonym import keep_synonym
from search.actions.remove_pin import remove_pin
from search.actions.remove_synonym import remove_synonym
from search.asking import normalized
from search.errors import Refused
from search.models import Synonym
from search.permissions import visible_pins, visible_synonyms

MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
def synonyms(request: HttpRequest) -> HttpResponse:
    """Show all groups of words that mean the same, and keep a new one."""
    actor = curator(request)
    if request.method == "POST" and (done := _keep_synonym(request, actor, None)):
        return done
    return _synonyms_page(request, actor, status=422 if request.method == "POST" else 200)


@require_POST
def synonym(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a group of words. Raises Http404 for one that is gone."""
    actor = curator(request)
    found = get_object_or_404(visible_synonyms(actor), pk=pk)
    return _keep_synonym(request, actor, found) or _synonyms_page(request, actor, changed=found, status=422)


@require_POST
def synonym_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a group of words. Raises Http404 for one that is gone."""
    actor = curator(request)
    remove_synonym(get_object_or_404(visible_synonyms(actor), pk=pk), by=actor)
    messages.success(request, _("Removed. Each of the words is looked for alone again."))
    return redirect("console:search_synonyms")


@require_http_methods(["GET", "HEAD"])
def pins(request: HttpRequest) -> HttpResponse:
    """Show what stands first for which search."""
    actor = curator(request)
    context = {"pins": pinned(actor, visible_pins(actor)[:MOST]), "here": "pins"}
    return _page_of(request, "console/search/pins.html", _("Pinned results"), context)


@require_http_methods(["GET", "HEAD", "POST"])
def pin_new(request: HttpRequest) -> HttpResponse:
    """Choose what stands first for a search: `?query=` its words, `?find=` by what the thing is found."""
    actor = curator(request)
    given = request.POST if request.method == "POST" else request.GET
    query = given.get("query", "").replace("\x00", "")[:200]
    if request.method == "POST":
        try:
            kept = keep_pin(query, key_of(given.get("object", "")), by=actor, order=_number(given.get("order", "")))
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved. It stands first for “%(words)s”.") % {"words": kept.query})
            return redirect("console:search_pins")
    text = request.GET.get("find", "").replace("\x00", "")[:200] or query
    context = {
        "query": query,
        "find": text,
        "order": _number(given.get("order", "")),
        "choices": choices_of(actor, text) if text else [],
        "chosen": given.get("object", ""),
        "here": "pins",
        "action": f"?{urlencode({'query': query, 'find': text})}",
    }
    status = 422 if request.method == "POST" else 200
    return _page_of(request, "console/search/pin_new.html", _("Pin a result"), context, status)


@require_POST
def pin_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the place of a pin among those of its search. Raises Http404 for one that is gone."""
    actor = curator(request)
    found = get_object_or_404(visible_pins(actor), pk=pk)
    try:
        keep_pin(found.query, key_of(f"{found.kind}:{found.object_id}"), by=actor, order=_number(request.POST["order"]))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("console:search_pins")


@require_POST
def pin_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pin away. Raises Http404 for one that is gone."""
    actor = curator(request)
    remove_pin(get_object_or_404(visible_pins(actor), pk=pk), by=actor)
    messages.success(request, _("Removed. The ranking decides again."))
    return redirect("console:search_pins")


def _keep_synonym(request: HttpRequest, actor: Actor, known: Synonym | None) -> HttpResponse | None:
    """Keep what was typed and lead back; None where it was refused, and the page says why."""
    language = request.POST.get("language", "")
    language = language if language in dict(settings.LANGUAGES) else ""
    try:
        kept = keep_synonym(request.POST.get("words", "").split(","), by=actor, language=language, synonym=known)
    except Refused as error:
        messages.error(request, str(error))
        return None
    messages.success(request, _("Saved: %(words)s.") % {"words": ", ".join(kept.words)})
    return redirect("console:search_synonyms")


def _synonyms_page(
    request: HttpRequest, actor: Actor, *, changed: Synonym | None = None, status: int = 200
) -> HttpResponse:
    """Show the page; what was refused stands where it was typed."""
    typed = request.POST.get("words", "")
    find_text = normalized(request.GET.get("find", ""))
    rows = [
        (row, typed if row == changed else ", ".join(row.words))
        for row in visible_synonyms(actor)[:MOST]
        if not find_text or any(find_text in normalized(word) for word in row.words)
    ]
    context = {
        "rows": rows,
        "typed": typed if changed is None else "",
        "words": request.GET.get("words", "")[:200],
        "languages": settings.LANGUAGES,
        "find": request.GET.get("find", "")[:80],
        "here": "synonyms",
        "all_url": reverse("console:search_synonyms"),
    }
    return _page_of(request, "console/search/synonyms.html", _("Words that mean the same"), context, status)


def _number(text: str) -> int:
    """Return a place as typed; 0 for what is none."""
    try:
        return max(-(10**9), min(int(text[:12]), 10**9))
    except ValueError:
        return 0


def _page_of(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    frame = admin.site.frame(request)  # type: ignore[attr-defined]
    return render(request, template, {**frame, "title": title, **context}, status=status)
