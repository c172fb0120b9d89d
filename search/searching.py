"""A search over an index, whichever keeps it: words, ranking, counts and what is shown. Both engines search by this.

1. The shelves that the reader may see, and with them every count that follows (safety.md, SEC-06).
2. The query's words as terms of the index with their counts; near words for those that are found nowhere.
3. The best things and how many match on each shelf, as the index ranks them.
4. For the best only, where the words stand: phrases, words close together, the part that has most of them.
5. The parts that are shown, with their words marked.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from search import ranking
from search.analysis import base_language
from search.asking import Asked, Word, asked, stems, with_others
from search.engine import Answer, Hit, Key, Query
from search.highlighting import Wanted, marked, passage
from search.index import Candidate, Index, OnShelf
from search.spelling import best, can_be_corrected, deletions, doubted
from search.stop_words import STOP_WORDS
from search.synonyms import synonyms

# Of a word in very many things, so many are read: those that it tells most of; of a shelf not less than these.
MOST_OF_A_TERM = 1_500
LEAST_OF_A_SHELF = 40
CANDIDATES = 40
# A phrase is looked for in so many of the things that have all its words.
MOST_WITH_PHRASE = 300
MOST_COMPLETIONS = 10
# One letter begins too many words to tell anything.
SHORTEST_PREFIX = 2
# Of a long text, so many words are looked for: the rarest.
MOST_LOOKED_FOR = 16
NEAR_WEIGHT = 0.8


def search(query: Query, index: Index) -> Answer:
    """Return what matches, ranked."""
    shelves = [shelf for shelf in index.shelves() if query.tokens & set(shelf.audience)]
    if query.is_prefix:  # nobody looks at counts while typing
        shelves = [shelf for shelf in shelves if _is_on(shelf, query)]
    if not shelves:
        return Answer()
    return _Search(query, shelves, index).answer()


def _is_on(shelf: OnShelf, query: Query, *, but: str = "") -> bool:
    """Return whether a shelf is what the filters ask for; `but` names one that is left out."""
    return (
        (but == "kind" or not query.kinds or shelf.kind in query.kinds)
        and (but == "language" or not query.languages or shelf.language in set(map(base_language, query.languages)))
        and (but == "section" or not query.section or f"{shelf.section}/".startswith(f"{query.section.strip('/')}/"))
    )


@dataclass(frozen=True)
class Term:
    """A term that stands for a word of the query: its number in the index, and on which shelves it stands how often."""

    number: int
    text: str
    weight: float
    counts: Mapping[int, int]


@dataclass(frozen=True)
class Sought:
    """A word of the query as the index knows it. `rarity` is that of all its terms together."""

    word: Word
    terms: tuple[Term, ...]
    rarity: float


class _Search:
    """One search: the query, and the shelves of what its reader may see."""

    def __init__(self, query: Query, shelves: Sequence[OnShelf], index: Index) -> None:
        self.index = index
        self.query = query
        self.shelves = {shelf.pk: shelf for shelf in shelves}
        self.hit_shelves = [shelf.pk for shelf in shelves if _is_on(shelf, query)]
        self.languages = sorted({shelf.language for shelf in shelves})
        self.things = sum(shelf.things for shelf in shelves)
        self.means = self._means()
        self.other: dict[str, str] = {}
        self.doubts: dict[str, str] = {}
        self.little: dict[str, str] = {}

    def _means(self) -> dict[int, float]:
        """Return for each shelf the mean length of its kind: a question is short for an article, not for a question."""
        length: Counter[str] = Counter()
        things: Counter[str] = Counter()
        for shelf in self.shelves.values():
            length[shelf.kind] += shelf.length
            things[shelf.kind] += shelf.things
        return {pk: length[shelf.kind] / max(1, things[shelf.kind]) for pk, shelf in self.shelves.items()}

    def answer(self) -> Answer:
        wanted = asked(
            self.query.text,
            languages=self.languages,
            is_prefix=self.query.is_prefix,
            synonyms=synonyms(self.query.languages),
        )
        sought = self._sought(wanted)
        looked_for = self._looked_for(sought)
        if not looked_for or (any(word.word.is_must and not word.terms for word in sought)):
            return Answer(did_you_mean=self._did_you_mean(), is_corrected=False)
        ranked, matching = self._ranked(looked_for)
        things = self.index.things([pk for pk, _shelf, _score in ranked])
        places = self._places([*looked_for, *(each for each in sought if each.word.is_stop)], list(things))
        scored = self._scored(ranked, things, places, looked_for, [each for each in sought if each.word.is_stop])
        if phrases := self._phrases(wanted, sought):
            scored = [
                (thing, score)
                for thing, score in scored
                if all(self._has(phrase, thing.pk, places) for phrase in phrases)
            ]
            matching = Counter(thing.shelf_id for thing, _score in scored if thing.shelf_id is not None)
        page = scored[self.query.offset : self.query.offset + self.query.limit]
        return Answer(
            hits=self._hits(page, looked_for, places),
            total=sum(often for shelf, often in matching.items() if shelf in self.hit_shelves),
            counts={} if self.query.is_prefix else self._counts(matching),
            did_you_mean=self._did_you_mean(),
            is_corrected=bool(self.other),
        )

    # --- Words ----------------------------------------------------------------------------------------------------

    def _sought(self, wanted: Asked) -> list[Sought]:
        """Return the words with the terms that stand for them."""
        alternatives = {word.word: dict.fromkeys(stems(word.word, self.languages), 1.0) for word in wanted.words}
        if wanted.prefix in alternatives and len(wanted.prefix) >= SHORTEST_PREFIX:
            for completed in self.index.completions(wanted.prefix, list(self.shelves), MOST_COMPLETIONS):
                for term in stems(completed, self.languages):
                    alternatives[wanted.prefix].setdefault(term, 0.9)
        known = self._known({term for terms in alternatives.values() for term in terms})
        typed = [word for word in wanted.words if not word.is_extra]
        near: dict[str, dict[str, float]] = {}
        for word in typed:
            if not any(term in known for term in alternatives[word.word]) and not word.is_stop:
                near[word.word] = self._near(word)
        for slip, stop in self.little.items():
            alternatives[slip] = dict.fromkeys(stems(stop, self.languages), 1.0)
            near[slip] = alternatives[slip]
        known.update(self._known({term for terms in near.values() for term in terms} - known.keys()))
        sought = []
        for word in wanted.words:
            terms = tuple(
                Term(known[text][0], text, weight, known[text][1])
                for text, weight in (near.get(word.word) or alternatives[word.word]).items()
                if text in known
            )
            meant = replace(word, is_stop=True) if word.word in self.little else word
            sought.append(Sought(meant, terms, self._rarity(terms)))
        if not self.other:
            self._doubt([each for each in sought if not each.word.is_stop and not each.word.is_extra])
        return sought

    def _known(self, terms: Iterable[str]) -> dict[str, tuple[int, dict[int, int]]]:
        """Return terms that stand on the reader's shelves: their number, and how often on which."""
        known: dict[str, tuple[int, dict[int, int]]] = {}
        for text, number, shelf, things in self.index.counts(terms, list(self.shelves)):
            known.setdefault(text, (number, {}))[1][shelf] = things
        return known

    def _near(self, word: Word) -> dict[str, float]:
        """Return the terms of words that may be meant by one that is found nowhere."""
        if word.is_must or not can_be_corrected(word.word):
            return {}
        stop_words = frozenset[str]().union(*(STOP_WORDS.get(language, ()) for language in self.languages))
        little = {stop: self.things for stop in stop_words if deletions(stop) & deletions(word.word)}
        found = best(word.word, {**self.index.near_words(word.word, list(self.shelves)), **little})
        if found and found[0] in little:  # "waht" says as little as "what"
            self.little[word.word] = found[0]
            return {}
        found = [near for near in found if near not in little]
        if found:
            self.other[word.word] = found[0]
        return {
            term: NEAR_WEIGHT if place == 0 else NEAR_WEIGHT * 0.75
            for place, near in reversed(list(enumerate(found)))
            for term in stems(near, self.languages)
        }

    def _doubt(self, sought: Iterable[Sought]) -> None:
        """Look whether a word that is hardly ever found is a slip for one that often is."""
        for each in sought:
            often = sum(sum(term.counts.values()) for term in each.terms)
            if often <= 2 and can_be_corrected(each.word.word) and not each.word.is_must:
                found = self.index.near_words(each.word.word, list(self.shelves))
                if other := doubted(each.word.word, often, found):
                    self.doubts[each.word.word] = other

    def _did_you_mean(self) -> str:
        other = self.other or self.doubts
        return with_others(self.query.text, other) if other else ""

    def _rarity(self, terms: Sequence[Term]) -> float:
        things = max((sum(term.counts.values()) for term in terms), default=0)
        return ranking.rarity(min(things, self.things), self.things) if terms else 0.0

    def _looked_for(self, sought: Sequence[Sought]) -> list[Sought]:
        """Return the words that decide what matches: all that are known, of a long text the rarest."""
        known = [each for each in sought if each.terms and not each.word.is_stop]
        if len(known) > MOST_LOOKED_FOR:
            rarest = sorted(known, key=lambda each: (not each.word.is_must, -each.rarity * each.word.weight))
            kept = {each.word.word for each in rarest[:MOST_LOOKED_FOR]}
            known = [each for each in known if each.word.word in kept]
        return known

    # --- Ranking --------------------------------------------------------------------------------------------------

    def _ranked(self, looked_for: Sequence[Sought]) -> tuple[list[tuple[int, int, float]], dict[int, int]]:
        musts = [each for each in looked_for if each.word.is_must]
        # What is required is looked up from its rarest word on; the others need not be read for it.
        rarest = max(musts, key=lambda each: each.rarity, default=None)
        read = [each for each in looked_for if rarest is None or each is rarest]
        most_read = MOST_OF_A_TERM // 3 if self.query.is_prefix else MOST_OF_A_TERM  # while one types, sooner is better
        pairs, most_of_a_term = [], []
        for number, each in enumerate(read):
            for term in each.terms:
                everywhere = sum(term.counts.values())
                for shelf, often in term.counts.items():
                    norm = ranking.K1 * ranking.B / max(1.0, self.means[shelf])
                    pairs.append((number, term.number, shelf, self._weight(each, term), norm))
                    most_of_a_term.append(max(LEAST_OF_A_SHELF, most_read * often // everywhere))
        typed = sum(each.rarity * each.word.weight for each in read if not each.word.is_extra)
        least = min(self._weight(each, term) for each in read for term in each.terms)
        enough = typed * ranking.ENOUGH if len(read) > 2 else min(least, typed) * 0.999
        most = max(CANDIDATES, self.query.offset + self.query.limit + 20)
        best_things, matching = self.index.ranked(
            pairs,
            [[term.number for term in each.terms] for each in musts if each is not rarest],
            hit_shelves=self.hit_shelves,
            enough=enough,
            k=ranking.K1 * (1 - ranking.B),
            most_of_a_term=most_of_a_term,
            most=MOST_WITH_PHRASE if len(musts) > 1 else most,
            is_best_of_word=any(len(each.terms) > 1 for each in read),
        )
        if len(musts) < 2:
            matching = dict(matching)
            for each in read:  # where only the best were read, at least as many match as have the commonest word
                for term in each.terms:
                    if self._weight(each, term) >= enough:
                        for shelf, often in term.counts.items():
                            matching[shelf] = max(matching.get(shelf, 0), often)
        return best_things, matching

    @staticmethod
    def _weight(each: Sought, term: Term) -> float:
        return each.rarity * each.word.weight * term.weight

    def _places(self, sought: Sequence[Sought], things: Sequence[int]) -> dict[int, dict[int, ranking.Found]]:
        """Return by term and thing how often and where the words stand."""
        found: dict[int, dict[int, ranking.Found]] = defaultdict(dict)
        numbers = [term.number for each in sought for term in each.terms]
        for thing, term, frequency, packed in self.index.places(things, numbers):
            found[term][thing] = ranking.Found(frequency, array("I", packed))
        return found

    def _scored(
        self,
        ranked: Sequence[tuple[int, int, float]],
        things: Mapping[int, Candidate],
        places: Mapping[int, Mapping[int, ranking.Found]],
        looked_for: Sequence[Sought],
        stops: Sequence[Sought],
    ) -> list[tuple[Candidate, float]]:
        """Return the best things with their whole score, best first; of equal ones the newest."""
        typed = sorted(
            (each for each in (*looked_for, *stops) if not each.word.is_extra), key=lambda each: each.word.position
        )
        merged = [
            (
                each.word.position,
                each.rarity * (ranking.STOP_WEIGHT if each.word.is_stop else 1.0),
                _merged([places.get(term.number, {}) for term in each.terms]),
            )
            for each in typed
        ]
        scored = []
        for pk, shelf, _score in ranked:
            if pk not in things:
                continue
            thing = things[pk]
            score = 0.0
            for each in (*looked_for, *stops):
                earned = [
                    self._weight(each, term)
                    * ranking.saturated(found.frequency, thing.length, self.means[shelf])
                    * (ranking.STOP_WEIGHT if each.word.is_stop else 1.0)
                    for term in each.terms
                    if (found := places.get(term.number, {}).get(pk))
                ]
                score += max(earned, default=0.0)
            first_part = thing.starts[0] if thing.starts else 0
            score += ranking.closeness(merged, pk, first_part)
            scored.append((thing, score * thing.boost))
        return sorted(scored, key=lambda pair: (-round(pair[1], 9), -pair[0].object_id))

    def _phrases(self, wanted: Asked, sought: Sequence[Sought]) -> list[list[tuple[list[int], int]]]:
        """Return the phrases as terms and distances, without words that the index has of titles alone."""
        by_word = {each.word.word: each for each in sought}
        phrases = []
        for phrase in wanted.phrases:
            terms = [
                ([term.number for term in by_word[word].terms], gap)
                for word, gap in phrase
                if word in by_word and not by_word[word].word.is_stop
            ]
            if len(terms) > 1:
                phrases.append(terms)
        return phrases

    @staticmethod
    def _has(
        phrase: Sequence[tuple[Sequence[int], int]], thing: int, places: Mapping[int, Mapping[int, ranking.Found]]
    ) -> bool:
        return ranking.has_phrase(
            [
                (
                    [
                        place
                        for term in terms
                        if thing in places.get(term, {})
                        for place in places[term][thing].positions
                    ],
                    gap,
                )
                for terms, gap in phrase
            ]
        )

    # --- What is shown --------------------------------------------------------------------------------------------

    def _counts(self, matching: Mapping[int, int]) -> Mapping[str, Mapping[str, int]]:
        """Return how many match by each facet, under all filters but the facet's own."""
        counts: dict[str, Counter[str]] = {facet: Counter() for facet in ("kind", "section", "language")}
        for pk, often in matching.items():
            for facet, counted in counts.items():
                shelf = self.shelves[pk]
                if _is_on(shelf, self.query, but=facet) and (value := getattr(shelf, facet)):
                    counted[value] += often
        return {facet: dict(counted) for facet, counted in counts.items()}

    def _hits(
        self,
        page: Sequence[tuple[Candidate, float]],
        looked_for: Sequence[Sought],
        places: Mapping[int, Mapping[int, ranking.Found]],
    ) -> list[Hit]:
        chosen = {}
        for thing, _score in page:
            words = [
                (each.rarity, found.positions)
                for each in looked_for
                for term in each.terms
                if (found := places.get(term.number, {}).get(thing.pk))
            ]
            chosen[thing.pk] = ranking.best_part(words, thing.starts)
        parts = {part.thing_id: part for part in self.index.parts(chosen)}
        wanted = Wanted(frozenset(term.text for each in looked_for for term in each.terms))
        hits = []
        for thing, score in page:
            part = parts.get(thing.pk)
            if part is None or thing.shelf_id is None:
                continue
            shelf = self.shelves[thing.shelf_id]
            mine = replace(wanted, language=shelf.language)
            hits.append(
                Hit(
                    key=Key(thing.kind, thing.object_id),
                    part=part.anchor,
                    score=score,
                    title=marked(thing.title, mine),
                    heading=part.heading,
                    passage=passage(part.body, mine),
                    section=shelf.section,
                    url=part.url,
                    source=thing.source,
                    language=shelf.language,
                )
            )
        return hits


def _merged(places: Sequence[Mapping[int, ranking.Found]]) -> Mapping[int, ranking.Found]:
    """Return the places of several terms that stand for the same word."""
    if len(places) == 1:
        return places[0]
    merged: dict[int, ranking.Found] = {}
    for each in places:
        for thing, found in each.items():
            before = merged.get(thing)
            merged[thing] = (
                found
                if before is None
                else ranking.Found(before.frequency + found.frequency, [*before.positions, *found.positions])
            )
    return merged
