"""How many questions articles answered before they became tickets, week by week, and the forms behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from console.permissions import visible_deflections
from console.views.gaps import curator
from knowledge import deflection as figures
from knowledge.deflection import Week
from knowledge.models import Article, Deflection
from support.permissions import worked_tickets

PERIODS = (4, 12, 26, 52)
PAGE = 50
TITLES = {
    figures.OFFERED: gettext_lazy("Articles were offered"),
    figures.OPENED: gettext_lazy("An article was opened"),
    figures.ANSWERED: gettext_lazy("Answered without a ticket"),
    figures.FILED: gettext_lazy("A ticket was filed all the same"),
    figures.LEFT: gettext_lazy("Left without either"),
}

COLUMNS = {
    figures.OFFERED: pgettext_lazy("articles beside a form", "Offered"),
    figures.OPENED: pgettext_lazy("articles beside a form", "Opened"),
    figures.ANSWERED: pgettext_lazy("articles beside a form", "Answered"),
    figures.FILED: pgettext_lazy("articles beside a form", "Filed all the same"),
    figures.LEFT: pgettext_lazy("articles beside a form", "Left"),
}


@dataclass(frozen=True)
class Line:
    """A week (or all of them) with its rate in words, and the address of what is behind its numbers."""

    week: Week
    percent: str
    query: str

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Return the columns: outcome and number."""
        return [(outcome, getattr(self.week, outcome)) for outcome in COLUMNS]


@dataclass(frozen=True)
class Form:
    """A form beside which articles stood, as the list shows it."""

    typed: str
    at: Any
    offered: Sequence[tuple[Article, bool]]
    answered_by: Article | None
    ticket: int | None
    has_ticket: bool


@require_safe
def deflection(request: HttpRequest) -> HttpResponse:
    """Show the rate by week, what it is counted from, and which articles answered most."""
    actor = curator(request)
    count, zone = _weeks(request), timezone.get_current_timezone()
    rows = visible_deflections(actor)
    weeks = figures.weeks_of(rows, last=timezone.localdate(), count=count, zone=zone)
    every = figures.total_of(weeks)
    context = {
        "total": _line(every, count),
        "lines": [_line(week, 1) for week in reversed(weeks)],
        "titles": [str(title) for title in COLUMNS.values()],
        "answering": figures.answering(figures.within(rows, weeks[0].first, count, zone)),
        "weeks": count,
        "periods": PERIODS,
        "here": "deflection",
    }
    return _page_of(request, "console/search/deflection.html", _("Answered before asking"), context)


@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """Show the forms behind a number: `?first=` a Monday, `?weeks=`, `?outcome=`."""
    actor = curator(request)
    outcome = request.GET.get("outcome", figures.OFFERED)
    outcome = outcome if outcome in TITLES else figures.OFFERED
    first, count, zone = _first(request), _weeks(request, (1, *PERIODS)), timezone.get_current_timezone()
    rows = figures.with_outcome(figures.within(visible_deflections(actor), first, count, zone), outcome)
    page = _page(request)
    found = _page_rows(rows, page)
    shown, has_more = found[:PAGE], len(found) > PAGE
    about = {"first": first.isoformat(), "weeks": count, "outcome": outcome}
    context = {
        "forms": _forms(actor, shown),
        "first": first,
        "count": count,
        "here": "deflection",
        "newer_url": f"?{urlencode({**about, 'page': page - 1})}" if page > 1 else "",
        "older_url": f"?{urlencode({**about, 'page': page + 1})}" if has_more else "",
    }
    return _page_of(request, "console/search/deflection_forms.html", str(TITLES[outcome]), context)


def _forms(actor: Actor, rows: Sequence[Deflection]) -> list[Form]:
    """Return the lines of forms: three queries. A ticket in another queue is there, but no link to it."""
    articles = figures.articles_of(rows)
    numbers = {row.ticket_id for row in rows if row.ticket_id}
    worked = {*worked_tickets(actor).filter(pk__in=numbers).values_list("pk", flat=True)} if numbers else set()
    return [
        Form(
            row.text,
            row.created_at,
            [(articles[pk], pk in row.opened) for pk in row.offered if pk in articles],
            row.answered_by,
            row.ticket_id if row.ticket_id in worked else None,
            row.ticket_id is not None,
        )
        for row in rows
    ]


def _page_rows(rows: QuerySet[Deflection], page: int) -> list[Deflection]:
    """Return the rows of a page, and one more where there is another page."""
    return list(rows.select_related("answered_by").order_by("-created_at", "pk")[(page - 1) * PAGE : page * PAGE + 1])


def _line(week: Week, count: int) -> Line:
    percent = _("no data") if week.rate is None else f"{number_format(100 * week.rate, 1)} %"
    return Line(week, percent, urlencode({"first": week.first.isoformat(), "weeks": count}))


def _weeks(request: HttpRequest, allowed: Sequence[int] = PERIODS) -> int:
    weeks = request.GET.get("weeks", "")
    return int(weeks) if weeks in map(str, allowed) else 12


def _first(request: HttpRequest) -> date:
    """Return the Monday of the date asked for; this week's for none, or one that calendars cannot count from."""
    try:
        day = date.fromisoformat(request.GET.get("first", ""))
    except ValueError:
        day = timezone.localdate()
    if not date(2000, 1, 3) <= day <= date(2200, 1, 1):
        day = timezone.localdate()
    return date.fromordinal(day.toordinal() - day.weekday())


def _page(request: HttpRequest) -> int:
    page = request.GET.get("page", "")
    return max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 5 else 1


def _page_of(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    frame = admin.site.frame(request)  # type: ignore[attr-defined]
    return render(request, template, {**frame, "title": title, **context})
