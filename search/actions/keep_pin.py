"""Putting something first for a search."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events import record
from search.asking import normalized
from search.engine import Key
from search.errors import Invalid, NotAllowed
from search.event_names import SearchEvent
from search.models import Pin
from search.permissions import can_curate
from search.sources import sources

LONGEST_QUERY = 200
LOWEST, HIGHEST = -1000, 1000


def keep_pin(query: str, key: Key, *, by: Actor, order: int = 0) -> Pin:
    """Let a thing stand first for whoever looks for these words and may see it; kept once, with the newest order.

    Raises NotAllowed, Invalid naming `query`, `object` (also where this person may not see it) or `order`.
    """
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    words = normalized(query)[:LONGEST_QUERY]
    if not words:
        raise Invalid("query", _("Write the words that people look for."))
    if not LOWEST <= order <= HIGHEST:
        raise Invalid(
            "order",
            _("Choose a number from %(lowest)s to %(highest)s.") % {"lowest": LOWEST, "highest": HIGHEST},
        )
    if not any(key in source.visible(by, [key]) for source in sources() if key.kind in source.kinds):
        raise Invalid("object", _("Choose one of the results. It may have been taken back meanwhile."))
    with transaction.atomic():
        pin, is_new = Pin.objects.get_or_create(query=words, kind=key.kind, object_id=key.pk, defaults={"order": order})
        if not is_new and pin.order == order:
            return pin
        pin.order = order
        pin.save()
        record.record(
            SearchEvent.PIN_KEPT,
            subject_type="pin",
            subject_id=pin.pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"kind": key.kind, "object": key.pk, "order": order},
        )
    return pin
