"""Saying of searches that led nowhere that somebody looked after them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events import record
from search.errors import Invalid, NotAllowed
from search.event_names import SearchEvent
from search.models import GapMark
from search.permissions import can_curate

MOST_WORDINGS = 200


def mark_gap(wordings: Iterable[str], how: str, *, by: Actor, at: datetime | None = None) -> None:
    """Mark searches (as SearchLog.normalized has them) as answered or dismissed; what they were before is replaced.

    `at` is UTC. Raises NotAllowed, Invalid naming `how`.
    """
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    if how not in GapMark.How.values:
        raise Invalid("how", _("Say whether it was answered or dismissed."))
    words = [wording[:200] for wording in dict.fromkeys(wordings) if wording][:MOST_WORDINGS]
    if not words:
        return
    with transaction.atomic():
        marks = [
            GapMark.objects.update_or_create(
                normalized=wording, defaults={"how": how, "marked_at": at or timezone.now(), "by": by.user}
            )[0]
            for wording in words
        ]
        record.record(
            SearchEvent.GAP_MARKED,
            subject_type="gap",
            subject_id=marks[0].pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"how": how, "searches": len(marks)},
        )


def unmark_gap(wordings: Iterable[str], *, by: Actor) -> None:
    """Show searches among the gaps again that were dismissed or answered. Raises NotAllowed."""
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    with transaction.atomic():
        marks = GapMark.objects.filter(normalized__in=[*wordings][:MOST_WORDINGS])
        first = marks.values_list("pk", flat=True).first()
        if first is None:
            return
        marks.delete()
        record.record(
            SearchEvent.GAP_UNMARKED,
            subject_type="gap",
            subject_id=first,
            actor=by.user,
            actor_kind=by.kind,
        )
