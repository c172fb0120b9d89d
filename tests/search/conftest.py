"""Engines to ask, and documents to find."""

import pytest

from search import engines
from search.engine import Document, Key, Query

EVERYONE = frozenset({"everyone"})


def document(pk, title, body="", *, kind="article", part="", heading="", audience=EVERYONE, **fields):
    """A document, for everyone unless said otherwise."""
    return Document(
        Key(kind, pk), part, title, heading, body, audience=frozenset(audience), url=f"/docs/{pk}/", **fields
    )


@pytest.fixture(params=["database", "whoosh"])
def engine(request, db, settings, tmp_path):
    """Each engine in turn, empty."""
    settings.SEARCH_ENGINE = request.param
    settings.SEARCH_FOLDER = tmp_path / "search"
    engines._made.cache_clear()
    engines.engine().rebuild(())
    yield engines.engine()
    engines._made.cache_clear()


@pytest.fixture
def database_engine(db, settings):
    """The engine that keeps its index in the database."""
    settings.SEARCH_ENGINE = "database"
    engines._made.cache_clear()
    yield engines.engine()
    engines._made.cache_clear()


@pytest.fixture
def put(engine):
    """Give the engine documents; each its own thing unless they share a key."""

    def give(*documents):
        things = {}
        for each in documents:
            things.setdefault(each.key, []).append(each)
        engine.put(things)
        return engine

    return give


@pytest.fixture
def ask(engine):
    """Ask the engine as somebody who holds these tokens."""

    def answer(text, *, tokens=EVERYONE, **fields):
        return engine.search(Query(text, frozenset(tokens), **fields))

    return answer


def found(answer):
    """The ids of the hits, in order."""
    return [hit.key.pk for hit in answer.hits]
