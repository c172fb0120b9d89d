"""Writing down what happened, in the transaction in which it happened."""

from collections.abc import Callable
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
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{name} must be recorded in the transaction of its change.")
    follow = reactions()[name]
    now = timezone.now()
    event = Event.objects.create(
        name=name,
        subject_type=subject_type,
        subject_id=subject_id,
        actor_id=actor.pk if actor else None,
        actor_kind=actor_kind,
        data=data or {},
        occurred_at=(at or now).replace(microsecond=0),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    if follow:
        Delivery.objects.bulk_create(
            Delivery(event=event, reaction=reaction, next_attempt_at=now + DOORBELL_HEAD_START) for reaction in follow
        )
        dispatch.ring_after_commit(event.pk)
    return event
