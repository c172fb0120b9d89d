"""Letting running promises follow an edit, and changing one's mind."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actors import ActorKind
from accounts.models import User
from events.record import record
from sla.event_names import RecalculationEvent
from sla.models import Recalculation


def ask_recalculation(job: Recalculation, *, by: User | None, at: datetime | None = None) -> Recalculation:
    """Save a new job, to be done from now on in the background (`support.actions.recalculate`), as of `at` (UTC)."""
    with transaction.atomic():
        job.asked_by, job.asked_at = by, (at or timezone.now()).replace(microsecond=0)
        job.save()
        _record(RecalculationEvent.ASKED, job, by, kind=str(job.kind), name=job.name, is_again=False)
    return job


def repeat_recalculation(job: Recalculation, *, by: User | None) -> bool:
    """Do a finished job once more, as of the same instant: for tickets that failed. What was done is not done twice.

    Return whether it was finished.
    """
    with transaction.atomic():
        fresh = Recalculation.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if fresh.state != Recalculation.State.DONE:
            return False
        fresh.moves.exclude(error="").delete()
        fresh.state, fresh.finished_at = Recalculation.State.WAITING, None
        fresh.last_ticket = fresh.done = fresh.failed = 0
        fresh.save()
        _record(RecalculationEvent.ASKED, fresh, by, kind=str(fresh.kind), name=fresh.name, is_again=True)
    return True


def cancel_recalculation(job: Recalculation, *, by: User | None) -> bool:
    """Leave the tickets that are not done yet as they are; return whether there was something to leave."""
    with transaction.atomic():
        fresh = Recalculation.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if not fresh.is_cancellable:
            return False
        fresh.state, fresh.finished_at = Recalculation.State.CANCELLED, timezone.now()
        fresh.save()
        _record(RecalculationEvent.CANCELLED, fresh, by, done=fresh.done, total=fresh.total)
    return True


def _record(event: RecalculationEvent, job: Recalculation, by: User | None, **data: object) -> None:
    record(
        event,
        subject_type="recalculation",
        subject_id=job.pk,
        actor=by,
        actor_kind=ActorKind.PERSON if by else ActorKind.SYSTEM,
        data=data,
    )
