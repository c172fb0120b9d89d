"""Words that mean the same, as the staff keep them."""

from collections.abc import Iterable, Sequence

from search.models import Synonym


def synonyms(languages: Iterable[str] = ()) -> Sequence[Sequence[str]]:
    """Return the groups for these languages (empty: all) and those for every language."""
    wanted = {"", *languages}
    return [
        words
        for words, language in Synonym.objects.values_list("words", "language")
        if len(wanted) == 1 or language in wanted
    ]
