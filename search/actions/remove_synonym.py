"""Giving up words that meant the same."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events import record
from search.errors import NotAllowed
from search.event_names import SearchEvent
from search.models import Synonym
from search.permissions import can_curate


def remove_synonym(synonym: Synonym, *, by: Actor) -> None:
    """Delete a group of words. Raises NotAllowed."""
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    number = synonym.pk
    with transaction.atomic():
        if Synonym.objects.filter(pk=number).delete()[0]:
            record.record(
                SearchEvent.SYNONYM_REMOVED,
                subject_type="synonym",
                subject_id=number,
                actor=by.user,
                actor_kind=by.kind,
            )
