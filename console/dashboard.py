"""The numbers of the first page, the same cost at any size.

Counts end at 1,000 and verdicts at 10,000; all come from one statement (load by agent from a second), kept for
KEPT_SECONDS per set of visible queues. Every number carries the filter that shows the tickets behind it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from console.bounded import BoundedCount, shown
from console.queue import VIEWS
from console.rows import Row, rows_of
from events.queries import count_failed as failed_deliveries
from notifications.queries import count_failed as failed_mails
from sla.models import Metric, Timer
from support.models import IN_QUEUE, Queue, Ticket
from support.permissions import queue_ids, sees_all_queues, worked_tickets

KEPT_SECONDS = 30
MOST_VERDICTS = 10_000
NEXT = 5
AGES = (("<1d", 0, 1), ("1-7d", 1, 7), ("7-30d", 7, 30), (">30d", 30, None))


@dataclass(frozen=True)
class Bar:
    """A number with its name, the tickets behind it, and how long its bar is (of 20)."""

    label: str
    count: str
    query: str
    length: int


@dataclass(frozen=True)
class Attainment:
    """How many first responses kept their promise in the last days; `percent` is None without any."""

    days: int
    met: int
    breached: int

    @property
    def percent(self) -> int | None:
        """Return the kept ones of all that were decided, rounded down: 99.9 % is not all."""
        decided = self.met + self.breached
        return self.met * 100 // decided if decided else None


@dataclass(frozen=True)
class Figures:
    """Everything on the dashboard that is counted."""

    queues: list[Bar] = field(default_factory=list)
    ages: list[Bar] = field(default_factory=list)
    load: list[Bar] = field(default_factory=list)
    attainment: list[Attainment] = field(default_factory=list)
    failed_mails: int = 0
    failed_deliveries: int = 0


def next_rows(actor: Actor, now: datetime) -> list[Row]:
    """Return the tickets that fall due next: one query."""
    assert actor.user is not None
    view = VIEWS["next"]
    tickets = view.narrow(worked_tickets(actor), actor.user, now).order_by("queue_at", "pk")[:NEXT]
    return rows_of(tickets, view.order, now)


def figures_of(actor: Actor) -> Figures:
    """Return the numbers of what this agent sees, at most KEPT_SECONDS old: four queries, or none."""
    assert actor.user is not None
    scope = "all" if sees_all_queues(actor) else "-".join(map(str, sorted(queue_ids(actor.user))))
    key = f"dashboard:{scope}"
    kept: Figures | None = cache.get(key)
    if kept is None:
        kept = _count(actor)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _count(actor: Actor) -> Figures:
    now, tickets = timezone.now(), worked_tickets(actor)
    active = tickets.filter(IN_QUEUE)
    queues = Queue.objects.all() if sees_all_queues(actor) else Queue.objects.filter(pk__in=queue_ids(_user(actor)))
    counts = {f"age{i}": BoundedCount(_aged(active, low, high, now)) for i, (_key, low, high) in enumerate(AGES)}
    for days in (7, 30):
        since = now - timedelta(days=days)
        counts[f"met{days}"] = BoundedCount(_verdicts(actor, Timer.State.MET, since), MOST_VERDICTS)
        counts[f"breached{days}"] = BoundedCount(_verdicts(actor, Timer.State.BREACHED, since), MOST_VERDICTS)
    rows = list(
        queues.annotate(here=BoundedCount(Ticket.objects.filter(IN_QUEUE, queue=OuterRef("pk"))), **counts).values(
            "name", "slug", "here", *counts
        )
    )
    if not rows:
        return Figures()
    all_of = rows[0]
    return Figures(
        queues=_bars([(row["name"], row["here"], f"view=active&queue={row['slug']}") for row in rows]),
        ages=_bars(
            [
                (label, all_of[f"age{i}"], f"view=active&age={key}")
                for i, (label, (key, _low, _high)) in enumerate(
                    zip((_("under a day"), _("1 to 7 days"), _("7 to 30 days"), _("over 30 days")), AGES, strict=True)
                )
            ]
        ),
        load=_load(active),
        attainment=[Attainment(days, all_of[f"met{days}"], all_of[f"breached{days}"]) for days in (7, 30)],
        failed_mails=failed_mails(),
        failed_deliveries=failed_deliveries(),
    )


def _user(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def _aged(tickets: QuerySet[Ticket], low: int, high: int | None, now: datetime) -> QuerySet[Ticket]:
    if low:
        tickets = tickets.filter(created_at__lte=now - timedelta(days=low))
    return tickets.filter(created_at__gt=now - timedelta(days=high)) if high else tickets


def _verdicts(actor: Actor, state: str, since: datetime) -> QuerySet[Timer]:
    """Return first responses that were decided since: kept when they stopped, missed when they fell due."""
    timers = Timer.objects.filter(metric=Metric.FIRST_RESPONSE, state=state)
    timers = timers.filter(stopped_at__gte=since) if state == Timer.State.MET else timers.filter(breached_at__gte=since)
    return timers if sees_all_queues(actor) else timers.filter(ticket__queue__in=queue_ids(_user(actor)))


def _load(active: QuerySet[Ticket]) -> list[Bar]:
    found = (
        active.filter(assignee__isnull=False)
        .order_by()
        .values("assignee__display_name", "assignee__email")
        .annotate(count=Count("pk"))
        .order_by("-count", "assignee__email")[:12]
    )
    return _bars(
        [
            (
                row["assignee__display_name"] or row["assignee__email"].split("@")[0],
                row["count"],
                f"view=active&assignee={row['assignee__email']}",
            )
            for row in found
        ],
        bounded=False,
    )


def _bars(rows: list[tuple[str, int, str]], *, bounded: bool = True) -> list[Bar]:
    most = max((count for _label, count, _query in rows), default=0) or 1
    return [
        Bar(label, shown(count) if bounded else str(count), query, -(-count * 20 // most))
        for label, count, query in rows
    ]
