"""The queue: which tickets a view shows, in which order, and page by page without ever counting rows off.

Everything that narrows the list goes through `Wish`, made from plain GET parameters and the words of the filter box.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Tier, User
from sla.models import Metric
from support.models import IN_QUEUE, WAITING_ON_US, Priority, Status, Tag, Ticket
from support.permissions import visible_queues, worked_tickets

LONGEST_WISH = 200

# (queue_at, number) for what falls due next; the newest number first where nothing is due any more.
BY_DUE, BY_NUMBER = "due", "number"
Narrow = Callable[[QuerySet[Ticket], User, datetime], QuerySet[Ticket]]


@dataclass(frozen=True)
class View:
    """A named part of the tickets, with its order."""

    key: str
    title: str | Promise
    narrow: Narrow
    order: str = BY_DUE


def _active(tickets: QuerySet[Ticket], *_about: Any) -> QuerySet[Ticket]:
    return tickets.filter(IN_QUEUE)


# What waits on us, and whatever else has a promise running: the clock of a ticket on hold may run as well.
OURS = Q(status__in=WAITING_ON_US) | Q(next_due_at__isnull=False)

VIEWS: dict[str, View] = {
    view.key: view
    for view in (
        View("next", gettext_lazy("Next"), lambda tickets, user, now: _active(tickets).filter(OURS)),
        View("mine", gettext_lazy("Mine"), lambda tickets, user, now: _active(tickets).filter(assignee=user)),
        View(
            "unassigned", gettext_lazy("Unassigned"), lambda tickets, user, now: _active(tickets).filter(assignee=None)
        ),
        View(
            "waiting",
            gettext_lazy("Waiting on customer"),
            lambda tickets, user, now: _active(tickets).filter(status=Status.PENDING),
        ),
        View(
            "breached", gettext_lazy("Breached"), lambda tickets, user, now: _active(tickets).filter(queue_at__lt=now)
        ),
        View("active", gettext_lazy("All active"), _active),
        View(
            "solved",
            gettext_lazy("Solved"),
            lambda tickets, user, now: tickets.filter(status=Status.SOLVED, is_spam=False),
            BY_NUMBER,
        ),
        View(
            "closed",
            gettext_lazy("Closed"),
            lambda tickets, user, now: tickets.filter(status=Status.CLOSED, is_spam=False),
            BY_NUMBER,
        ),
        View("all", gettext_lazy("All"), lambda tickets, user, now: tickets.filter(is_spam=False), BY_NUMBER),
        View("spam", gettext_lazy("Spam"), lambda tickets, user, now: tickets.filter(is_spam=True), BY_NUMBER),
    )
}

TERMS = ("queue", "status", "priority", "tier", "assignee", "tag", "requester", "reference", "age", "response")
WORD = re.compile(r'(?:(\w+):)?(?:"([^"]*)"?|(\S+))')


@dataclass
class Wish:
    """What somebody wants to see. `problems` are sentences about what could not be understood."""

    view: View
    terms: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    typed: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        """Return whether more than the view was asked for."""
        return bool(self.terms or self.words)

    @property
    def address(self) -> str:
        """Return the wish as GET parameters: what a link carries to come back to it."""
        pairs = [] if self.view.key == "next" else [("view", self.view.key)]
        return urlencode(
            [*pairs, *self.terms.items(), *([("q", " ".join(map(_quoted, self.words)))] if self.words else [])]
        )


def wish_of(query: QueryDict) -> Wish:
    """Return what the parameters ask for; what they say wrongly becomes a problem, never an error."""
    key = query.get("view") or "next"
    wish = Wish(VIEWS.get(key, VIEWS["next"]), typed=query.get("q", "").replace("\x00", "").strip()[:LONGEST_WISH])
    if key not in VIEWS:
        wish.problems.append(_("There is no view called “%(name)s”.") % {"name": key[:60]})
    for term in TERMS:
        if value := query.get(term, "").replace("\x00", "").strip()[:LONGEST_WISH]:
            wish.terms[term] = value
    for term, quoted, plain in WORD.findall(wish.typed):
        value = quoted or plain
        if not value:
            continue
        if not term:
            wish.words.append(value)
        elif term == "is" and value in VIEWS:
            wish.view = VIEWS[value]
        elif term == "is" and value in Status.values:
            wish.terms["status"] = value
        elif term in TERMS:
            wish.terms[term] = value
        else:
            wish.problems.append(
                _("“%(term)s:” is not known here. These are: %(known)s.")
                % {"term": term, "known": ", ".join(f"{known}:" for known in (*TERMS, "is"))}
            )
    # A finished status has no place among what falls due: it is looked up where it is.
    if wish.terms.get("status") in {Status.SOLVED, Status.CLOSED} and wish.view.order == BY_DUE:
        wish.view = VIEWS[wish.terms["status"]]
    elif wish.terms.get("status") and wish.view.key == "next":
        wish.view = VIEWS["active"]
    if wish.terms.keys() & {"response", "reference"}:
        wish.view = VIEWS["all"]
    return wish


def tickets_of(wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    """Return the tickets that the wish means, of those this actor may see; none while it has problems."""
    assert actor.user is not None
    tickets = wish.view.narrow(worked_tickets(actor), actor.user, now)
    for term, value in wish.terms.items():
        tickets = _TERMS[term](tickets, value, wish, actor, now)
    for word in wish.words:
        number = word.removeprefix("#")
        wanted = Q(subject__icontains=word)
        if number.isdecimal() and len(number) < 19:
            wanted |= Q(pk=int(number))
        tickets = tickets.filter(wanted)
    return tickets.none() if wish.problems else tickets


def _queue(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    found = visible_queues(actor).filter(slug=value).first()
    if found is None:
        wish.problems.append(_("There is no queue “%(name)s” that you work in.") % {"name": value})
        return tickets
    return tickets.filter(queue=found.pk)


def _status(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    wanted = value.lower().split(",")
    if not set(wanted) <= set(Status.values):
        wish.problems.append(
            _("“%(name)s” is no status. These are: %(known)s.") % {"name": value, "known": ", ".join(Status.values)}
        )
        return tickets
    return tickets.filter(status__in=wanted) if len(wanted) > 1 else tickets.filter(status=wanted[0])


def _priority(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    names = {priority.name.lower(): priority.value for priority in Priority}
    wanted = names.get(value.lower(), int(value) if value.isdecimal() and int(value) in Priority.values else None)
    if wanted is None:
        wish.problems.append(
            _("“%(name)s” is no priority. These are: %(known)s.") % {"name": value, "known": ", ".join(names)}
        )
        return tickets
    return tickets.filter(priority=wanted)


def _tier(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    if value == "none":
        return tickets.filter(organization__tier=None)
    found = Tier.objects.filter(key__iexact=value).first()
    if found is None:
        wish.problems.append(_("There is no tier “%(name)s”.") % {"name": value})
        return tickets
    return tickets.filter(organization__tier=found)


def _assignee(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    wanted = Q(pk__in=[])
    for name in value.split(","):
        if name == "me":
            wanted |= Q(assignee=actor.user)
        elif name == "none":
            wanted |= Q(assignee=None)
        elif "@" in name:
            wanted |= Q(assignee__email=name.lower())
        else:
            wanted |= Q(assignee__display_name__istartswith=name)
    return tickets.filter(wanted)


def _tag(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    tagged = Tag.tickets.through.objects.filter(tag__name=value.lower())
    return tickets.filter(pk__in=tagged.values("ticket_id"))


def _requester(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    return tickets.filter(requester__email=value.lower())


def _reference(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    """What an imported ticket was called where it came from."""
    return tickets.filter(external_reference=value)


def _age(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    """`<1d`, `1-7d`, `>30d`: how long ago the ticket was filed, in days."""
    match = re.fullmatch(r"(?:<(\d{1,4})|(\d{1,4})-(\d{1,4})|>(\d{1,4}))d", value)
    if match is None:
        wish.problems.append(_("Write an age as in <1d, 1-7d or >30d."))
        return tickets
    below, low, high, above = (int(part) if part else None for part in match.groups())
    youngest, oldest = (above if above is not None else low), (below if below is not None else high)
    if youngest is not None:
        tickets = tickets.filter(created_at__lte=now - timedelta(days=youngest))
    if oldest is not None:
        tickets = tickets.filter(created_at__gt=now - timedelta(days=oldest))
    return tickets


def _response(tickets: QuerySet[Ticket], value: str, wish: Wish, actor: Actor, now: datetime) -> QuerySet[Ticket]:
    """`met-7d`, `breached-30d`: first responses kept or missed in the last days."""
    match = re.fullmatch(r"(met|breached)-(\d{1,3})d", value)
    if match is None:
        wish.problems.append(_("Write a response as in met-7d or breached-30d."))
        return tickets
    verdict, days = match[1], int(match[2])
    moment = {"met": "timers__stopped_at__gte", "breached": "timers__breached_at__gte"}[verdict]
    return tickets.filter(
        timers__metric=Metric.FIRST_RESPONSE, timers__state=verdict, **{moment: now - timedelta(days=days)}
    )


_TERMS: dict[str, Callable[[QuerySet[Ticket], str, Wish, Actor, datetime], QuerySet[Ticket]]] = {
    "queue": _queue,
    "status": _status,
    "priority": _priority,
    "tier": _tier,
    "assignee": _assignee,
    "tag": _tag,
    "requester": _requester,
    "reference": _reference,
    "age": _age,
    "response": _response,
}


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
