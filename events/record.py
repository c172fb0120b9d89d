"""Writing down what happened, in the transaction in which it happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events import dispatch
from events.models import Delivery, Event

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

Reaction = Callable[[Event], None]
# The doorbell rings at once after commit; the sweeper leaves a delivery to it for this long.
DOORBELL_HEAD_START = timedelta(seconds=10)


@cache
def reactions() -> dict[str, dict[str, Reaction]]:
    """Return what follows from what: event name, reaction name, function (the table of EVENT_REACTIONS)."""
    table: dict[str, list[Reaction]] = import_string(settings.EVENT_REACTIONS)
    return {
        name: {f"{reaction.__module__}.{reaction.__name__}": reaction for reaction in functions}
        for name, functions in table.items()
    }


@dataclass(frozen=True)
class Happened:
    """Something to be written down: what `record` takes, as a value, so that many can be written at once."""

    name: str
    subject_type: str
    subject_id: int
    actor: "AbstractBaseUser | None"
    actor_kind: str
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def record(
    name: str,
    *,
    subject_type: str,
    subject_id: int,
    actor: "AbstractBaseUser | None",
    actor_kind: str,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Write an event and one delivery for each of its reactions; ring the doorbell after commit.

    `at` is UTC and is cut to whole seconds. Raises KeyError for a name that the table of reactions does not
    list, and TransactionManagementError outside of a transaction: an event without its change would be a lie.
    """
    [event] = record_all([Happened(name, subject_type, subject_id, actor, actor_kind, data or {}, at)])
    return event


def record_all(happenings: Iterable[Happened]) -> list[Event]:
    """Write many events, in this order, as `record` does one: two statements and one ring, however many they are.

    Raises what `record` raises; then none of them is written.
    """
    happenings = list(happenings)
    if not happenings:
        return []
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{happenings[0].name} must be recorded in the transaction of its change."
        )
    follow = {happened.name: reactions()[happened.name] for happened in happenings}
    now = timezone.now()
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    events = Event.objects.bulk_create(
        Event(
            name=happened.name,
            subject_type=happened.subject_type,
            subject_id=happened.subject_id,
            actor_id=happened.actor.pk if happened.actor else None,
            actor_kind=happened.actor_kind,
            data=happened.data,
            occurred_at=(happened.at or now).replace(microsecond=0),
            request_id=request_id,
        )
        for happened in happenings
    )
    Delivery.objects.bulk_create(
        Delivery(event=event, reaction=reaction, next_attempt_at=now + DOORBELL_HEAD_START)
        for event in events
        for reaction in follow[event.name]
    )
    with dispatch.hold_rings():
        for event in events:
            if follow[event.name]:
                dispatch.ring_after_commit(event.pk)
    return events
