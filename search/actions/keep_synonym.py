"""Keeping words that mean the same."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events import record
from search.asking import normalized
from search.errors import Invalid, NotAllowed
from search.event_names import SearchEvent
from search.models import Synonym
from search.permissions import can_curate

MOST_WORDS = 20
LONGEST_WORD = 80


def keep_synonym(words: Iterable[str], *, by: Actor, language: str = "", synonym: Synonym | None = None) -> Synonym:
    """Keep a group of words or phrases that mean the same, as a new one or in place of `synonym`.

    `language` is a code, empty for all. The same words are kept once. Raises NotAllowed, Invalid naming `words`.
    """
    if not can_curate(by):
        raise NotAllowed(_("Only those who keep the search may do this."))
    kept: dict[str, str] = {}
    for word in words:
        one_line = " ".join(word.replace("\x00", "").split())
        if folded := normalized(one_line):
            kept.setdefault(folded, one_line)
    group = list(kept.values())
    if len(group) < 2:
        raise Invalid("words", _("Write at least two words or phrases, with commas between them."))
    if len(group) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in group):
        raise Invalid(
            "words",
            _("At most %(count)s words or phrases of at most %(length)s characters fit.")
            % {"count": MOST_WORDS, "length": LONGEST_WORD},
        )
    with transaction.atomic():
        if synonym is None:
            same = (
                row for row in Synonym.objects.filter(language=language) if {*map(normalized, row.words)} == {*kept}
            )
            synonym = next(same, None) or Synonym()
        if synonym.pk and synonym.words == group and synonym.language == language:
            return synonym
        synonym.words, synonym.language = group, language
        synonym.save()
        record.record(
            SearchEvent.SYNONYM_KEPT,
            subject_type="synonym",
            subject_id=synonym.pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"words": len(group)},
        )
    return synonym
