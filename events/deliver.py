"""Doing what follows from an event, each reaction once and alone.

1. Find pending deliveries whose time has come.
2. Claim one by an update that only succeeds while nobody else holds it; the claim counts as an attempt.
3. Run its reaction. Reactions are idempotent: a worker killed after the work and before the mark repeats it.
4. Mark it done; or keep the error and try again later, doubling the wait; after MAX_ATTEMPTS it is failed,
   which the console shows and can replay.
"""

import random
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from events import dispatch
from events.models import Delivery
from events.record import reactions

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600
BATCH = 200


def deliver(delivery: Delivery) -> bool:
    """Claim a delivery and run its reaction.

    Return whether it is done now. Somebody else's claim is left alone.
    """
    now = timezone.now()
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    claimed = (
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING)
        .filter(models.Q(leased_until=None) | models.Q(leased_until__lt=now))
        .update(leased_until=until, next_attempt_at=until, attempts=models.F("attempts") + 1)
    )
    if not claimed:
        return False
    delivery.refresh_from_db()
    with structlog.contextvars.bound_contextvars(
        request_id=delivery.event.request_id, event=delivery.event.name, reaction=delivery.reaction
    ):
        try:
            reactions()[delivery.event.name][delivery.reaction](delivery.event)
        except Exception as error:  # noqa: BLE001 (whatever fails in one reaction must not stop the others)
            logger.exception("reaction_failed", delivery_id=delivery.pk, attempts=delivery.attempts)
            postpone(delivery, f"{type(error).__name__}: {error}")
            return False
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DONE,
        done_at=timezone.now(),
        leased_until=None,
        next_attempt_at=None,
        last_error="",
    )
    return True


def postpone(delivery: Delivery, error: str) -> None:
    """Keep the error and try again after a wait that doubles, with jitter; give up after MAX_ATTEMPTS."""
    if delivery.attempts >= MAX_ATTEMPTS:
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.FAILED, leased_until=None, next_attempt_at=None, last_error=error[:2000]
        )
        return
    wait = min(FIRST_WAIT_SECONDS * 2 ** (delivery.attempts - 1), LONGEST_WAIT_SECONDS)
    Delivery.objects.filter(pk=delivery.pk).update(
        leased_until=None,
        next_attempt_at=timezone.now() + timedelta(seconds=wait * random.uniform(0.8, 1.2)),  # noqa: S311 (jitter)
        last_error=error[:2000],
    )


def deliver_event(event_id: int) -> int:
    """Deliver what an event asks for; return how many reactions were done."""
    waiting = Delivery.objects.select_related("event").filter(event=event_id, state=Delivery.State.PENDING)
    return sum(deliver(delivery) for delivery in waiting.order_by("pk"))


def sweep() -> int:
    """Deliver everything whose time has come, oldest first; return how many reactions were done."""
    done = 0
    while True:
        waiting = list(
            Delivery.objects.select_related("event")
            .filter(state=Delivery.State.PENDING, next_attempt_at__lte=timezone.now())
            .order_by("next_attempt_at")[:BATCH]
        )
        done += sum(deliver(delivery) for delivery in waiting)
        if len(waiting) < BATCH:
            return done


def replay(delivery: Delivery) -> None:
    """Put a delivery that is not done back in line, to be done at once. One that runs just now is left alone."""
    now = timezone.now()
    with transaction.atomic():
        _put_back(Delivery.objects.filter(pk=delivery.pk).exclude(leased_until__gt=now))
        dispatch.ring_after_commit(delivery.event_id)


def replay_failed() -> int:
    """Put everything that was given up back in line; return how many deliveries that were."""
    with transaction.atomic():
        count = _put_back(Delivery.objects.filter(state=Delivery.State.FAILED))
        transaction.on_commit(lambda: dispatch.ask("events.tasks.sweep_deliveries"))
    return count


def _put_back(deliveries: models.QuerySet[Delivery]) -> int:
    return deliveries.update(
        state=Delivery.State.PENDING,
        attempts=0,
        leased_until=None,
        next_attempt_at=timezone.now(),
        done_at=None,
    )
