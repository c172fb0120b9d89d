"""Names of what the staff told the search, as the record keeps them (subject_type "synonym" or "pin")."""

from enum import StrEnum


class SearchEvent(StrEnum):
    """Past tense. `data` holds ids and numbers, never what people typed."""

    SYNONYM_KEPT = "search.synonym_kept"  # words: how many
    SYNONYM_REMOVED = "search.synonym_removed"
    PIN_KEPT = "search.pin_kept"  # kind and object of what is pinned, order
    PIN_REMOVED = "search.pin_removed"  # kind and object of what was pinned
    GAP_MARKED = "search.gap_marked"  # how, searches: how many wordings; the subject is one of them
    GAP_UNMARKED = "search.gap_unmarked"
