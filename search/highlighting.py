"""Which words of a text matched, and the passage of it that tells most: plain text cut into (text, is_match) pieces."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from search.analysis import Token, base_language, fold, stem, tokens

LONGEST_PASSAGE = 220
# So much of a text is looked at; a match further behind is shown by the beginning of the text.
MOST_LOOKED_AT = 60_000
Pieces = tuple[tuple[str, bool], ...]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BLANK = re.compile(r"\s+")
_SENTENCE = re.compile(r"[.!?:]\s+|\n+")


@dataclass(frozen=True)
class Wanted:
    """What is marked: words with one of these terms, and words that begin with `prefix`."""

    terms: frozenset[str]
    language: str = "en"
    prefix: str = ""

    @cached_property
    def _candidates(self) -> re.Pattern[str] | None:
        """Words whose beginning may be that of a wanted one: a stem's last letters may differ from the word's."""
        starts = {term[: max(2, len(term) - 2)] for term in self.terms} | ({self.prefix} if self.prefix else set())
        if not starts:
            return None
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(starts)))})(?:['’]?[^\W_])*")

    def is_wanted(self, word: str, term: str) -> bool:
        """Return whether a word is to be marked."""
        return term in self.terms or bool(self.prefix and word.startswith(self.prefix))

    def places(self, text: str) -> list[tuple[int, int, str]]:
        """Return where wanted words stand: start, end, term. Looks at whole words only."""
        pattern = self._candidates
        if pattern is None:
            return []
        folded = fold(text)
        if len(folded) != len(text) or any("-" in term or not term.isascii() for term in self.terms):
            return [(t.start, t.end, t.term) for t in self._tokens(text)]
        language = base_language(self.language)
        found = []
        for match in pattern.finditer(folded):
            word = re.sub(r"['’]s$", "", match[0]).replace("'", "").replace("’", "")
            term = stem(word, language)
            if self.is_wanted(word, term):
                found.append((match.start(), match.end(), term))
        return found or [(t.start, t.end, t.term) for t in self._tokens(text) if t.is_joined]

    def _tokens(self, text: str) -> Iterator[Token]:
        return (token for token in tokens(text, self.language) if self.is_wanted(token.word, token.term))


def marked(text: str, wanted: Wanted) -> Pieces:
    """Return a whole text, such as a title, with its wanted words marked."""
    return _cut(text, 0, len(text), wanted.places(text))


def passage(text: str, wanted: Wanted, longest: int = LONGEST_PASSAGE) -> Pieces:
    """Return the part of a text that has the most different wanted words close together, from a sentence's beginning.

    At most `longest` characters and an ellipsis at either end; the text's beginning where nothing is wanted. White
    space is squeezed.
    """
    text = text[:MOST_LOOKED_AT]
    places = wanted.places(text)
    start, end = _window(text, places, longest)
    pieces = _squeezed(_cut(text, start, end, [place for place in places if start <= place[0] and place[1] <= end]))
    before, after = bool(text[:start].strip()), bool(text[end:].strip())
    return (*([("… ", False)] if before else []), *pieces, *([(" …", False)] if after else []))


def _window(text: str, places: list[tuple[int, int, str]], longest: int) -> tuple[int, int]:
    """Return start and end of the best stretch."""
    best, best_value = 0, (-1, -1)
    last = 0
    for first, (start, _end, _term) in enumerate(places):
        last = max(last, first)
        while last < len(places) and places[last][1] - start <= longest - 40:
            last += 1
        inside = places[first:last]
        value = (len({term for _s, _e, term in inside}), len(inside))
        if value > best_value:
            best, best_value = start, value
    start = 0
    if best > 40:
        start = best
        ahead = text[max(0, best - 80) : best]
        sentences = [match.end() for match in _SENTENCE.finditer(ahead)]
        if sentences:
            start = max(0, best - 80) + sentences[-1]
        else:
            blank = text.find(" ", max(0, best - 40), best)
            start = blank + 1 if blank >= 0 else best
    end = start + longest
    if end >= len(text):
        return start, len(text)
    blank = max(text.rfind(" ", start + longest // 2, end), text.rfind("\n", start + longest // 2, end))
    return start, blank if blank > start else end


def _cut(text: str, start: int, end: int, places: Iterable[tuple[int, int, str]]) -> Pieces:
    pieces: list[tuple[str, bool]] = []
    at = start
    for first, last, _term in sorted(places):
        if first < at:
            continue
        if first > at:
            pieces.append((text[at:first], False))
        pieces.append((text[first:last], True))
        at = last
    if at < end:
        pieces.append((text[at:end], False))
    return tuple(pieces)


def _squeezed(pieces: Pieces) -> Pieces:
    squeezed = [(_BLANK.sub(" ", text), is_match) for text, is_match in pieces]
    if squeezed:
        squeezed[0] = (squeezed[0][0].lstrip(), squeezed[0][1])
        squeezed[-1] = (squeezed[-1][0].rstrip(), squeezed[-1][1])
    return tuple(piece for piece in squeezed if piece[0])
