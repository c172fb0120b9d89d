"""Noticing what fell due (sla.md, section 7), once, whatever crashes, and at a cost that follows what fell due.

1. Read the ids of timers whose `next_check_at` has come, in order, a batch at a time, from the index alone.
2. Lock those rows, skipping what another sweep or an action holds; check again. (On SQLite the transaction holds the
   one write lock from its beginning, so the check inside it is enough.)
3. Write the state, the steps that were passed, a notice for each and one event for the last, in one transaction.
"""

from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from events.dispatch import hold_rings
from sla import noticing
from sla.models import Timer

BATCH = 500
CHANGED = ["state", "breached_at", "noticed_at", "next_step", "next_check_at"]

logger = structlog.get_logger(__name__)


def sweep(*, now: datetime | None = None) -> int:
    """Notice every step that fell due by `now` (UTC); return how many timers were moved on.

    What another sweep holds is left to it. A timer that cannot be read holds up no other: it is logged.
    """
    instant = (now or timezone.now()).replace(microsecond=0)
    noticed = 0
    due = Timer.objects.filter(next_check_at__lte=instant)
    rest = due
    while True:
        found = list(rest.order_by("next_check_at", "pk").values_list("next_check_at", "pk")[:BATCH])
        noticed += _notice_each([pk for _at, pk in found], instant)
        if len(found) < BATCH:
            return noticed
        last_at, last = found[-1]
        rest = due.filter(
            Q(next_check_at__gt=last_at) | Q(next_check_at=last_at, pk__gt=last), next_check_at__gte=last_at
        )


def _notice_each(ids: list[int], now: datetime) -> int:
    """Notice a batch; should that fail, each timer alone, so that only the faulty one is left."""
    if not ids:
        return 0
    try:
        return _notice(ids, now)
    except Exception as error:  # noqa: BLE001 (one broken row must not keep the desk from noticing the others)
        if len(ids) == 1:
            logger.error("timer_not_noticed", timer=ids[0], error=f"{type(error).__name__}: {error}")
            return 0
        return sum(_notice_each([pk], now) for pk in ids)


def _notice(ids: list[int], now: datetime) -> int:
    """Notice one batch of timers in one transaction; return how many of them nobody else held."""
    with transaction.atomic(), hold_rings():
        timers = locked(ids, now)
        if not timers:
            return 0
        noticing.notice(timers, now)
        save(timers)
    return len(timers)


def locked(ids: list[int], now: datetime) -> list[Timer]:
    """Lock those of these timers that are still due and that nobody else holds."""
    return list(
        Timer.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",))
        .select_related("calendar_version")
        .filter(pk__in=ids, next_check_at__lte=now)
        .order_by("pk")
    )


def save(timers: list[Timer]) -> None:
    """Write what the sweep changes in locked rows, all in one statement.

    Each row is there, so the insert always ends in its conflict; an UPDATE with a CASE for each row and column takes
    several times as long to build.
    """
    Timer.objects.bulk_create(timers, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED)
