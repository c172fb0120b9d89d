"""What an index keeps of a thing: its words with their weights and places. The same for every engine."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from search import ranking
from search.analysis import LONGEST_WORD, base_language, tokens
from search.engine import Document

# Changes whenever the same text would be kept otherwise: then things are written anew although they did not change.
FORMAT = 2
MOST_WORDS = 50_000
MOST_POSITIONS = 48
GAP = 20
LARGEST_FREQUENCY = 32_000


@dataclass
class Analysed:
    """What is kept of a thing. `terms` are by frequency and positions, `words` those that can be completed."""

    terms: dict[str, tuple[int, list[int]]]
    words: frozenset[str]
    length: int
    starts: list[int]


def analyse(documents: Sequence[Document]) -> Analysed:
    """Return the words of a thing with their places: title, tags, then part by part."""
    first = documents[0]
    language = base_language(first.language)
    frequencies: Counter[str] = Counter()
    positions: dict[str, list[int]] = defaultdict(list)
    words: set[str] = set()
    length = at = count = 0

    def add(text: str, weight: int) -> None:
        nonlocal length, at, count
        last = -1
        for token in tokens(text, language):
            if count >= MOST_WORDS:
                break
            last = token.position
            if token.is_stop and weight != ranking.TITLE:
                continue
            count += 1
            frequencies[token.term] += weight
            if len(positions[token.term]) < MOST_POSITIONS:
                positions[token.term].append(at + token.position)
            if not token.is_joined:
                length += weight
                if not token.is_stop:
                    words.add(token.word)
                    if token.word == f"{token.term}s" and len(token.term) > 3:
                        words.add(token.term)  # who slips in "webhook" finds what only says "webhooks"
        at += last + 1

    add(first.title, ranking.TITLE)
    for tag in first.tags:
        at += GAP
        add(tag, ranking.TAG)
    starts = []
    for document in documents:
        at += GAP
        starts.append(at)
        add(document.heading, ranking.HEADING)
        at += GAP
        add(document.body, ranking.BODY)
    terms = {term: (min(often, LARGEST_FREQUENCY), positions[term]) for term, often in frequencies.items()}
    return Analysed(terms, frozenset(words), length, starts)


def digest(documents: Sequence[Document]) -> str:
    """Return what tells whether a thing is the same as it stands."""
    kept = [
        [
            d.part,
            d.title,
            d.heading,
            d.body,
            d.tags,
            d.language,
            d.section,
            sorted(d.audience),
            d.boost,
            d.url,
            d.source,
        ]
        for d in documents
    ]
    return hashlib.sha256(json.dumps([FORMAT, LONGEST_WORD, kept]).encode()).hexdigest()
