"""Writing a ticket's change down: the one way in which a ticket's row is locked, checked, saved and recorded."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.models import Event
from events.record import record, record_many
from sla.event_names import TimerEvent
from sla.replay import TOLD
from sla.timers import Standing, TicketFacts
from support.errors import InvalidTransition, NotAllowed, Stale
from support.event_names import TicketEvent
from support.models import NO_PROMISE, Ticket


def lock(ticket: Ticket, *, expected_version: int | None = None) -> Ticket:
    """Return the ticket's row as it is now, locked until the transaction ends.

    Raises Stale, with the events since, when the caller looked at an older version.
    """
    fresh = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("organization__tier", "queue", "requester")
        .get(pk=ticket.pk)
    )
    if expected_version is not None and fresh.version != expected_version:
        raise Stale(
            _("The ticket changed while you were at it. Nothing was lost: look at what changed, then decide."),
            changes_since(fresh, expected_version),
        )
    return fresh


def lock_all(numbers: Iterable[int]) -> list[Ticket]:
    """Return the rows of these tickets as they are now, locked until the transaction ends, in order."""
    return list(
        Ticket.objects.select_for_update(of=("self",))
        .select_related("organization__tier")
        .filter(pk__in=numbers)
        .order_by("pk")
    )


def changes_since(ticket: Ticket, version: int) -> list[Event]:
    """Return the events that made the versions after the given one, oldest first."""
    return list(
        Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, data__version__gt=version)
        .select_related("actor")
        .order_by("pk")
    )


def now(at: datetime | None) -> datetime:
    """Return the instant of an act in UTC, cut to whole seconds (sla.md, head); read after the lock."""
    return (at or timezone.now()).replace(microsecond=0)


def require(allowed: bool, message: str) -> None:
    """Raise NotAllowed with a sentence for the person unless allowed."""
    if not allowed:
        raise NotAllowed(message)


def require_no_spam(ticket: Ticket) -> None:
    """Raise InvalidTransition for what is not done to spam: first somebody says that it is none."""
    if ticket.is_spam:
        raise InvalidTransition(_("This ticket is marked as spam. Say “not spam” first, then work on it."))


def facts_of(ticket: Ticket) -> TicketFacts:
    """Return what the timers need to know of a ticket, and no more."""
    return TicketFacts(
        number=ticket.pk,
        tier_id=ticket.tier_id,
        priority=ticket.priority,
        channel=ticket.channel,
        status=ticket.status,
    )


def apply_standing(ticket: Ticket, standing: Standing | None) -> None:
    """Keep on the ticket what the timers say is due next; None means that nothing moved.

    What they were told goes into the ticket's next event, so that it can be told again (`sla.replay`).
    """
    if standing is None:
        return
    if standing.told:
        ticket.told_timers = [*ticket.told_timers, standing.told]
    ticket.next_due_at = standing.next_due_at
    ticket.next_due_metric = standing.metric
    ticket.is_paused = standing.is_paused
    ticket.queue_at = standing.next_due_at or NO_PROMISE


def commit_change(ticket: Ticket, event: TicketEvent, *, by: Actor, at: datetime, **data: Any) -> Event:
    """Save the locked ticket as its next version and record what happened (some of it told of late)."""
    ticket.version += 1
    ticket.updated_at = max(at, ticket.updated_at)
    ticket.save()
    return record_event(ticket, event, by=by, at=at, **data)


def record_event(ticket: Ticket, event: TicketEvent, *, by: Actor, at: datetime, **data: Any) -> Event:
    """Record what happened to a ticket, with the version that it made and what its timers were told."""
    return record(
        event,
        subject_type="ticket",
        subject_id=ticket.pk,
        actor=by.user,
        actor_kind=by.kind,
        data=_details(ticket, by, data),
        at=at,
    )


def commit_standings(
    changes: Sequence[tuple[Ticket, dict[str, Any]]], event: TimerEvent, *, by: Actor, at: datetime
) -> None:
    """Save what is due next on many locked tickets, each as its next version, and record it with these details.

    The number of queries does not depend on how many they are.
    """
    for ticket, _data in changes:
        ticket.version += 1
        ticket.updated_at = max(at, ticket.updated_at)
    # Each row is there, so the insert ends in its conflict: built faster than an UPDATE with a CASE for each row.
    Ticket.objects.bulk_create(
        [ticket for ticket, _data in changes],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["version", "updated_at", "next_due_at", "next_due_metric", "is_paused", "queue_at"],
    )
    record_many(
        event,
        [(ticket.pk, _details(ticket, by, data)) for ticket, data in changes],
        subject_type="ticket",
        actor=by.user,
        actor_kind=by.kind,
        at=at,
    )


def _details(ticket: Ticket, by: Actor, data: dict[str, Any]) -> dict[str, Any]:
    told, ticket.told_timers = ticket.told_timers, ()
    return {
        **data,
        "version": ticket.version,
        **({"rule": by.rule} if by.rule else {}),
        **({TOLD: list(told)} if told else {}),
    }
