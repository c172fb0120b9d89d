"""Whether every stored timer is what its ticket's events say it must be (sla.md, section 5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby

from django.db import transaction

from events.models import Event
from sla import acts, choose, replay, timers
from sla.models import CalendarVersion, Target, Timer
from support.event_names import TicketEvent
from support.models import NO_PROMISE, Ticket

BATCH = 500
SHOWN = ("pk", "next_due_at", "next_due_metric", "is_paused", "queue_at")


@dataclass(frozen=True)
class Looked:
    """A ticket that was looked at, and each difference found, in words."""

    number: int
    differences: list[str]


def verify(number: int | None = None, *, batch: int = BATCH) -> Iterator[Looked]:
    """Yield every ticket (or the one asked for) with what differs from the replay of its events.

    Tickets are read by number, a batch at a time, so the memory needed does not grow with the desk. Where a batch,
    read while the desk is at work, seems to differ, that ticket is read again under its locks.
    """
    rows = Ticket.objects.order_by("pk").only(*SHOWN)
    found = rows.filter(pk=number) if number is not None else rows
    last = 0
    while tickets := list(found.filter(pk__gt=last)[:batch]):
        last = tickets[-1].pk
        for looked in _look(tickets):
            yield _look_again(looked.number) if looked.differences else looked


def _look_again(number: int) -> Looked:
    """Read one ticket while nobody else can change it or its timers."""
    with transaction.atomic():
        tickets = list(Ticket.objects.select_for_update(of=("self",)).only(*SHOWN).filter(pk=number))
        list(Timer.objects.select_for_update(of=("self",)).filter(ticket=number))
        return next(_look(tickets), Looked(number, []))


def _look(tickets: list[Ticket]) -> Iterator[Looked]:
    """Yield these tickets with what differs: four questions, however many they are."""
    numbers = [ticket.pk for ticket in tickets]
    events = Event.objects.filter(subject_type="ticket", subject_id__in=numbers).order_by("subject_id", "pk")
    events_of = {number: list(found) for number, found in groupby(events, key=lambda event: event.subject_id)}
    kept = Timer.objects.filter(ticket__in=numbers).order_by("ticket", "pk")
    kept_of = {number: list(found) for number, found in groupby(kept, key=lambda timer: timer.ticket_id)}
    versions = CalendarVersion.objects.in_bulk(replay.versions_in(chain.from_iterable(events_of.values())))
    targets = set(Target.objects.values_list("pk", flat=True))
    for ticket in tickets:
        mine = kept_of.get(ticket.pk, [])
        whole = replay.Replay(ticket.pk, versions)
        found = [*_broken_rules(events_of.get(ticket.pk, []), whole)]
        found += [str(each) for each in replay.differences(mine, whole.timers, targets=targets)]
        yield Looked(ticket.pk, found + [*_standing(ticket, mine)])


def _broken_rules(events: Iterable[Event], whole: replay.Replay) -> Iterator[str]:
    """Tell the timers what the events say; yield where that leaves waiting what the event must have ended.

    So an act that was recorded, but of which the timers were never told, is found, too.
    """
    for event in events:
        try:
            for told in replay.told_by([event]):
                whole.tell(told)
        except (KeyError, ValueError, StopIteration) as error:
            yield f"event {event.pk} {event.name}: cannot be replayed ({type(error).__name__}: {error})"
        live = acts.live(whole.timers)
        if event.name in {TicketEvent.SOLVED, TicketEvent.CLOSED} and live:
            yield f"event {event.pk} {event.name}: {', '.join(timer.metric for timer in live)} still waits"
        # A call that was told of late answers only what was asked before it.
        is_answer = event.name == TicketEvent.REPLIED and event.data.get("is_staff") and not event.data.get("call_at")
        if is_answer and any(timer.metric in choose.RESPONSES for timer in live):
            yield f"event {event.pk} {event.name}: a response still waits"


def _standing(ticket: Ticket, mine: list[Timer]) -> Iterator[str]:
    """Yield where the ticket's own copy is not what its timers say."""
    standing = timers.standing_of(mine)
    said: dict[str, datetime | str | bool | None] = {
        "next_due_at": standing.next_due_at,
        "next_due_metric": standing.metric,
        "is_paused": standing.is_paused,
        "queue_at": standing.next_due_at or NO_PROMISE,
    }
    for column, value in said.items():
        if getattr(ticket, column) != value:
            yield str(replay.Difference("ticket", column, getattr(ticket, column), value))
