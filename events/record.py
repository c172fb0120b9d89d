"""Writing down what happened, in the transaction in which it happened."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events import dispatch, prompt
from events.models import Delivery, Event

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

Reaction = Callable[[Event], None]
# The doorbell rings at once after commit; the sweeper leaves a delivery to it for this long.
DOORBELL_HEAD_START = timedelta(seconds=10)
# Of more events at once, prompt reactions are left to the workers as well: nobody's request does them all.
MOST_PROMPT = 10


@cache
def reactions() -> dict[str, dict[str, Reaction]]:
    """Return what follows from what: event name, reaction name, function (the table of EVENT_REACTIONS)."""
    table: dict[str, list[Reaction]] = import_string(settings.EVENT_REACTIONS)
    return {
        name: {f"{reaction.__module__}.{reaction.__name__}": reaction for reaction in functions}
        for name, functions in table.items()
    }


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
    [event] = record_many(
        name, [(subject_id, data or {})], subject_type=subject_type, actor=actor, actor_kind=actor_kind, at=at
    )
    return event


def record_many(
    name: str,
    subjects: Iterable[tuple[int, dict[str, Any]]],
    *,
    subject_type: str,
    actor: "AbstractBaseUser | None",
    actor_kind: str,
    at: datetime | None = None,
) -> list[Event]:
    """Write the same for many subjects, each with its details, in this order: as `record` does for one.

    Two statements, however many they are, and one ring. Raises what `record` raises; then none of them is written.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{name} must be recorded in the transaction of its change.")
    follow = reactions()[name]
    now = timezone.now()
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    events = Event.objects.bulk_create(
        Event(
            name=name,
            subject_type=subject_type,
            subject_id=subject_id,
            actor_id=actor.pk if actor else None,
            actor_kind=actor_kind,
            data=data,
            occurred_at=(at or now).replace(microsecond=0),
            request_id=request_id,
        )
        for subject_id, data in subjects
    )
    if follow:
        deliveries = Delivery.objects.bulk_create(
            Delivery(event=event, reaction=reaction, next_attempt_at=now + DOORBELL_HEAD_START)
            for event in events
            for reaction in follow
        )
        if len(events) <= MOST_PROMPT and not dispatch.is_silent():
            prompt.deliver_after_commit([each for each in deliveries if prompt.is_prompt(follow[each.reaction])])
        with dispatch.hold_rings():
            for event in events:
                dispatch.ring_after_commit(event.pk)
    return events
