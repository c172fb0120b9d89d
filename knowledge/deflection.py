"""How many questions were answered before they became tickets: counted by the form, as docs/guides/leads.md says.

- Offered: a form beside which at least one article stood. Forms of the staff are not counted.
- Opened: of those, at least one article was opened.
- Answered: "this answered it" was pressed, no ticket came of the form, and the same person filed none within 24 hours.
- Filed: a ticket came of it, with or without "this answered it" before.
- Left: neither. Nobody knows why: it is not counted as answered.

The rate is answered of offered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from knowledge.models import Article, Deflection

OFFERED, OPENED, ANSWERED, FILED, LEFT = "offered", "opened", "answered", "filed", "left"
CONDITIONS = {
    OFFERED: Q(),
    OPENED: ~Q(opened=[]),
    ANSWERED: Q(answered_by__isnull=False, ticket=None),
    FILED: Q(ticket__isnull=False),
    LEFT: Q(answered_by=None, ticket=None),
}


@dataclass(frozen=True)
class Week:
    """The forms of one week, from its Monday on in the reader's time zone."""

    first: date
    offered: int = 0
    opened: int = 0
    answered: int = 0
    filed: int = 0
    left: int = 0

    @property
    def rate(self) -> float | None:
        """Return which share was answered, 0 to 1; None where nothing was offered."""
        return self.answered / self.offered if self.offered else None


def weeks_of(deflections: QuerySet[Deflection], *, last: date, count: int, zone: tzinfo) -> list[Week]:
    """Return `count` weeks up to that of `last`, oldest first, those without a form as well. One query."""
    monday = last - timedelta(days=last.weekday() + 7 * (count - 1))
    rows = (
        within(deflections, monday, count, zone)
        .annotate(week=TruncWeek("created_at", tzinfo=zone))
        .order_by()
        .values("week")
        .annotate(**{name: Count("pk", filter=condition) for name, condition in CONDITIONS.items() if name != OFFERED})
        .annotate(offered=Count("pk"))
    )
    found = {row["week"].date(): Week(row.pop("week").date(), **row) for row in rows}
    return [found.get(first, Week(first)) for first in (monday + timedelta(weeks=n) for n in range(count))]


def total_of(weeks: Iterable[Week]) -> Week:
    """Return several weeks as one."""
    every = [*weeks]
    return Week(
        every[0].first,
        *(sum(getattr(week, name) for week in every) for name in (OFFERED, OPENED, ANSWERED, FILED, LEFT)),
    )


def within(deflections: QuerySet[Deflection], monday: date, weeks: int, zone: tzinfo) -> QuerySet[Deflection]:
    """Return the forms of so many weeks from a Monday on, in a time zone."""
    start, end = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (monday, monday + timedelta(weeks=weeks))
    )
    return deflections.filter(created_at__gte=start, created_at__lt=end)


def with_outcome(deflections: QuerySet[Deflection], outcome: str) -> QuerySet[Deflection]:
    """Return those that ended so. Raises KeyError for an outcome that there is not."""
    return deflections.filter(CONDITIONS[outcome])


def answering(deflections: QuerySet[Deflection], most: int = 10) -> Sequence[tuple[Article, int]]:
    """Return the articles that answered most, with how often."""
    counted = (
        with_outcome(deflections, ANSWERED)
        .order_by()
        .values_list("answered_by")
        .annotate(often=Count("pk"))
        .order_by("-often", "answered_by")[:most]
    )
    counts = dict(counted)
    articles = Article.objects.in_bulk([*counts])
    return [(articles[pk], often) for pk, often in counts.items() if pk in articles]


def articles_of(deflections: Iterable[Deflection]) -> dict[int, Article]:
    """Return the articles that stood beside these forms, by id."""
    return Article.objects.in_bulk({pk for each in deflections for pk in each.offered})
