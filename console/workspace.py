"""A ticket as agents work it: its row with all that hangs on it, the conversation, the promises.

The whole page asks ten questions of the database, however long the conversation is. What belongs to the ticket's own
row (tags, drafts, failed mail) comes with it; what the page can do without at first (earlier tickets) is asked by a
request of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Channel, Tier, User
from console.bounded import BoundedCount, Joined, parts
from console.queue import BY_DUE, Wish, tickets_of
from console.rows import PROMISED, Place, Promised, beyond
from console.words import people_in, sentence
from database.prepared import prepared
from events.models import Event
from knowledge.models import Article
from knowledge.reading import read_before
from notifications.models import OutgoingMail
from sla import acts, timers
from sla.explain import Explanation
from sla.models import Timer
from sla.time_words import clock_words, duration
from support.due import Due, due_of, kind_of, past_words, time_left_words
from support.models import IN_QUEUE, Attachment, Draft, Follower, Message, Priority, Queue, Status, Tag, Ticket, Visit
from support.permissions import worked_tickets, works_on
from support.promises import within

LATEST, MOST_EVENTS, MOST_COUNTED = 50, 100, 100
# A key after every other, and an instant (UTC) before every other.
AFTER_ALL, BEFORE_ALL = 2**63 - 1, datetime(1970, 1, 1, tzinfo=UTC)
# Events that a message of the conversation tells already.
TOLD_BY_MESSAGES = ("ticket.replied", "ticket.noted", "ticket.caught_up")


def desk_ticket(actor: Actor, number: int) -> Ticket | None:
    """Return the ticket with what its page shows of it, if this agent works it: one query."""
    assert actor.user is not None
    for ticket in _desk_ticket(number, actor.user.pk):
        return ticket if works_on(actor, ticket) else None
    return None


@prepared
def _desk_ticket(number: int, user: int) -> QuerySet[Ticket]:
    drafts = Draft.objects.filter(user=user, ticket=OuterRef("pk")).exclude(kind=Draft.Kind.TICKET)
    latest_draft = drafts.order_by("-saved_at")
    failures = OutgoingMail.objects.filter(ticket_number=OuterRef("pk"), state=OutgoingMail.State.FAILED).order_by(
        "-pk"
    )
    tags = Tag.tickets.through.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    following = Follower.objects.filter(ticket=OuterRef("pk"))
    return (
        Ticket.objects.select_related(
            "requester", "organization__tier", "organization__named_agent", "queue", "assignee", "follow_up_of"
        )
        .annotate(
            tag_names=Subquery(tags.annotate(names=Joined("tag__name")).values("names")),  # type: ignore[misc]
            followed=Exists(following.filter(user=user)),
            follower_names=Subquery(
                following.order_by()
                .values("ticket")
                .annotate(
                    names=Joined(
                        Case(When(user__display_name="", then=F("user__email")), default=F("user__display_name"))
                    )
                )
                .values("names")
            ),
            draft_kind=Subquery(latest_draft.values("kind")[:1]),
            draft_body=Subquery(latest_draft.values("body")[:1]),
            draft_saved_at=Subquery(latest_draft.values("saved_at")[:1]),
            all_queues=Subquery(
                Queue.objects.order_by()
                .annotate(all=Value(1))
                .values("all")
                .annotate(names=Joined(Concat(Cast("pk", CharField()), Value(":"), "name", output_field=CharField())))
                .values("names")
            ),
            failed_mail=Subquery(failures.values("pk")[:1]),
            failed_mail_to=Subquery(failures.values("to")[:1]),
            failed_mail_error=Subquery(failures.values("last_error")[:1]),
        )
        .filter(pk=number)
    )


def queue_names(ticket: Ticket) -> dict[int, str]:
    """Return every queue of the desk by id, as `desk_ticket` brought them along."""
    pairs = (text.partition(":") for text in parts(ticket.all_queues))  # type: ignore[attr-defined]
    return {int(number): name for number, _colon, name in pairs}


@dataclass(frozen=True)
class Neighbour:
    """A ticket in the rail of another one, with what is said of its promise."""

    number: int
    subject: str
    due: str


def neighbours(ticket: Ticket, wish: Wish, actor: Actor, *, most: int = 9) -> list[Neighbour]:
    """Return the ticket's place in the view one came from: itself, if it is still there, and what follows."""
    now = timezone.now()
    order = wish.view.order
    place = Place(ticket.pk - 1 if order == BY_DUE else ticket.pk + 1, ticket.queue_at if order == BY_DUE else None)
    found = beyond(tickets_of(wish, actor, now), order, place)[:most]
    return [
        Neighbour(number, subject, due_of(Promised(status, *promised), now).text or str(Status(status).label))
        for number, subject, status, *promised in found.values_list("pk", "subject", *PROMISED)
    ]


def beside(ticket: Ticket, wish: Wish, actor: Actor, *, is_back: bool = False) -> int | None:
    """Return the number of the ticket after this one in the view (or before it); the first one if it left the view."""
    now = timezone.now()
    order = wish.view.order
    place = Place(ticket.pk, ticket.queue_at if order == BY_DUE else None)
    tickets = tickets_of(wish, actor, now).exclude(pk=ticket.pk)
    found = beyond(tickets, order, place, is_back=is_back).values_list("pk", flat=True).first()
    if found is None and not is_back:
        found = beyond(tickets, order, None).values_list("pk", flat=True).first()
    return found


# --- The conversation ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A message, with its files; or, without one, what happened, in words."""

    at: datetime
    when: str
    message: Message | None = None
    words: str = ""
    files: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Conversation:
    """A stretch of the conversation, oldest first, and who may be given the ticket."""

    entries: Sequence[Entry]
    first_id: int
    has_earlier: bool
    assignable: Sequence[User] = ()


@dataclass(frozen=True)
class Names:
    """What the ids in events are called."""

    people: dict[int, str] = field(default_factory=dict)
    queues: dict[int, str] = field(default_factory=dict)
    tiers: dict[int, str] = field(default_factory=dict)

    def sentence(self, event: Event) -> str:
        """Return an event in words."""
        return sentence(event, self.people, self.queues, self.tiers)


def conversation(ticket: Ticket, actor: Actor, queues: dict[int, str], *, before: int | None = None) -> Conversation:
    """Return the latest messages with what happened between them, or those before a message: four queries."""
    assert works_on(actor, ticket)  # agents of its queue read all of it
    now = timezone.now()
    messages = list(_messages(ticket.pk, AFTER_ALL if before is None else before))
    has_earlier, messages = len(messages) > LATEST, messages[:LATEST][::-1]
    begins_at = messages[0].created_at if has_earlier else BEFORE_ALL
    ends_at = messages[-1].created_at if before is not None and messages else now + timedelta(days=1)
    recent = list(_events(ticket.pk, begins_at, ends_at))[::-1]
    names, assignable = _people(ticket, recent, queues)
    files: dict[int, list[Attachment]] = {}
    if messages:
        for file in _files(ticket.pk, messages[0].pk, messages[-1].pk):
            assert file.message_id is not None
            files.setdefault(file.message_id, []).append(file)
    entries = [
        Entry(message.created_at, past_words(message.created_at, now), message, files=files.get(message.pk, ()))
        for message in messages
    ]
    entries += [
        Entry(event.occurred_at, past_words(event.occurred_at, now), words=names.sentence(event)) for event in recent
    ]
    entries.sort(key=lambda entry: (entry.at, entry.message is None))
    return Conversation(entries, messages[0].pk if messages else 0, has_earlier, assignable)


@prepared
def _messages(number: int, before: int) -> QuerySet[Message]:
    """Return the latest messages of a ticket, one more than are shown, the newest first: what is shown of them."""
    return (
        Message.objects.filter(ticket=number, pk__lt=before)
        .select_related("author")
        .only(
            "ticket",
            "is_public",
            "is_staff_reply",
            "channel",
            "html",
            "created_at",
            "author__display_name",
            "author__email",
        )
        .order_by("-pk")[: LATEST + 1]
    )


@prepared
def _files(number: int, first: int, last: int) -> QuerySet[Attachment]:
    """Return the files of a stretch of messages, in order."""
    return Attachment.objects.filter(message__ticket=number, message__gte=first, message__lte=last).order_by(
        "created_at"
    )


@prepared
def _events(number: int, begins_at: datetime, ends_at: datetime) -> QuerySet[Event]:
    """Return the latest of what happened to a ticket in a stretch of time (UTC), the newest first."""
    return (
        Event.objects.filter(subject_type="ticket", subject_id=number)
        .filter(occurred_at__gte=begins_at, occurred_at__lte=ends_at)
        .exclude(name__in=TOLD_BY_MESSAGES)
        .select_related("actor")
        .only("name", "data", "occurred_at", "actor_kind", "actor__display_name", "actor__email")
        .order_by("-pk")[:MOST_EVENTS]
    )


def events_of(ticket: Ticket) -> QuerySet[Event]:
    """Return all that ever happened to a ticket."""
    return Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).select_related("actor")


def names_in(events: Sequence[Event]) -> Names:
    """Return the names of people and queues that events mention."""
    people = User.objects.filter(pk__in=people_in(events))
    return Names(
        {person.pk: person.get_full_name() for person in people},
        dict(Queue.objects.values_list("pk", "name")),
        _tiers(events),
    )


def _tiers(events: Sequence[Event]) -> dict[int, str]:
    if not any(event.name == "ticket.retiered" for event in events):
        return {}
    return dict(Tier.objects.values_list("pk", "name"))


def _people(ticket: Ticket, events: Sequence[Event], queues: dict[int, str]) -> tuple[Names, list[User]]:
    """Return the names that events mention, and who may be given the ticket, in one query."""
    found = list(_people_of(ticket.queue_id, tuple(people_in(events))))
    names = Names({person.pk: person.get_full_name() for person in found}, queues, _tiers(events))
    return names, [person for person in found if person.is_assignable]


@prepared
def _people_of(queue: int, mentioned: tuple[int, ...]) -> QuerySet[User, Any]:
    """Return who may be given a ticket of this queue, and those who are mentioned; each knows `is_assignable`."""
    works_here = Queue.members.through.objects.filter(queue=queue, user=OuterRef("pk"))
    sees_all = User.groups.through.objects.filter(user=OuterRef("pk"), group__permissions__codename="see_all_queues")
    return (
        User.objects.annotate(
            is_assignable=Case(
                When(
                    Q(is_active=True, is_staff=True)
                    & (Q(Exists(works_here)) | Q(Exists(sees_all)) | Q(is_superuser=True)),
                    then=Value(True),
                ),
                default=Value(False),
            )
        )
        .filter(Q(pk__in=mentioned) | Q(is_assignable=True))
        .order_by("display_name", "email")
    )


# --- Promises --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """A timer as it is shown: what, how it stands, and why it is as it is."""

    label: str
    due: Due
    why: str
    source: str


def promises(ticket: Ticket) -> list[Promise]:
    """Return the ticket's promises, the live ones first: one query."""
    now = timezone.now()
    return [_promise(timer, now) for timer in timers.live_first(_timers(ticket.pk))]


@prepared
def _timers(number: int) -> QuerySet[Timer]:
    return timers.timers_with_origin(number)


def _promise(timer: Timer, now: datetime) -> Promise:
    tier = timer.tier.name if timer.tier else str(Channel(timer.channel).label)
    source = _("%(tier)s, %(priority)s: %(span)s, %(calendar)s.") % {
        "tier": tier,
        "priority": str(Priority(timer.priority).label).lower()
        if timer.priority in Priority.values
        else timer.priority,
        "span": within(timer.target_seconds),
        "calendar": timer.calendar_version.calendar.name,
    }
    return Promise(str(timer.get_metric_display()), timer_due(timer, now), _why(timer, now), source)


def timer_due(timer: Timer | Explanation, now: datetime) -> Due:
    """Return how a timer stands, in the few words of the rail."""
    if timer.state == Timer.State.CANCELLED:
        words = {
            acts.UNANSWERED: _("unanswered"),
            acts.WITHDRAWN: _("withdrawn"),
            acts.SELF_SERVED: _("found it alone"),
            "spam": _("spam"),
        }
        return Due("none", words.get(timer.reason, _("taken back")))
    if timer.state == Timer.State.MET:
        return Due("met", _("kept"))
    if timer.stopped_at is not None:
        return Due("late", _("missed"))
    if timer.state == Timer.State.PAUSED:
        return Due("still", _("paused"))
    if timer.due_at is None:
        return Due("none", "")
    return Due(kind_of(timer.due_at, now), time_left_words(timer.due_at, now), timer.due_at)


def _why(timer: Timer, now: datetime) -> str:
    """Return how it came to stand as it does."""
    row = (
        _("the row “%(row)s” of the policy") % {"row": timer.target} if timer.target else _("a row that was taken out")
    )
    said = [
        _("Started %(when)s by %(row)s.") % {"when": past_words(timer.started_at, now), "row": row},
        _("%(used)s of %(all)s used.")
        % {
            "used": duration(timedelta(seconds=max(0, timer.consumed)), in_full=True),
            "all": within(timer.target_seconds),
        }
        if timer.state == Timer.State.PAUSED
        else "",
        _("Due %(when)s.") % {"when": clock_words(timer.due_at, now)} if timer.due_at and timer.is_live else "",
        _("Stopped %(when)s.") % {"when": past_words(timer.stopped_at, now)} if timer.stopped_at else "",
        _("Missed %(when)s.") % {"when": past_words(timer.breached_at, now)} if timer.breached_at else "",
    ]
    return " ".join(part for part in said if part)


# --- Others ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Earlier:
    """What this customer asked before, and how much of it is open; counts end at 100."""

    tickets: list[Ticket]
    open: int
    recent: int
    read: list[Article] = field(default_factory=list)


def earlier_tickets(ticket: Ticket, actor: Actor) -> Earlier:
    """Return the customer's other tickets that this agent may see, the newest first, and what they had read."""
    about = Q(organization=ticket.organization_id) if ticket.organization_id else Q(requester=ticket.requester_id)
    theirs = worked_tickets(actor).filter(about, is_spam=False)
    found = list(theirs.exclude(pk=ticket.pk).order_by("-pk")[:6])
    counts = (
        Queue.objects.order_by("pk")
        .annotate(
            open=BoundedCount(theirs.filter(IN_QUEUE), MOST_COUNTED),
            recent=BoundedCount(theirs.filter(created_at__gte=timezone.now() - timedelta(days=30)), MOST_COUNTED),
        )
        .values_list("open", "recent")
        .first()
    )
    still_open, recent = counts or (0, 0)
    return Earlier(found, still_open, recent, read_before(ticket, actor))


def present_people(ticket: Ticket, actor: Actor, now: datetime) -> list[Visit]:
    """Return the colleagues who have this ticket open at this moment."""
    return list(
        Visit.objects.filter(ticket=ticket, present_until__gt=now).exclude(user=actor.user).select_related("user")
    )
