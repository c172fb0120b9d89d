"""My tickets."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from support import customer_list
from support.customer_list import Filter, Page
from support.views.finding import sign_in_first

LONGEST_SEARCH = 200


@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    """Show a page of the reader's tickets, or of their organisation's where they may see those."""
    actor = actor_of(request)
    if response := sign_in_first(request, actor):
        return response
    asked = _asked(request)
    page = customer_list.page_of(actor, asked)
    sees_organization = customer_list.sees_organization(actor)
    context = {
        "page": page,
        "asked": asked,
        "sees_organization": sees_organization,
        "shows_organization": sees_organization and asked.of_organization,
        "organization": actor.membership.organization if actor.membership else None,
        "tabs": [
            (_("Mine"), _url(asked, of=""), not (sees_organization and asked.of_organization)),
            (_("My organisation's"), _url(asked, of="organisation"), asked.of_organization),
        ],
        "states": [
            (label, _url(asked, state=state), asked.state == state)
            for state, label in (
                ("", _("All")),
                ("open", _("Open")),
                ("waiting", _("Waiting for you")),
                ("done", _("Solved")),
            )
        ],
        "is_filtered": bool(asked.state or asked.words),
        **_neighbours(asked, page),
    }
    is_fragment = request.headers.get("HX-Target") == "tickets" and not request.headers.get(
        "HX-History-Restore-Request"
    )
    response = render(request, "support/_tickets.html" if is_fragment else "support/tickets.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _asked(request: HttpRequest) -> Filter:
    state = request.GET.get("state", "")
    return Filter(
        of_organization=request.GET.get("of") == "organisation",
        state=state if state in customer_list.STATES else "",
        words=request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH].strip(),
        before=_number(request.GET.get("before", "")),
        after=_number(request.GET.get("after", "")),
    )


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _neighbours(asked: Filter, page: Page) -> dict[str, str]:
    return {
        "newer_url": _url(asked, after=str(page.newer_after)) if page.newer_after else "",
        "older_url": _url(asked, before=str(page.older_before)) if page.older_before else "",
    }


def _url(asked: Filter, **changes: str) -> str:
    """Return the list's address with what is asked now, and the changes; a change begins at the first page."""
    values = {
        "of": "organisation" if asked.of_organization else "",
        "state": asked.state,
        "q": asked.words,
        **changes,
    }
    return "?" + urlencode({name: value for name, value in values.items() if value})
