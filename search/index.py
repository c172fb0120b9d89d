# ruff: noqa: D102 (the names say it)
"""What a search asks of an index, whichever engine keeps it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol


class OnShelf(Protocol):
    """Things of one kind, language, section and audience: how many, and how many words they have together."""

    @property
    def pk(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def audience(self) -> Collection[str]: ...
    @property
    def things(self) -> int: ...
    @property
    def length(self) -> int: ...


class Candidate(Protocol):
    """A thing that may be among the best."""

    @property
    def pk(self) -> int: ...
    @property
    def shelf_id(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def object_id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def boost(self) -> float: ...
    @property
    def length(self) -> int: ...
    @property
    def starts(self) -> Sequence[int]: ...


class Shown(Protocol):
    """A part of a thing as it is shown."""

    @property
    def thing_id(self) -> int: ...
    @property
    def anchor(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def url(self) -> str: ...


class Index(Protocol):
    """What a search asks an index. Things, terms and shelves are numbers of the index's own."""

    def shelves(self) -> Iterable[OnShelf]:
        """Return all shelves."""

    def counts(self, terms: Iterable[str], shelves: Sequence[int]) -> Iterable[tuple[str, int, int, int]]:
        """Return (term, its number, shelf, things) of these terms on these shelves."""

    def near_words(self, typed: str, shelves: Sequence[int]) -> Mapping[str, int]:
        """Return words near one (see `search.spelling`), with their count on these shelves."""

    def completions(self, prefix: str, shelves: Sequence[int], most: int) -> Sequence[str]:
        """Return the words on these shelves that begin so, the most frequent first."""

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
        """Return the best things (number, shelf, score) on `hit_shelves`, and how many match on each shelf of `pairs`.

        `pairs` are (word, term, shelf, weight, norm): a term's postings on a shelf earn the word
        weight · frequency / (frequency + k + norm · length). With `is_best_of_word` the best term of a word counts,
        else their sum. A thing must have a term of each of `musts`, and earn `enough` by its words' weights.
        `most_of_a_term` says for each pair how many of its postings may be enough, the best by `place`.
        """

    def things(self, numbers: Sequence[int]) -> Mapping[int, Candidate]:
        """Return things by their numbers; one that is gone is left out."""

    def places(self, things: Sequence[int], terms: Sequence[int]) -> Iterable[tuple[int, int, int, bytes]]:
        """Return (thing, term, frequency, positions) of these terms in these things."""

    def parts(self, chosen: Mapping[int, int]) -> Iterable[Shown]:
        """Return one part of each thing, by number."""
