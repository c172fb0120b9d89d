"""Who may keep what the search is told, and see what people look for."""

from django.db.models import QuerySet

from accounts.actors import Actor
from search.models import GapMark, Pin, SearchLog, Synonym


def can_curate(actor: Actor) -> bool:
    """Return whether this person may keep synonyms and pins, and see what people look for."""
    return actor.is_system or (actor.is_staff and actor.user is not None and actor.user.has_perm("search.curate"))


def visible_searches(actor: Actor) -> QuerySet[SearchLog]:
    """Return what people looked for, for those who curate."""
    return SearchLog.objects.all() if can_curate(actor) else SearchLog.objects.none()


def visible_synonyms(actor: Actor) -> QuerySet[Synonym]:
    """Return the words that mean the same, for those who keep them."""
    return Synonym.objects.all() if can_curate(actor) else Synonym.objects.none()


def visible_pins(actor: Actor) -> QuerySet[Pin]:
    """Return what stands first for which search, for those who keep it."""
    return Pin.objects.all() if can_curate(actor) else Pin.objects.none()


def visible_gap_marks(actor: Actor) -> QuerySet[GapMark]:
    """Return which searches were looked after, for those who do."""
    return GapMark.objects.all() if can_curate(actor) else GapMark.objects.none()
