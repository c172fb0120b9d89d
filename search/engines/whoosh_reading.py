"""One generation of the embedded index, as readers see it.

A segment never changes once it is written, so what is read of one is kept as long as it is in use. Things that were
taken out of it stand on no shelf (-1). Whoosh's files are read by one thread at a time: they have one place each at
which they are read.
"""

import heapq
import json
import threading
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from search.engine import Key
from search.engines.whoosh_schema import SCHEMA
from search.spelling import LONGEST, can_be_corrected, deletions

MOST_KEPT_POSTINGS = 400_000
# So many completions of an unfinished word are counted: those of the whole index that are found most.
MOST_COUNTED_COMPLETIONS = 96
NOWHERE = -1
_A = ord("a")


@dataclass
class Shelf:
    """Things of one kind, language, section and audience."""

    pk: int
    kind: str
    language: str
    section: str
    audience: frozenset[str]
    things: int = 0
    length: int = 0


class Row:
    """A thing among the candidates; what is shown of it is read when it is asked for."""

    def __init__(self, snapshot: "Snapshot", pk: int) -> None:
        self._snapshot, self.pk = snapshot, pk
        segment, number = snapshot.place(pk)
        self.shelf_id: int | None = snapshot.shelf_of[pk]
        self.object_id: int = segment.pks[number]
        self.length: int = segment.lengths[number]
        self.boost: float = segment.boosts[number]
        self.starts: Sequence[int] = snapshot.starts(pk)

    @property
    def kind(self) -> str:
        """Return what kind of thing it is."""
        return self._snapshot.shelves[self._snapshot.shelf_of[self.pk]].kind

    @property
    def title(self) -> str:
        """Return its title."""
        return str(self._snapshot.stored(self.pk)["title"])

    @property
    def source(self) -> str:
        """Return where it came from."""
        return str(self._snapshot.stored(self.pk)["source"])


@dataclass(frozen=True)
class PartRow:
    """A part of a thing as it is shown."""

    thing_id: int
    number: int
    anchor: str
    heading: str
    body: str
    url: str


class _Whole(SegmentReader):  # type: ignore[misc]
    """A reader that shows what was taken out as well: the snapshot knows it."""

    deleted_docs_set = frozenset[int]()


class Segment:
    """What is read of a segment of the index."""

    def __init__(self, folder: Path, segment: Any) -> None:
        self.reader = _Whole(FileStorage(str(folder)), SCHEMA, segment)
        self.count: int = segment.doc_count_all()
        self.shelves: list[bytes] = []
        numbers: dict[bytes, int] = {}
        self.local = array("i")
        for shelf in self.reader.column_reader("shelf", translate=False):
            if shelf not in numbers:
                numbers[shelf] = len(self.shelves)
                self.shelves.append(shelf)
            self.local.append(numbers[shelf])
        self.pks = list(self.reader.column_reader("pk", translate=False))
        self.lengths = array("I", self.reader.column_reader("length", translate=False))
        self.boosts = array("f", self.reader.column_reader("boost", translate=False))
        self.places = self.reader.column_reader("places", translate=False)
        self.starts = self.reader.column_reader("starts", translate=False)
        if not len(self.local) == len(self.pks) == len(self.lengths) == len(self.boosts) == self.count:
            raise ValueError("a column is short")
        self._kept: dict[tuple[str, str], tuple[array[int], array[int]]] = {}
        self._kept_count = 0
        self._vocabulary: dict[int, list[tuple[str, int]]] | None = None

    def postings(self, field: str, term: str) -> tuple["array[int]", "array[int]"]:
        """Return the numbers of the things that have a term, and how often."""
        found = self._kept.get((field, term))
        if found is not None:
            return found
        things, often = array("I"), array("H")
        try:
            matcher = self.reader.postings(field, term)
        except TermNotFound:
            matcher = None
        while matcher is not None and matcher.is_active():
            things.append(matcher.id())
            often.append(int(matcher.weight()))
            matcher.next()
        if self._kept_count > MOST_KEPT_POSTINGS:
            self._kept, self._kept_count = {}, 0
        self._kept[field, term] = things, often
        self._kept_count += len(things) + 16
        return things, often

    def words(self, length: int) -> list[tuple[str, int]]:
        """Return the words of a length that can be meant, each with its letters as bits."""
        if self._vocabulary is None:
            vocabulary: dict[int, list[tuple[str, int]]] = defaultdict(list)
            for term in self.reader.lexicon("words"):
                word = term.decode()
                if can_be_corrected(word):
                    vocabulary[len(word)].append((word, letters(word)))
            self._vocabulary = vocabulary
        return self._vocabulary.get(length, [])

    def beginning(self, prefix: str) -> list[tuple[int, str]]:
        """Return the words that begin so, with the number of things that have them."""
        return [
            (self.reader.doc_frequency("words", term), term.decode())
            for term in self.reader.expand_prefix("words", prefix)
        ]


def letters(word: str) -> int:
    """Return which letters a word has, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << ((ord(letter) - _A) & 63)
    return bits


class Snapshot:
    """A generation of the index: what there is to rank by, and the things themselves."""

    def __init__(self, folder: Path, toc: TOC, known: Mapping[str, Segment]) -> None:
        self.folder, self.generation = folder, toc.generation
        self.lock = threading.RLock()
        self.segments: dict[str, Segment] = {}
        self.shelves: list[Shelf] = []
        self.shelf_of = array("i")
        self.bases: list[int] = []
        self._order: list[Segment] = []
        self.gone = 0
        numbers: dict[bytes, int] = {}
        for segment in toc.segments:
            name = segment.segment_id()
            read = known.get(name) or Segment(folder, segment)
            self.segments[name] = read
            self._order.append(read)
            self.bases.append(len(self.shelf_of))
            mapped = [self._shelf(shelf, numbers) for shelf in read.shelves]
            shelf_of = array("i", [mapped[local] for local in read.local])
            for gone in segment.deleted_docs():
                shelf_of[gone] = NOWHERE
            self.gone += segment.deleted_count()
            for shelf, length in zip(shelf_of, read.lengths, strict=True):
                if shelf != NOWHERE:
                    self.shelves[shelf].things += 1
                    self.shelves[shelf].length += length
            self.shelf_of.extend(shelf_of)

    def _shelf(self, packed: bytes, numbers: dict[bytes, int]) -> int:
        if packed not in numbers:
            kind, language, section, audience = json.loads(packed)
            numbers[packed] = len(self.shelves)
            self.shelves.append(Shelf(len(self.shelves), kind, language, section, frozenset(audience)))
        return numbers[packed]

    def is_whole(self, checked: Mapping[Path, tuple[int, ...]]) -> bool:
        """Return whether the files of this generation are still those that were checked."""
        for path, seen in checked.items():
            if path.parent == self.folder and path.name.partition(".")[0] in self.segments:
                stat = path.stat()
                if (stat.st_ino, stat.st_size, stat.st_mtime_ns) != seen:
                    return False
        return True

    def place(self, thing: int) -> tuple[Segment, int]:
        """Return the segment in which a thing is, and its number there."""
        at = len(self.bases) - 1
        while self.bases[at] > thing:
            at -= 1
        return self._order[at], thing - self.bases[at]

    def stored(self, thing: int) -> dict[str, Any]:
        """Return what is shown of a thing."""
        segment, number = self.place(thing)
        with self.lock:
            stored: dict[str, Any] = segment.reader.stored_fields(number)["thing"]
        return stored

    def digest(self, thing: int) -> str:
        """Return what tells whether a thing is the same as another."""
        return str(self.stored(thing)["digest"])

    def starts(self, thing: int) -> Sequence[int]:
        """Return the positions at which the parts of a thing begin."""
        segment, number = self.place(thing)
        packed = array("I")
        with self.lock:
            packed.frombytes(segment.starts[number])
        return packed

    def keys(self) -> Iterator[Key]:
        """Return what is in the index."""
        for base, segment in zip(self.bases, self._order, strict=True):
            for number, pk in enumerate(segment.pks):
                if (shelf := self.shelf_of[base + number]) != NOWHERE:
                    yield Key(self.shelves[shelf].kind, pk)

    def find(self, key: Key) -> int | None:
        """Return the number of a thing."""
        for base, segment in zip(self.bases, self._order, strict=True):
            with self.lock:
                things, _often = segment.postings("key", f"{key.kind}:{key.pk}")
            for thing in things:
                if self.shelf_of[base + thing] != NOWHERE:
                    return base + thing
        return None

    def places(self, thing: int) -> bytes:
        """Return where terms stand in a thing, for `whoosh_schema.standing`."""
        segment, number = self.place(thing)
        with self.lock:
            data: bytes = segment.places[number]
        return data

    # --- What a search asks ---------------------------------------------------------------------------------------

    def postings(self, field: str, term: str) -> list[tuple[int, "array[int]", "array[int]"]]:
        """Return by segment its first number, the things that have a term, and how often."""
        with self.lock:
            found = [
                (base, *segment.postings(field, term)) for base, segment in zip(self.bases, self._order, strict=True)
            ]
        return [each for each in found if each[1]]

    def postings_with_lengths(self, term: str) -> list[tuple[int, "array[int]", "array[int]", "array[int]"]]:
        """Return by segment its first number, the things that have a term, how often, and all things' lengths."""
        with self.lock:
            found = [
                (base, *segment.postings("terms", term), segment.lengths)
                for base, segment in zip(self.bases, self._order, strict=True)
            ]
        return [each for each in found if each[1]]

    def count(self, field: str, term: str, shelves: frozenset[int]) -> dict[int, int]:
        """Return how many things have a term, by shelf."""
        counted: Counter[int] = Counter()
        for base, things, _often in self.postings(field, term):
            shelf_of = self.shelf_of
            counted.update(map(shelf_of.__getitem__, things if not base else [base + thing for thing in things]))
        return {shelf: often for shelf, often in counted.items() if shelf in shelves}

    def near_words(self, typed: str, shelves: frozenset[int]) -> dict[str, int]:
        """Return words that are near one, with the number of things on these shelves that have them."""
        if len(typed) > LONGEST + 1:
            return {}
        ours, rests = letters(typed), deletions(typed)
        near: set[str] = set()
        with self.lock:
            for segment in self._order:
                for length in range(len(typed) - 1, len(typed) + 2):
                    near.update(
                        word
                        for word, theirs in segment.words(length)
                        if (ours ^ theirs).bit_count() <= 2 and not rests.isdisjoint(deletions(word))
                    )
        counts = {word: sum(self.count("words", word, shelves).values()) for word in near}
        return {word: often for word, often in counts.items() if often}

    def completions(self, prefix: str, shelves: frozenset[int], most: int) -> list[str]:
        """Return the words on these shelves that begin so, the most frequent first."""
        often: Counter[str] = Counter()
        with self.lock:
            for segment in self._order:
                for count, word in segment.beginning(prefix):
                    often[word] += count
        words = heapq.nsmallest(MOST_COUNTED_COMPLETIONS, often, key=lambda word: (-often[word], word))
        counts = {word: sum(self.count("words", word, shelves).values()) for word in words}
        return sorted((word for word in words if counts[word]), key=lambda word: (-counts[word], word))[:most]
