"""A ticket as its customer reads it: letters, and in small type what happened between them.

Only what is public appears: never notes, tags, queues, or agents who watch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from content.markdown import trusted
from events.models import Event
from support.due import past_words
from support.event_names import TicketEvent
from support.models import Attachment, Follower, Message, Priority, Status, Ticket
from support.permissions import visible_messages

LATEST = 30

SHOWN = (
    TicketEvent.OPENED,
    TicketEvent.ASSIGNED,
    TicketEvent.PRIORITY_SET,
    TicketEvent.STATUS_SET,
    TicketEvent.SOLVED,
    TicketEvent.REOPENED,
    TicketEvent.CLOSED,
    TicketEvent.FOLLOWED,
    TicketEvent.UNFOLLOWED,
    TicketEvent.FOLLOW_UP_STARTED,
)


@dataclass(frozen=True)
class Letter:
    """A message, whether the reader wrote it, and whether the desk did."""

    message: Message
    is_own: bool
    is_ours: bool
    when: str
    is_letter = True

    @property
    def at(self) -> datetime:
        """Return when it was sent."""
        return self.message.created_at

    @property
    def html(self) -> SafeString:
        """Return the words as the sanitiser left them when they were written."""
        return trusted(self.message.html)

    @property
    def files(self) -> list[Attachment]:
        """Return the files that came with it."""
        return list(self.message.attachments.all())


@dataclass(frozen=True)
class Happening:
    """What happened between two letters, in a sentence; `ticket` is the number of the one it leads to."""

    words: str
    at: datetime
    when: str
    ticket: int | None = None
    is_letter = False


@dataclass(frozen=True)
class Conversation:
    """A stretch of the conversation, oldest first."""

    entries: Sequence[Letter | Happening]
    colleagues: Sequence[User]
    has_earlier: bool
    first_id: int
    last_id: int


def letters_of(
    ticket: Ticket, actor: Actor, *, before: int | None = None, after: int | None = None
) -> tuple[list[Message], bool]:
    """Return the latest public messages (of those before or after a message), and whether there are earlier ones."""
    messages = visible_messages(actor, ticket).filter(is_public=True)
    if before is not None:
        messages = messages.filter(pk__lt=before)
    if after is not None:
        messages = messages.filter(pk__gt=after)
    found = list(messages.select_related("author").prefetch_related("attachments").order_by("-pk")[: LATEST + 1])
    return found[:LATEST][::-1], len(found) > LATEST


def conversation(ticket: Ticket, actor: Actor, *, before: int | None = None, after: int | None = None) -> Conversation:
    """Return the latest letters with what happened between them, or the stretch before or after a message.

    Four queries whatever the length: messages, their files, events, people.
    """
    now = timezone.now()
    messages, has_earlier = letters_of(ticket, actor, before=before, after=after)
    events = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, name__in=SHOWN)
    if messages and (has_earlier or after is not None):
        events = events.filter(occurred_at__gte=messages[0].created_at)
    if before is not None and messages:
        end = visible_messages(actor, ticket).filter(pk=before).values("created_at")
        events = events.filter(occurred_at__lt=end)
    recent = list(events.select_related("actor").order_by("-pk")[: LATEST * 3])[::-1] if messages else []
    people, colleagues = _people(ticket, recent)
    letters = [
        Letter(
            message,
            is_own=actor.user is not None and message.author_id == actor.user.pk,
            is_ours=_is_ours(message, ticket),
            when=past_words(message.created_at, now),
        )
        for message in messages
    ]
    return Conversation(
        entries=_in_order(letters, _happenings(recent, people, actor, now)),
        colleagues=colleagues,
        has_earlier=has_earlier,
        first_id=messages[0].pk if messages else 0,
        last_id=messages[-1].pk if messages else after or 0,
    )


def newer_than(ticket: Ticket, actor: Actor, last_id: int) -> list[Message]:
    """Return what others wrote since a message, oldest first."""
    messages = visible_messages(actor, ticket).filter(is_public=True, pk__gt=last_id)
    if actor.user:
        messages = messages.exclude(author=actor.user)
    return list(messages.select_related("author").order_by("pk")[:LATEST])


def _is_ours(message: Message, ticket: Ticket) -> bool:
    return message.is_staff_reply or (
        message.author is None or (message.author.is_staff and message.author_id != ticket.requester_id)
    )


def _in_order(letters: list[Letter], happenings: Iterable[Happening]) -> list[Letter | Happening]:
    """Return both by time; in the same second the letter comes first, for the rest followed from it."""
    entries: list[Letter | Happening] = [*letters, *happenings]
    return sorted(entries, key=lambda entry: (entry.at, not entry.is_letter))


def _people(ticket: Ticket, events: Iterable[Event]) -> tuple[dict[int, User], list[User]]:
    """Return everybody whom the events name, and the colleagues who follow the ticket, in one query."""
    wanted = {
        number
        for event in events
        for number in (event.data.get("new"), event.data.get("user"), event.data.get("assignee"))
        if isinstance(number, int)
    }
    following = Follower.objects.filter(ticket=ticket, user=OuterRef("pk"))
    found = list(
        User.objects.annotate(follows=Exists(following)).filter(
            Q(pk__in=wanted) | Q(pk__in=Follower.objects.filter(ticket=ticket).values("user"))
        )
    )
    colleagues = [person for person in found if person.follows and not person.is_staff]
    return {person.pk: person for person in found}, sorted(colleagues, key=str)


def _happenings(events: Iterable[Event], people: dict[int, User], reader: Actor, now: datetime) -> Iterable[Happening]:
    for event in events:
        words = _words(event, people, reader)
        if words:
            # The new ticket of somebody else's answer is theirs: the reader gets no link to it.
            is_readers = reader.user is not None and event.actor_id == reader.user.pk
            follow_up = event.data.get("follow_up") if is_readers else None
            yield Happening(words, event.occurred_at, past_words(event.occurred_at, now), follow_up)


def _words(event: Event, people: dict[int, User], reader: Actor) -> str:
    """Return an event as its customer reads it, or nothing for what is the desk's own business."""
    data, who = event.data, _who(event, reader)
    match event.name:
        case TicketEvent.OPENED | TicketEvent.ASSIGNED:
            assignee = people.get(data.get("assignee") or data.get("new") or 0)
            if assignee is None:
                return ""
            return _("%(name)s is looking after this.") % {"name": assignee.get_full_name()}
        case TicketEvent.PRIORITY_SET:
            return _("The priority is now %(priority)s.") % {
                "priority": Priority(data["new"]).label.lower() if data.get("new") in Priority.values else "–"
            }
        case TicketEvent.STATUS_SET if data.get("new") == Status.PENDING:
            return _("We wait for your answer.")
        case TicketEvent.STATUS_SET if data.get("new") == Status.HOLD:
            return _("We wait for somebody outside of our desk.")
        case TicketEvent.STATUS_SET if data.get("old") == Status.HOLD:
            return _("We are on it again.")
        case TicketEvent.SOLVED:
            return _("%(who)s marked this as solved.") % {"who": who} if who else _("This was marked as solved.")
        case TicketEvent.REOPENED:
            return _("%(who)s opened this again.") % {"who": who} if who else _("This was opened again.")
        case TicketEvent.CLOSED:
            return _("This was closed.")
        case TicketEvent.FOLLOWED | TicketEvent.UNFOLLOWED:
            person = people.get(data.get("user") or 0)
            if person is None or person.is_staff:
                return ""
            words = (
                _("%(name)s follows the conversation now.")
                if event.name == TicketEvent.FOLLOWED
                else _("%(name)s left the conversation.")
            )
            return words % {"name": person.get_full_name()}
        case TicketEvent.FOLLOW_UP_STARTED:
            return _("An answer started a new ticket: #%(number)s.") % {"number": data.get("follow_up")}
    return ""


def _who(event: Event, reader: Actor) -> str:
    if event.actor is None:
        return ""
    if reader.user is not None and event.actor_id == reader.user.pk:
        return _("You")
    return event.actor.get_full_name()
