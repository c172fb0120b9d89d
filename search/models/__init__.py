"""What the desk keeps about searching: what its staff said, what people looked for, and the index in the database."""

from search.models.curation import Pin, Synonym
from search.models.gap import GapMark
from search.models.index import IndexState, Part, Posting, Shelf, Spelling, Term, TermCount, Thing, WordCount
from search.models.log import SearchLog
from search.models.waiting import Waiting

__all__ = [
    "GapMark",
    "IndexState",
    "Part",
    "Pin",
    "Posting",
    "SearchLog",
    "Shelf",
    "Spelling",
    "Synonym",
    "Term",
    "TermCount",
    "Thing",
    "Waiting",
    "WordCount",
]
