"""A snapshot of the embedded index, as `search.searching` asks for it."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from search.engines.whoosh_reading import NOWHERE, PartRow, Row, Shelf, Snapshot
from search.engines.whoosh_schema import standing


class Readable:
    """A snapshot during one search: terms have numbers for as long."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._terms: list[str] = []

    def shelves(self) -> Iterable[Shelf]:
        """Return all shelves."""
        return (shelf for shelf in self.snapshot.shelves if shelf.things)

    def counts(self, terms: Iterable[str], shelves: Sequence[int]) -> Iterator[tuple[str, int, int, int]]:
        """Return (term, its number, shelf, things)."""
        mine = frozenset(shelves)
        for term in terms:
            counted = self.snapshot.count("terms", term, mine)
            if counted:
                self._terms.append(term)
                yield from ((term, len(self._terms) - 1, shelf, often) for shelf, often in counted.items())

    def near_words(self, typed: str, shelves: Sequence[int]) -> Mapping[str, int]:
        """Return near words with their count."""
        return self.snapshot.near_words(typed, frozenset(shelves))

    def completions(self, prefix: str, shelves: Sequence[int], most: int) -> Sequence[str]:
        """Return words that begin so."""
        return self.snapshot.completions(prefix, frozenset(shelves), most)

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
        """Return the best things, and how many match on each shelf: term by term, over all their postings."""
        shelf_of = self.snapshot.shelf_of
        scores = [0.0] * len(shelf_of)
        weights = [0.0] * len(shelf_of)
        for terms in _by_word(pairs).values():
            if len(terms) == 1:
                ((term, shelves),) = terms.items()
                self._earn(term, shelves, k, scores, weights)
                continue
            best: dict[int, tuple[float, float]] = {}
            for term, shelves in terms.items():
                earned, weighed = [0.0] * len(shelf_of), [0.0] * len(shelf_of)
                for thing in self._earn(term, shelves, k, earned, weighed):
                    had, weight = best.get(thing, (0.0, 0.0))
                    if is_best_of_word:
                        best[thing] = max(had, earned[thing]), max(weight, weighed[thing])
                    else:
                        best[thing] = had + earned[thing], weight + weighed[thing]
            for thing, (had, weight) in best.items():
                scores[thing] += had
                weights[thing] += weight
        matched = [thing for thing, weight in enumerate(weights) if weight >= enough and weight]
        for must in musts:
            having = self._having(must)
            matched = [thing for thing in matched if thing in having]
        wanted = frozenset(hit_shelves)
        on_shelves = matched if len(wanted) == len(self.snapshot.shelves) else None
        if on_shelves is None:
            on_shelves = [thing for thing in matched if shelf_of[thing] in wanted]
        best_things = heapq.nlargest(most, on_shelves, key=scores.__getitem__)
        return (
            [(thing, shelf_of[thing], scores[thing]) for thing in best_things],
            dict(Counter(map(shelf_of.__getitem__, matched))),
        )

    def _earn(
        self,
        term: int,
        shelves: Mapping[int, tuple[float, float]],
        k: float,
        scores: list[float],
        weights: list[float],
    ) -> list[int]:
        """Add what each thing that has a term earns by it, and the term's weight there; return these things."""
        of_shelf: list[tuple[float, float] | None] = [shelves.get(pk) for pk in range(len(self.snapshot.shelves))]
        of_shelf.append(None)  # NOWHERE
        shelf_of = self.snapshot.shelf_of
        found = []
        for base, things, often, lengths in self.snapshot.postings_with_lengths(self._terms[term]):
            for local, frequency in zip(things, often, strict=True):
                thing = base + local
                pair = of_shelf[shelf_of[thing]]
                if pair is not None:
                    weight, norm = pair
                    scores[thing] += weight * frequency / (frequency + k + norm * lengths[local])
                    weights[thing] += weight
                    found.append(thing)
        return found

    def _having(self, terms: Sequence[int]) -> set[int]:
        """Return the things that have one of these terms."""
        return {
            base + thing
            for term in terms
            for base, things, _often in self.snapshot.postings("terms", self._terms[term])
            for thing in things
        }

    def things(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Return things by number."""
        return {number: Row(self.snapshot, number) for number in numbers if self.snapshot.shelf_of[number] != NOWHERE}

    def places(self, things: Sequence[int], terms: Sequence[int]) -> Iterator[tuple[int, int, int, bytes]]:
        """Return where terms stand."""
        wanted = [(term, self._terms[term]) for term in dict.fromkeys(terms)]
        for thing in things:
            places = self.snapshot.places(thing)
            for term, text in wanted:
                if found := standing(places, text):
                    yield thing, term, *found

    def parts(self, chosen: Mapping[int, int]) -> Iterator[PartRow]:
        """Return one part of each thing."""
        for thing, number in chosen.items():
            anchor, heading, body, url = self.snapshot.stored(thing)["parts"][number]
            yield PartRow(thing, number, anchor, heading, body, url)


def _by_word(
    pairs: Sequence[tuple[int, int, int, float, float]],
) -> dict[int, dict[int, dict[int, tuple[float, float]]]]:
    """Return weight and norm by word, term and shelf."""
    words: dict[int, dict[int, dict[int, tuple[float, float]]]] = {}
    for word, term, shelf, weight, norm in pairs:
        words.setdefault(word, {}).setdefault(term, {})[shelf] = weight, norm
    return words
