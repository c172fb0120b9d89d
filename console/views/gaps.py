"""Searches that lead nowhere, and what is done about them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor, actor_of
from console.curation import choices_of, key_of
from search import gaps as finding
from search.actions.keep_pin import keep_pin
from search.actions.keep_synonym import keep_synonym
from search.actions.mark_gap import mark_gap, unmark_gap
from search.errors import Refused
from search.gaps import Gap
from search.models import GapMark
from search.permissions import can_curate, visible_gap_marks, visible_searches

PERIODS = (7, 30, 90, 365)
PAGE = 50
NOTHING, UNOPENED, MARKED = "nothing", "unopened", "marked"


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Show what people looked for in vain, or found and did not open, those that mean the same together."""
    actor = curator(request)
    state = request.GET.get("state", NOTHING)
    state = state if state in {NOTHING, UNOPENED, MARKED} else NOTHING
    days, is_staff = _days(request), request.GET.get("by") == "staff"
    searches = visible_searches(actor).filter(is_staff=is_staff, created_at__gte=timezone.now() - timedelta(days=days))
    found = finding.gaps_in(searches) if state != MARKED else []
    shown = [gap for gap in found if gap.is_not_found == (state == NOTHING)]
    page = _page(request)
    about = {"days": days, **({"by": "staff"} if is_staff else {}), **({"state": state} if state != NOTHING else {})}
    context: dict[str, Any] = {
        "state": state,
        "days": days,
        "periods": PERIODS,
        "is_staff": is_staff,
        "gaps": shown[(page - 1) * PAGE : page * PAGE],
        "total": len(shown),
        "counts": {
            NOTHING: sum(1 for gap in found if gap.is_not_found),
            UNOPENED: sum(1 for gap in found if not gap.is_not_found),
        },
        "marked": finding.marked_in(visible_searches(actor), visible_gap_marks(actor)) if state == MARKED else [],
        "often": finding.often(searches),
        "new_article_url": article_url(),
        "query": urlencode(about),
        "newer_url": f"?{urlencode({**about, 'page': page - 1})}" if page > 1 else "",
        "older_url": f"?{urlencode({**about, 'page': page + 1})}" if len(shown) > page * PAGE else "",
    }
    return _page_of(request, "console/search/gaps.html", _("What people search"), context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """Say for one gap (`?q=`, one of its wordings) what was meant: something to stand first, or other words for it.

    Raises Http404 for a search that nobody made.
    """
    actor = curator(request)
    gap = _gap(actor, request.GET.get("q", ""))
    if request.method == "POST":
        try:
            done = _answered(request, actor, gap)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
            return redirect("console:search_gaps")
    find_text = request.GET.get("find", gap.text).replace("\x00", "")[:200]
    context = {
        "gap": gap,
        "find": find_text,
        "choices": choices_of(actor, find_text),
        "chosen": request.POST.get("object", ""),
        "how": request.POST.get("how", "pin"),
        "words": request.POST.get("words", f"{gap.text}, "),
        "new_article_url": article_url(gap.text),
    }
    status = 422 if request.method == "POST" else 200
    return _page_of(request, "console/search/gap_answer.html", _("It is this one"), context, status)


@require_POST
def marks(request: HttpRequest) -> HttpResponse:
    """Dismiss a gap, or show it again (`how=none`). The group is that of the wording `q`."""
    actor = curator(request)
    wording, how = request.POST.get("q", ""), request.POST.get("how", "")
    if how == "none":
        unmark_gap([wording], by=actor)
        messages.success(request, _("It is among the gaps again, as long as it leads nowhere."))
    else:
        gap = _gap(actor, wording)
        try:
            mark_gap([each.normalized for each in gap.wordings], GapMark.How.DISMISSED, by=actor)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("“%(words)s” is not shown any more.") % {"words": gap.text})
    back = request.POST.get("back", "")
    return redirect(f"{reverse('console:search_gaps')}{f'?{back}' if back else ''}")


def curator(request: HttpRequest) -> Actor:
    """Return who asks, if they may keep the search. Raises PermissionDenied."""
    actor = actor_of(request)
    if not can_curate(actor):
        raise PermissionDenied
    return actor


def article_url(title: str = "") -> str:
    """Return where an article is written, with its title already there."""
    address = reverse("console:article_new")
    return f"{address}?{urlencode({'title': title})}" if title else address


def _answered(request: HttpRequest, actor: Actor, gap: Gap) -> str:
    """Do what was chosen for a gap; return what to say of it. Raises Refused."""
    wordings = [each.normalized for each in gap.wordings]
    if request.POST.get("how") == "synonym":
        keep_synonym(request.POST.get("words", "").split(","), by=actor)
        done = _("Saved. Whoever looks for one of these words finds the others as well.")
    else:
        key = key_of(request.POST.get("object", ""))
        for wording in wordings:
            keep_pin(wording, key, by=actor)
        done = _("Saved. It stands first for these searches, for everybody who may read it.")
    mark_gap(wordings, GapMark.How.ANSWERED, by=actor)
    return done


def _gap(actor: Actor, wording: str) -> Gap:
    searches = visible_searches(actor)
    one = searches.filter(normalized=wording.replace("\x00", "")[:200]).order_by("-pk").first() if wording else None
    gap = finding.group_with(searches.filter(is_staff=one.is_staff), one.normalized) if one else None
    if gap is None:
        raise Http404
    return gap


def _days(request: HttpRequest) -> int:
    days = request.GET.get("days", "")
    return int(days) if days in map(str, PERIODS) else 30


def _page(request: HttpRequest) -> int:
    page = request.GET.get("page", "")
    return max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 4 else 1


def _page_of(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    frame = admin.site.frame(request)  # type: ignore[attr-defined]
    return render(request, template, {**frame, "title": title, **context}, status=status)
