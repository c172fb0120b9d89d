"""The engines, by the names that SEARCH_ENGINE takes."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from search.engine import Engine

ENGINES = {
    "database": "search.engines.database.DatabaseEngine",
    "whoosh": "search.engines.whoosh.WhooshEngine",
}


def engine() -> Engine:
    """Return the engine that SEARCH_ENGINE names, one for this process."""
    return _made(settings.SEARCH_ENGINE)


@cache
def _made(name: str) -> Engine:
    made: Engine = import_string(ENGINES[name])()
    return made
