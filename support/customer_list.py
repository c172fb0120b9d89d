"""A customer's list of tickets: their own or their organisation's, by state and words, a page at a time.

Paging is by the number last seen, never by counting: page 1,000 costs what page 1 costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from support.customer_words import status_style, status_words
from support.due import Due, customer_due, past_words
from support.models import ACTIVE_STATUSES, Follower, Status, Ticket
from support.permissions import visible_tickets

PAGE = 25

STATES: dict[str, tuple[str, ...]] = {
    "": (),
    "open": tuple(ACTIVE_STATUSES),
    "waiting": (Status.PENDING,),
    "done": (Status.SOLVED, Status.CLOSED),
}


@dataclass(frozen=True)
class Filter:
    """What a customer asked to see; anything that makes no sense counts as not asked."""

    of_organization: bool = False
    state: str = ""
    words: str = ""
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Line:
    """A row of the list, ready to be shown."""

    ticket: Ticket
    status: str
    style: str
    due: Due
    filed: str


@dataclass(frozen=True)
class Page:
    """Some lines, newest first, and the numbers from which its neighbours start."""

    lines: Sequence[Line]
    older_before: int | None
    newer_after: int | None


def sees_organization(actor: Actor) -> bool:
    """Return whether this customer has a list of the whole organisation besides their own."""
    membership = actor.membership
    return bool(membership and membership.sees_all_tickets)


def own_tickets(actor: Actor) -> QuerySet[Ticket]:
    """Return what this customer filed or follows, or what the holder of a signed link may read."""
    tickets = visible_tickets(actor)
    if actor.kind != ActorKind.PERSON:
        return tickets
    # Ids first: each half of the "or" then has an index of its own to use.
    followed = list(Follower.objects.filter(user=actor.user).values_list("ticket", flat=True))
    return tickets.filter(Q(requester=actor.user) | Q(pk__in=followed))


def open_lines(actor: Actor, *, limit: int, now: datetime) -> list[Line]:
    """Return this customer's newest open tickets: those that wait for them first, then by when we reply."""
    found = own_tickets(actor).filter(status__in=ACTIVE_STATUSES).order_by("-number")[:limit]
    tickets = sorted(
        found.select_related("requester"), key=lambda t: (t.status != Status.PENDING, t.queue_at, -t.number)
    )
    return [line(ticket, now) for ticket in tickets]


def line(ticket: Ticket, now: datetime) -> Line:
    """Return the ticket as a row."""
    filed = _("filed %(time)s") % {"time": past_words(ticket.created_at, now)}
    return Line(ticket, status_words(ticket), status_style(ticket), customer_due(ticket, now), filed)


def page_of(actor: Actor, asked: Filter, *, now: datetime | None = None) -> Page:
    """Return a page of what this customer may see and asked for, in one query (two for their own list)."""
    now = now or timezone.now()
    if asked.of_organization and sees_organization(actor):
        assert actor.membership is not None
        tickets = visible_tickets(actor).filter(organization=actor.membership.organization_id)
    else:
        tickets = own_tickets(actor)
    if STATES[asked.state]:
        tickets = tickets.filter(status__in=STATES[asked.state])
    tickets = _with_words(tickets, asked.words).select_related("requester", "assignee")
    is_backward = asked.after is not None
    if is_backward:
        found = list(tickets.filter(number__gt=asked.after).order_by("number")[: PAGE + 1])
    elif asked.before is not None:
        found = list(tickets.filter(number__lt=asked.before).order_by("-number")[: PAGE + 1])
    else:
        found = list(tickets.order_by("-number")[: PAGE + 1])
    has_more, found = len(found) > PAGE, found[:PAGE]
    if is_backward:
        found.reverse()
    has_newer = has_more if is_backward else asked.before is not None
    has_older = True if is_backward else has_more
    return Page(
        lines=[line(ticket, now) for ticket in found],
        older_before=found[-1].number if found and has_older else None,
        newer_after=found[0].number if found and has_newer else None,
    )


def _with_words(tickets: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Keep the tickets with every one of the words in the subject, or with the number that was typed."""
    number = words.strip().removeprefix("#")
    by_subject = Q()
    for word in words.split()[:10]:
        by_subject &= Q(subject__icontains=word)
    if number.isascii() and number.isdigit() and len(number) < 19:
        return tickets.filter(by_subject | Q(number=int(number)))
    return tickets.filter(by_subject) if words.strip() else tickets
