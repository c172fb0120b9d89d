"""The index in the database: every machine sees the same, and a change is found at once when it is committed.

A search is a few short statements, asked by `search.searching`; one of them ranks: BM25F over the postings, with the
best things and how many match on each shelf.

Of a term in very many things only those are read that it tells most of (`search.searching.MOST_OF_A_TERM`), so that
a search of a large desk takes little longer than one of a small desk; then a total may say that many instead of more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from search.engine import Answer, Document, Key, Query
from search.engines import database_sql as sql
from search.engines import database_writing as writing
from search.models import IndexState, Part, Shelf, Thing
from search.searching import search
from search.spelling import deletions

BATCH = 100
SILENT = timedelta(minutes=10)


class DatabaseEngine:
    """Keeps the index in tables of the desk's own database."""

    def put(self, things: Mapping[Key, Sequence[Document]]) -> None:
        """Replace all documents of these things by these; none at all takes the thing out. In the caller's transaction.

        The documents of a thing share its title, tags, language, section, audience, boost and source.
        """
        writing.put(things)

    def keys(self) -> Iterable[Key]:
        """Return what the index holds."""
        for kind, pk in Thing.objects.filter(generation=_state().live).values_list("kind", "object_id").iterator():
            yield Key(kind, pk)

    def rebuild(self, things: Iterable[tuple[Key, Sequence[Document]]]) -> int:
        """Make the index anew, while readers use the old one and writers write both; return how many documents."""
        generation = writing.begin()
        count = 0
        rest = iter(things)
        while batch := dict(islice(rest, BATCH)):
            writing.put(batch, generation=generation)
            writing.beat()
            count += sum(map(len, batch.values()))
        writing.finish(generation)
        return count

    def state(self, *, is_thorough: bool = False) -> str:
        """Return "ready", "rebuilding", or in a sentence what is wrong.

        Looked at thoroughly, an index that was never built is wrong, too: what was there before it is not in it.
        """
        state = _state()
        if state.building is not None:
            if state.beat_at and timezone.now() - state.beat_at > SILENT:
                return _("A rebuild of the search index did not finish. Run “manage.py rebuild_index” again.")
            return "rebuilding"
        if is_thorough and state.built_at is None:
            return _("The search index was never built. Run “manage.py rebuild_index”.")
        return "ready"

    def search(self, query: Query) -> Answer:
        """Return what matches, ranked. Any text is a valid query."""
        state = _state()
        answer = search(query, Tables(state.live))
        if not answer.total and _state().live != state.live:  # the index was exchanged meanwhile
            answer = search(query, Tables(_state().live))
        return answer


def _state() -> IndexState:
    return IndexState.objects.filter(pk=1).first() or IndexState(pk=1)


class Row(NamedTuple):
    """A thing without what only writers need; many are read for a search, so they are no models."""

    pk: int
    kind: str
    object_id: int
    shelf_id: int | None
    title: str
    source: str
    boost: float
    length: int
    starts: list[int]


class ShelfRow(NamedTuple):
    """A shelf; a search reads them all."""

    pk: int
    kind: str
    language: str
    section: str
    audience: list[str]
    things: int
    length: int


class Tables:
    """A generation of the index, as `search.searching` asks for it."""

    def __init__(self, generation: int) -> None:
        self.generation = generation

    def shelves(self) -> Iterable[ShelfRow]:
        """Return all shelves."""
        return [
            ShelfRow(*row) for row in Shelf.objects.filter(generation=self.generation).values_list(*ShelfRow._fields)
        ]

    def counts(self, terms: Iterable[str], shelves: Sequence[int]) -> list[tuple[str, int, int, int]]:
        """Return (term, its number, shelf, things)."""
        return sql.counts(connection, terms, shelves)

    def near_words(self, typed: str, shelves: Sequence[int]) -> dict[str, int]:
        """Return near words with their count."""
        return sql.near_words(connection, deletions(typed), shelves)

    def completions(self, prefix: str, shelves: Sequence[int], most: int) -> list[str]:
        """Return words that begin so."""
        return sql.completions(connection, prefix, shelves, most)

    def ranked(
        self,
        pairs: Sequence[tuple[int, int, int, float, float]],
        musts: Sequence[Sequence[int]],
        *,
        hit_shelves: Sequence[int],
        enough: float,
        k: float,
        most_of_a_term: Sequence[int],
        most: int,
        is_best_of_word: bool,
    ) -> tuple[list[tuple[int, int, float]], dict[int, int]]:
        """Return the best things, and how many match on each shelf, by one statement."""
        return sql.ranked(
            connection,
            pairs,
            musts,
            hit_shelves=hit_shelves,
            enough=enough,
            k=k,
            most_of_a_term=most_of_a_term,
            most=most,
            is_best_of_word=is_best_of_word,
        )

    def things(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Return things by number."""
        rows = Thing.objects.filter(pk__in=numbers).values_list(*Row._fields)
        return {row[0]: Row(*row) for row in rows}

    def places(self, things: Sequence[int], terms: Sequence[int]) -> list[tuple[int, int, int, bytes]]:
        """Return where terms stand."""
        return sql.places(connection, things, terms)

    def parts(self, chosen: Mapping[int, int]) -> Iterable[Part]:
        """Return one part of each thing."""
        return Part.objects.filter(pk__in=list(chosen.items())) if chosen else ()
