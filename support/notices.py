"""Who is told what about a ticket. Rules only: nothing is written here and nothing sent.

| what happened | who is told |
|---|---|
| opened by a customer | the requester, that we have it; the assignee, if it has one |
| opened by the desk | the requester, with what the desk wrote; the assignee, unless they wrote it |
| public reply by the desk | requester and followers |
| public reply by the customer's side | assignee and followers; the requester, if a colleague wrote |
| note | assignee and followers who work the ticket; never a customer |
| assigned | the new assignee |
| solved | the requester, unless the reply that solved it says so already |
| reopened without a word | the assignee |
| somebody follows | that person |
| a step of a promise (sla.md, section 7) | whom the step's row names; as installed: 75 % assignee (else the queue's |
| | agents), 90 % leads too, breach the named agent too, 200 % administrators |
| a breach that was none after all | whoever was told of the breach |
| closed, moved, tagged, priority | nobody: it is on the page |

Who works the ticket is told by mail and in the console, as they prefer; customers by mail.

Nobody is told of their own doing. An unassigned new ticket tells no agent: it stands in the queue where it
falls due, and the 75 % step speaks up should it be overlooked. Who chose not to be told, is not active any
more, or may not read the ticket any more, is not told; that is asked here and again when the mail leaves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import User
from accounts.roles import ADMINISTRATOR, LEAD
from events.models import Event
from notifications.models import Alert, OutgoingMail, Preference
from sla.event_names import TimerEvent
from support import permissions
from support.event_names import TicketEvent
from support.models import Ticket

BREACH = 100


class Kind(StrEnum):
    """What a mail tells; templates/mail/<kind>.txt and .html say it."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    NOTE = "note"
    NEW_TICKET = "new_ticket"
    ASSIGNED = "assigned"
    SOLVED = "solved"
    REOPENED = "reopened"
    FOLLOWING = "following"
    STEP = "step"
    CORRECTED = "corrected"
    DIGEST = "digest"


INTERNAL = frozenset({Kind.NOTE, Kind.NEW_TICKET, Kind.ASSIGNED, Kind.REOPENED, Kind.STEP, Kind.CORRECTED, Kind.DIGEST})


class Because(StrEnum):
    """Why somebody is told: the choice in their preferences that stands for it."""

    REQUESTER = "own_tickets"
    FOLLOWER = "followed_tickets"
    ASSIGNEE = "assigned_tickets"
    DUTY = "promises"


# The choice that stands for the same in the console. What is one's duty has none: it is always shown there.
IN_CONSOLE = {Because.FOLLOWER: "followed_in_console", Because.ASSIGNEE: "assigned_in_console"}


@dataclass(frozen=True)
class Notice:
    """One person to be told one thing."""

    person: User
    kind: Kind
    because: Because


def notices_for(event: Event, ticket: Ticket) -> list[Notice]:
    """Return who is to be told of an event, each person once, without those who may not know.

    Of spam nobody is told anything, nor of what a program answered by itself.
    """
    if ticket.is_spam or event.data.get("is_automatic"):
        return []
    told: dict[int, Notice] = {}
    for notice in _rules(event, ticket):
        if notice.person.pk != _teller(event, notice):
            told.setdefault(notice.person.pk, notice)
    return [
        notice for notice in told.values() if may_be_told(notice.person, ticket, is_internal=notice.kind in INTERNAL)
    ]


def wants_mail(notice: Notice, preference: Preference) -> bool:
    """Return whether the person wants to be told this by mail."""
    return bool(getattr(preference, notice.because))


def belongs_in_console(notice: Notice, preference: Preference, ticket: Ticket) -> bool:
    """Return whether the person is told this in the console: who works the ticket, and wants it there."""
    if notice.because == Because.REQUESTER or not permissions.works_on(Actor.person(notice.person), ticket):
        return False
    return notice.because not in IN_CONSOLE or bool(getattr(preference, IN_CONSOLE[notice.because]))


def breaches_of(correction: Event) -> QuerySet[Event]:
    """Return the events that told of the breach which a correction takes back."""
    return Event.objects.filter(
        name=TimerEvent.STEP_REACHED,
        subject_type=correction.subject_type,
        subject_id=correction.subject_id,
        data__timer=correction.data.get("timer"),
        data__percent__gte=BREACH,
        pk__lt=correction.pk,
    )


def may_be_told(person: User, ticket: Ticket, *, is_internal: bool) -> bool:
    """Return whether the person may read this part of the ticket now.

    The requester's own mail reaches whoever holds the address, proven or not: only they can open it.
    """
    if not person.is_active:
        return False
    actor = Actor.person(person)
    if is_internal:
        return permissions.works_on(actor, ticket)
    return person.pk == ticket.requester_id or permissions.takes_part(actor, ticket)


def reason_to_hold(mail: OutgoingMail) -> str:
    """Return why a mail that was written earlier must not leave any more, or nothing (MAIL_GUARD)."""
    if mail.ticket_number is None and mail.kind != Kind.DIGEST:
        return ""
    if mail.recipient is None:
        return "The person is gone."
    if not mail.recipient.is_active:
        return "The person is not active any more."
    if mail.kind == Kind.DIGEST:
        told = Ticket.objects.filter(pk__in=mail.gathered.values("ticket")).only("number", "queue_id")
        if all(may_be_told(mail.recipient, ticket, is_internal=True) for ticket in told):
            return ""
        return "The person may not read all of these tickets any more."
    ticket = Ticket.objects.filter(pk=mail.ticket_number).first() if mail.ticket_number is not None else None
    if ticket is None:
        return "The ticket is gone."
    if ticket.is_spam:
        return "The ticket is marked as spam."
    if not may_be_told(mail.recipient, ticket, is_internal=mail.kind in INTERNAL):
        return "The person may not read this ticket any more."
    return ""


def _teller(event: Event, notice: Notice) -> int | None:
    """Return whose own doing it was. An acknowledgement is the answer to the very person who wrote."""
    return None if notice.kind == Kind.ACKNOWLEDGEMENT else event.actor_id


def _rules(event: Event, ticket: Ticket) -> Iterator[Notice]:
    match event.name:
        case TicketEvent.OPENED:
            yield from _opened(event, ticket)
        case TicketEvent.REPLIED:
            yield from _replied(event, ticket)
        case TicketEvent.NOTED:
            yield from _as_assignee(ticket, Kind.NOTE)
            yield from _as_followers(ticket, Kind.NOTE)
        case TicketEvent.ASSIGNED if event.data.get("new") == ticket.assignee_id:
            yield from _as_assignee(ticket, Kind.ASSIGNED)
        case TicketEvent.SOLVED if not _came_with_reply(event):
            yield Notice(ticket.requester, Kind.SOLVED, Because.REQUESTER)
        case TicketEvent.REOPENED if not _came_with_reply(event):
            yield from _as_assignee(ticket, Kind.REOPENED)
        case TicketEvent.FOLLOWED:
            yield from _as_followers(ticket, Kind.FOLLOWING, Q(pk=event.data.get("user")))
        case TimerEvent.STEP_REACHED:
            yield from _step(event, ticket)
        case TimerEvent.BREACH_CORRECTED:
            told = Alert.objects.filter(event__in=breaches_of(event)).select_related("recipient").order_by("pk")
            for alert in told:
                yield Notice(alert.recipient, Kind.CORRECTED, Because.DUTY)


def _opened(event: Event, ticket: Ticket) -> Iterator[Notice]:
    is_answered = bool(event.actor and event.actor.is_staff and event.actor_id != ticket.requester_id)
    yield Notice(ticket.requester, Kind.REPLY if is_answered else Kind.ACKNOWLEDGEMENT, Because.REQUESTER)
    if ticket.assignee_id == event.data.get("assignee"):
        yield from _as_assignee(ticket, Kind.NEW_TICKET)


def _replied(event: Event, ticket: Ticket) -> Iterator[Notice]:
    yield Notice(ticket.requester, Kind.REPLY, Because.REQUESTER)
    if not event.data.get("is_staff"):
        yield from _as_assignee(ticket, Kind.REPLY)
    yield from _as_followers(ticket, Kind.REPLY)


def _step(event: Event, ticket: Ticket) -> Iterator[Notice]:
    """Yield whom the step's own row names; what comes too late to help, or was none after all, is not sent."""
    if event.data["percent"] < BREACH and ticket.next_due_at is None:
        return
    if event.data["percent"] >= BREACH and _is_corrected(event):
        return
    tell = event.data["tell"]
    if "assignee" in tell and ticket.assignee:
        yield from _on_duty([ticket.assignee])
    elif "assignee" in tell:
        yield from _on_duty(ticket.queue.members.order_by("pk"))
    if "lead" in tell:
        yield from _on_duty(User.objects.filter(groups__name=LEAD).order_by("pk"))
    if "named_agent" in tell and ticket.organization and ticket.organization.named_agent:
        yield Notice(ticket.organization.named_agent, Kind.STEP, Because.DUTY)
    if "administrators" in tell:
        yield from _on_duty(User.objects.filter(groups__name=ADMINISTRATOR).order_by("pk"))


def _as_assignee(ticket: Ticket, kind: Kind) -> Iterator[Notice]:
    if ticket.assignee:
        yield Notice(ticket.assignee, kind, Because.ASSIGNEE)


def _as_followers(ticket: Ticket, kind: Kind, chosen: Q | None = None) -> Iterator[Notice]:
    for person in ticket.followers.filter(chosen or Q()).order_by("pk"):
        yield Notice(person, kind, Because.FOLLOWER)


def _on_duty(people: Iterable[User]) -> Iterator[Notice]:
    for person in people:
        yield Notice(person, Kind.STEP, Because.DUTY)


def _is_corrected(breach: Event) -> bool:
    return Event.objects.filter(
        name=TimerEvent.BREACH_CORRECTED,
        subject_type=breach.subject_type,
        subject_id=breach.subject_id,
        data__timer=breach.data.get("timer"),
        pk__gt=breach.pk,
    ).exists()


def _came_with_reply(event: Event) -> bool:
    """Return whether the status changed in the same stroke as a reply, whose mail tells it."""
    return Event.objects.filter(
        name=TicketEvent.REPLIED,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        actor=event.actor_id,
        occurred_at=event.occurred_at,
        data__version=event.data.get("version", 0) - 1,
    ).exists()
