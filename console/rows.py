"""The lines of the queue, page by page: a page starts at a place in the order, so page 1,000 costs what page 1 does."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.actors import Actor
from console.bounded import Joined, parts
from console.queue import BY_DUE, BY_NUMBER, Wish, tickets_of
from database.prepared import prepared
from sla.time_words import clock_words
from support.due import due_of
from support.models import Priority, Status, Tag, Ticket, Visit

PAGE, LARGEST_PAGE = 25, 100


@dataclass(frozen=True)
class Place:
    """A place in the order, as the address carries it: `2026-03-04T10:00:00Z~1042`, or the number alone."""

    number: int
    at: datetime | None = None

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that an address names, or None for what is none."""
        instant, _mark, number = text.rpartition("~")
        if not (number.isdecimal() and len(number) < 19):
            return None
        try:
            at = datetime.fromisoformat(instant.replace(" ", "+")) if instant else None
        except ValueError:
            return None
        if at is not None and at.tzinfo is None:
            return None
        return cls(int(number), at)

    def __str__(self) -> str:
        if self.at is None:
            return str(self.number)
        return f"{self.at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z~{self.number}"


def beyond(tickets: QuerySet[Ticket], order: str, place: Place | None, *, is_back: bool = False) -> QuerySet[Ticket]:
    """Return the tickets after a place (or before it, nearest first), in order."""
    if order == BY_NUMBER:
        if place:
            tickets = tickets.filter(pk__gt=place.number) if is_back else tickets.filter(pk__lt=place.number)
        return tickets.order_by("pk" if is_back else "-pk")
    if place and place.at:
        # The first condition lets the index find the place; the second decides among equals.
        if is_back:
            tickets = tickets.filter(queue_at__lte=place.at).exclude(queue_at=place.at, pk__gte=place.number)
        else:
            tickets = tickets.filter(queue_at__gte=place.at).exclude(queue_at=place.at, pk__lte=place.number)
    return tickets.order_by(*(("-queue_at", "-pk") if is_back else ("queue_at", "pk")))


FIELDS = (
    "pk", "subject", "first_line", "status", "priority", "queue_at", "next_due_at", "next_due_metric", "is_paused",
    "last_public_is_staff", "version", "last_message_at", "requester__display_name", "requester__email",
    "organization__name", "organization__tier__name", "assignee_id", "assignee__display_name", "assignee__email",
    "queue__name", "is_spam", "tag_names",
)  # fmt: skip

TAG_NAMES = Subquery(
    Tag.tickets.through.objects.filter(ticket=OuterRef("pk"))
    .order_by()
    .values("ticket")
    .annotate(names=Joined("tag__name"))
    .values("names")  # type: ignore[misc]  # annotated just above
)


@dataclass(slots=True)
class Row:
    """A line of the queue, with every string as it is shown."""

    number: int
    version: int
    subject: str
    line: str
    status: str
    status_label: str
    priority_class: str
    priority_label: str
    due_kind: str
    due_text: str
    due_iso: str
    due_title: str
    requester: str
    organization: str
    tier: str
    queue: str
    assignee: str
    initials: str
    tags: list[str]
    place: Place
    last_message_at: datetime
    is_unread: bool = True
    looking: str = ""

    @property
    def picked(self) -> str:
        """Return what a chosen row posts: which ticket, and which version of it was seen."""
        return f"{self.number}.{self.version}"


@dataclass
class Page:
    """A page of the queue, and the places where its neighbours begin (or nothing)."""

    rows: list[Row]
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Promised:
    """What `support.due` reads of a ticket, without the rest of it."""

    status: str
    next_due_at: datetime | None
    next_due_metric: str
    is_paused: bool
    last_public_is_staff: bool
    is_spam: bool


# The columns of it, in order.
PROMISED = ("status", "next_due_at", "next_due_metric", "is_paused", "last_public_is_staff", "is_spam")
PRIORITY_CLASS = {Priority.URGENT: " urgent", Priority.HIGH: " high", Priority.LOW: " low"}


def page_of(wish: Wish, actor: Actor, query: QueryDict, now: datetime) -> Page:
    """Return the page that the address names: two queries, however many rows and tickets there are."""
    asked = query.get("size", "")
    size = int(asked) if asked.isdecimal() and len(asked) < 4 else PAGE
    size = min(max(size, 1), LARGEST_PAGE)
    tickets, order = tickets_of(wish, actor, now), wish.view.order
    after, before = _place(query, "after", wish), _place(query, "before", wish)
    if wish.problems:
        return Page([])
    found = rows_of(beyond(tickets, order, before or after, is_back=bool(before))[: size + 1], order, now)
    has_more, found = len(found) > size, found[:size]
    if before:
        found.reverse()
    if found:
        _mark_visits(found, actor, now)
    has_before = has_more if before else after is not None
    has_after = True if before else has_more
    return Page(
        found,
        before=str(found[0].place) if found and has_before else "",
        after=str(found[-1].place) if found and has_after else "",
    )


def rows_of(tickets: QuerySet[Ticket], order: str, now: datetime) -> list[Row]:
    """Return tickets as rows, in one query."""
    statuses = {str(value): str(label) for value, label in Status.choices}
    priorities = {int(value): str(label) for value, label in Priority.choices}
    found = tickets.annotate(tag_names=TAG_NAMES).values_list(*FIELDS)
    return [_row(values, order, now, statuses, priorities) for values in found]


def _row(values: Any, order: str, now: datetime, statuses: dict[str, str], priorities: dict[int, str]) -> Row:
    (
        number, subject, first_line, status, priority, queue_at, next_due_at, metric, is_paused, is_ours, version,
        last_message_at, name, email, organization, tier, assignee_id, agent_name, agent_email, queue, is_spam, tags,
    ) = values  # fmt: skip
    due = due_of(Promised(status, next_due_at, metric, is_paused, is_ours, is_spam), now)
    agent = (agent_name or agent_email.split("@")[0]) if assignee_id else ""
    return Row(
        number=number,
        version=version,
        subject=subject,
        line=first_line,
        status=status,
        status_label=statuses[status],
        priority_class=PRIORITY_CLASS.get(priority, ""),
        priority_label=priorities[priority],
        due_kind=due.kind,
        due_text=due.text or statuses[status],
        due_iso=due.at.strftime("%Y-%m-%dT%H:%M:%SZ") if due.at else "",
        due_title=clock_words(due.at, now) if due.at else "",
        requester=name or email.split("@")[0],
        organization=organization or "",
        tier=tier or "",
        queue=queue,
        assignee=agent,
        initials=initials(agent),
        tags=sorted(parts(tags)),
        place=Place(number, queue_at if order == BY_DUE else None),
        last_message_at=last_message_at,
    )


def initials(name: str) -> str:
    """Return one or two letters for an avatar, "" for nobody."""
    words = name.replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _mark_visits(rows: list[Row], actor: Actor, now: datetime) -> None:
    """Mark what this agent has not seen, and who else looks at a ticket now: one query."""
    assert actor.user is not None
    by_number = {row.number: row for row in rows}
    for number, user_id, seen_at, name, email in _visits(tuple(by_number), actor.user.pk, now):
        row = by_number[number]
        if user_id == actor.user.pk:
            row.is_unread = row.last_message_at > seen_at
        else:
            row.looking += f", {name or email}" if row.looking else name or email


@prepared
def _visits(numbers: tuple[int, ...], user: int, now: datetime) -> QuerySet[Visit, Any]:
    return (
        Visit.objects.filter(ticket__in=numbers)
        .filter(Q(user=user) | Q(present_until__gt=now))
        .values_list("ticket_id", "user_id", "seen_at", "user__display_name", "user__email")
    )


def _place(query: QueryDict, name: str, wish: Wish) -> Place | None:
    text = query.get(name, "")
    if not text:
        return None
    place = Place.read(text)
    if place is None or (wish.view.order == BY_DUE and place.at is None):
        wish.problems.append(_("This address names no place in the queue. Start from its beginning."))
    return place
