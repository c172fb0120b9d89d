"""What the desk keeps about searching: what its staff said, what people looked for, and what waits to be indexed."""

from search.models.curation import Pin, Synonym
from search.models.log import SearchLog
from search.models.waiting import Waiting

__all__ = ["Pin", "SearchLog", "Synonym", "Waiting"]
