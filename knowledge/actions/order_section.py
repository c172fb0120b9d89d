"""Moving a section up or down among those beside it."""

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.models import Section


def order_section(section: Section, *, by: Actor, is_up: bool) -> bool:
    """Let a section change places with the one before or after it. Return whether there was one. Raises NotAllowed."""
    with transaction.atomic():
        changing.require_publisher(by)
        beside = list(
            Section.objects.select_for_update(of=("self",)).filter(kind=section.kind, parent=section.parent_id)
        )
        at = next((index for index, each in enumerate(beside) if each.pk == section.pk), None)
        to = None if at is None else at - 1 if is_up else at + 1
        if at is None or to is None or not 0 <= to < len(beside):
            return False
        beside[at], beside[to] = beside[to], beside[at]
        for index, each in enumerate(beside):
            each.order = (index + 1) * 10
        Section.objects.bulk_update(beside, ["order"])
    return True
