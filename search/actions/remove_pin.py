"""Letting the ranking decide again what stands first."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events import record
from search.errors import NotAllowed
from search.event_names import SearchEvent
from search.models import Pin
from search.permissions import can_curate


def remove_pin(pin: Pin, *, by: Actor) -> None:
    """Delete a pinned result. Raises NotAllowed."""
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    number, data = pin.pk, {"kind": pin.kind, "object": pin.object_id}
    with transaction.atomic():
        if Pin.objects.filter(pk=number).delete()[0]:
            record.record(
                SearchEvent.PIN_REMOVED,
                subject_type="pin",
                subject_id=number,
                actor=by.user,
                actor_kind=by.kind,
                data=data,
            )
