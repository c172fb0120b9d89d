"""Near words for one that is found nowhere, from the vocabulary of what the reader may find.

Two words are near when taking at most one letter from each makes them the same: that covers a letter too many or too
few, another letter, and two letters in each other's place. An index keeps, for each word, what is left when a letter
is taken from it (`deletions`), looks the same up for a word that is not known, and asks `best` which of those it
found is meant. It must count words only in what the reader may see: a word that stands in hidden texts alone is no
suggestion (SEC-06).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHORTEST = 4
LONGEST = 24
MOST_NEAR = 3
# A known word is doubted when a near one is this many times as frequent.
DOUBT = 40

_NEIGHBOURS = {
    letter: set(row[max(0, place - 1) : place + 2]) - {letter}
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for place, letter in enumerate(row)
}


def can_be_corrected(word: str) -> bool:
    """Return whether this is a word at all: `429` or `sk-12ab` must be right as they stand."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def deletions(word: str) -> frozenset[str]:
    """Return the word, and what is left when any one letter is taken from it."""
    return frozenset({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def distance(typed: str, word: str) -> float:
    """Return how unlike two near words are; slips that hands make often count less than 1."""
    if typed == word:
        return 0.0
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    end = 0
    while end < min(len(typed), len(word)) - start and typed[-1 - end] == word[-1 - end]:
        end += 1
    ours, theirs = typed[start : len(typed) - end], word[start : len(word) - end]
    first = 0.15 if start == 0 else 0.0  # the first letter is seldom wrong
    if len(ours) + len(theirs) == 1:  # one letter too many or too few; doubled ones most often
        letter = ours or theirs
        return 0.7 + first if letter in (typed[start - 1 : start], word[start : start + 1]) else 0.9 + first
    if len(ours) == len(theirs) == 2 and ours == theirs[::-1]:
        return 0.7 + first
    if len(ours) == len(theirs) == 1:
        return (0.85 if theirs in _NEIGHBOURS.get(ours, ()) else 1.0) + first
    return 2.0 + first  # a letter taken from each, in different places


def best(typed: str, found: Mapping[str, int]) -> list[str]:
    """Return which of the near words may be meant, best first; the numbers say how many things each is found in."""
    ranked = sorted(
        (
            (distance(typed, word) - _commonness(count), word)
            for word, count in found.items()
            if count > 0 and word != typed and can_be_corrected(word) and _is_near_enough(typed, word)
        ),
    )
    return [word for value, word in ranked if value < ranked[0][0] + 0.35][:MOST_NEAR]


def doubted(typed: str, count: int, found: Mapping[str, int]) -> str:
    """Return another spelling of a word that is found, where that is found far more often; else ""."""
    near = best(typed, {word: times for word, times in found.items() if times >= DOUBT * max(1, count)})
    return near[0] if near and distance(typed, near[0]) < 1.5 else ""


def _is_near_enough(typed: str, word: str) -> bool:
    """Return whether a difference is a slip: in a short word, two places are another word."""
    return distance(typed, word) < 2.0 or min(len(typed), len(word)) >= 7


def _commonness(count: int) -> float:
    """Return 0 for a word of one thing, and up to 0.8 for one of thousands: half a slip's worth."""
    return min(0.8, 0.09 * count.bit_length())


@dataclass
class Speller:
    """A vocabulary in memory, for an index that lists its words: word and in how many things it is found."""

    counts: Mapping[str, int]
    _left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    def __post_init__(self) -> None:
        for word in self.counts:
            if can_be_corrected(word):
                for rest in deletions(word):
                    self._left[rest].append(word)

    def near(self, typed: str) -> list[str]:
        """Return the words that may be meant by one that is not known, best first."""
        return best(typed, self._found(typed)) if can_be_corrected(typed) else []

    def doubted(self, typed: str) -> str:
        """Return the usual spelling of a word that is known, but hardly ever written like this; else ""."""
        return doubted(typed, self.counts.get(typed, 0), self._found(typed)) if can_be_corrected(typed) else ""

    def _found(self, typed: str) -> dict[str, int]:
        return {word: self.counts[word] for rest in deletions(typed) for word in self._left.get(rest, ())}


def split(typed: str, counts: Mapping[str, int]) -> Sequence[str]:
    """Return two known words that were written as one, the most frequent pair; none if there is none."""
    pairs = [
        (min(counts.get(typed[:place], 0), counts.get(typed[place:], 0)), place) for place in range(3, len(typed) - 2)
    ]
    often, place = max(pairs, default=(0, 0))
    return (typed[:place], typed[place:]) if often else ()
