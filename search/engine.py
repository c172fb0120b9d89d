"""What an engine is asked and what it answers: the one interface between the desk and whatever keeps its index.

An engine keeps documents and ranks them. It knows nothing of articles or tickets: who may see a document is a set of
words on it (`audience`), and a reader finds it when holding one of them. That test is part of the engine's query, so
that totals, facets, suggestions and highlights can never tell of anything else (safety.md, SEC-06 and SEC-07).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, order=True)
class Key:
    """What was indexed: the kind ("article", "faq", "video", "topic", "ticket") and the row's primary key."""

    kind: str
    pk: int


@dataclass(frozen=True)
class Document:
    """A part of something that people look for, such as an article's section under one heading.

    `part` is the anchor (or the second of a video) at which it begins, "" for the beginning. `boost` multiplies the
    score, 1.0 for most, 0.8 to 1.25 at the ends (freshness, helpfulness).
    """

    key: Key
    part: str
    title: str
    heading: str
    body: str
    tags: tuple[str, ...] = ()
    language: str = "en"
    section: str = ""
    audience: frozenset[str] = frozenset()
    boost: float = 1.0
    url: str = ""
    source: str = ""


@dataclass(frozen=True)
class Query:
    """What somebody looks for. `tokens` is what they hold; empty `kinds`, `sections`, `languages` mean all."""

    text: str
    tokens: frozenset[str]
    kinds: frozenset[str] = frozenset()
    section: str = ""
    languages: frozenset[str] = frozenset()
    is_prefix: bool = False
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Hit:
    """One thing found: the best part of it, with passages whose matching words stand between marks.

    `title` and `passage` are plain text cut into (text, is_match) pieces: whoever shows them escapes them.
    """

    key: Key
    part: str
    score: float
    title: tuple[tuple[str, bool], ...]
    heading: str
    passage: tuple[tuple[str, bool], ...]
    section: str
    url: str
    source: str
    language: str


@dataclass(frozen=True)
class Answer:
    """What was found, best first, one hit a thing; `total` and `counts` count things, under the same audience.

    `counts` are by facet ("kind", "section", "language") and value. `did_you_mean` is another spelling of the query
    that finds more, "" for none. `is_corrected` says that the hits are those of `did_you_mean`, as the words that were
    typed are found nowhere.
    """

    hits: Sequence[Hit] = ()
    total: int = 0
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    did_you_mean: str = ""
    is_corrected: bool = False


class Unavailable(Exception):
    """The index cannot be asked at the moment; it is being rebuilt, or says why not."""


class Engine(Protocol):
    """Keeps documents and ranks them. Every method may raise Unavailable."""

    def put(self, things: Mapping[Key, Sequence[Document]]) -> None:
        """Replace all documents of these things by these; none at all takes the thing out."""

    def search(self, query: Query) -> Answer:
        """Return what matches, ranked. Any text is a valid query."""

    def keys(self) -> Iterable[Key]:
        """Return what the index holds."""

    def rebuild(self, things: Iterable[tuple[Key, Sequence[Document]]]) -> int:
        """Make the index anew from all things and take it into use when it is whole; return how many documents."""

    def state(self, *, is_thorough: bool = False) -> str:
        """Return "ready", "rebuilding", or in a sentence what is wrong; thoroughly: after reading all of it."""
