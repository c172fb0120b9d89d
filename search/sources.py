"""What apps offer to be found. Each app that does has a `search_source` module; SEARCH_SOURCES lists their classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.actors import Actor
from search.engine import Document, Key


class Source(Protocol):
    """Describes one app's things to the index, and says who may find them."""

    kinds: frozenset[str]

    def documents(self, pks: Iterable[int]) -> Mapping[Key, Sequence[Document]]:
        """Return the documents of these rows; a row that is gone or hidden from everybody has none."""

    def all_documents(self) -> Iterator[tuple[Key, Sequence[Document]]]:
        """Return everything, in batches behind the scenes, for a rebuild."""

    def tokens(self, actor: Actor) -> frozenset[str]:
        """Return what this reader holds."""

    def visible(self, actor: Actor, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Return those of the things found that the reader may see by the rule of the pages, with their rows.

        The index may be a moment behind: a hit that is not in here is dropped, and so is its count.
        """


@cache
def sources() -> tuple[Source, ...]:
    """Return what SEARCH_SOURCES lists."""
    return tuple(import_string(name)() for name in settings.SEARCH_SOURCES)


def tokens_of(actor: Actor) -> frozenset[str]:
    """Return everything that this reader holds, over all sources."""
    return frozenset().union(*(source.tokens(actor) for source in sources()))
