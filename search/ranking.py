"""How well a thing answers a query: BM25F, and how close together its words stand. Pure arithmetic.

A term's frequency in a thing counts its title tenfold, tags fourfold, headings twice. The weights were chosen on two
judged collections, of 160 questions and of 528 long articles, so that both do well; neither is at its own best.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TITLE, TAG, HEADING, BODY = 10, 4, 2, 1
K1 = 6.0
B = 0.5
ADJACENT = 0.6
# Words that say little count a little where they stand in a title: "what is", "how do I".
STOP_WEIGHT = 0.2
# A thing must have words of at least this share of what the query's words tell: the commonest alone is too little.
ENOUGH = 0.05
FARTHEST = 3


@dataclass(frozen=True)
class Found:
    """A term's places in a thing: its weighted frequency, and positions."""

    frequency: int
    positions: Sequence[int]


def rarity(things: int, among: int) -> float:
    """Return how much a word tells that stands in `things` of `among`: more than 0, the rarer the more."""
    return (
        math.log(1 + (among - things + 0.5) / (things + 0.5)) if things < among else math.log(1 + 0.5 / (among + 0.5))
    )


def saturated(frequency: float, length: float, mean: float) -> float:
    """Return the share of a word's weight that a thing earns by having it so often, for its length."""
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / max(1.0, mean)))


def place(frequency: int, length: int) -> int:
    """Return an order for the things of a term that needs no mean: 0 tells most, 1000 least."""
    return 1000 - round(1000 * frequency / (frequency + K1 * (1 - B) + length / 100))


def closeness(words: Sequence[tuple[int, float, Mapping[int, Found]]], thing: int, first_part: int) -> float:
    """Return what a thing earns by having words that stand together in the query together as well.

    `words` are in the order typed: position, rarity, and where each thing has it. What stands before `first_part` is
    the title.
    """
    earned = 0.0
    for (at, rare, places), (next_at, next_rare, next_places) in zip(words, words[1:], strict=False):
        gap = next_at - at
        if not 0 < gap <= FARTHEST or thing not in places or thing not in next_places:
            continue
        after = set(next_places[thing].positions)
        together = sum(
            TITLE if position < first_part else BODY for position in places[thing].positions if position + gap in after
        )
        if together:
            earned += ADJACENT * min(rare, next_rare) * together / (together + 1.2)
    return earned


def has_phrase(phrase: Sequence[tuple[Sequence[int], int]]) -> bool:
    """Return whether words stand as in a phrase: for each the positions, and its distance from the first."""
    first, distance = phrase[0]
    others = [(set(positions), gap) for positions, gap in phrase[1:]]
    return any(all(position - distance + gap in places for places, gap in others) for position in first)


def best_part(words: Sequence[tuple[float, Sequence[int]]], starts: Sequence[int]) -> int:
    """Return the number of the part that has most of the words, by their rarity; the first one for none.

    Several times the same word counts a little; of equal parts the first is taken.
    """
    scores: dict[int, float] = {}
    for rare, positions in words:
        counts: dict[int, int] = {}
        for position in positions:
            part = bisect_right(starts, position) - 1
            if part >= 0:
                counts[part] = counts.get(part, 0) + 1
        for part, count in counts.items():
            scores[part] = scores.get(part, 0.0) + rare * count / (count + 0.4)
    return min(scores, key=lambda part: (-scores[part], part), default=0)
