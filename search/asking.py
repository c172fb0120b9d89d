"""What somebody typed, as words and phrases to look for: the same for every engine."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.analysis import base_language, stem, tokens
from search.stop_words import STOP_WORDS

# So much of what was typed is read, and so many of its words are looked for: anything longer is a text, not a query.
LONGEST_TEXT = 2_000
MOST_WORDS = 32
JOINED_WEIGHT = 0.6
SYNONYM_WEIGHT = 0.7

_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]?')


@dataclass(frozen=True)
class Word:
    """A word to look for: how it was typed (folded), how much it counts, and its place among the words.

    `is_must` is a word within quotes. `is_extra` was not typed: a synonym, or two words written as one. `is_stop` says
    little beside the others: it may help to order what was found, but finds nothing.
    """

    word: str
    position: int
    weight: float = 1.0
    is_must: bool = False
    is_extra: bool = False
    is_stop: bool = False


@dataclass(frozen=True)
class Asked:
    """The words, best first none: in the order typed; phrases are within quotes; `prefix` is the unfinished last word.

    A phrase holds (word, distance from the phrase's first word).
    """

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[tuple[str, int], ...], ...] = ()
    prefix: str = ""


def asked(
    text: str, *, languages: Iterable[str] = ("en",), is_prefix: bool = False, synonyms: Sequence[Sequence[str]] = ()
) -> Asked:
    """Return what a text asks for; any text does, an empty one for nothing.

    Words that say little are marked so, unless there are no others. Each group of `synonyms` holds words or phrases
    that mean the same.
    """
    text = text[:LONGEST_TEXT]
    quoted = [(match.start(1), match.end(1)) for match in _QUOTED.finditer(text) if match[1].strip()]
    stop_words = frozenset[str]().union(*(STOP_WORDS.get(base_language(name), ()) for name in languages))
    found = [token for token in tokens(text, "") if token.word]
    phrases = []
    for start, end in quoted:
        inside = [token for token in found if start <= token.start and token.end <= end and not token.is_joined]
        if len(inside) > 1:
            phrases.append(tuple((token.word, token.position - inside[0].position) for token in inside))
    prefix = ""
    if is_prefix and found and text[-1:].isalnum():
        prefix = next(token.word for token in reversed(found) if not token.is_joined)
    words: dict[str, Word] = {}
    plain = [token for token in found if not token.is_joined]
    only_stops = all(token.word in stop_words for token in plain)
    for token in found:
        is_quoted = any(start <= token.start and token.end <= end for start, end in quoted)
        if token.is_joined:
            words.setdefault(token.word, Word(token.word, token.position, 1.0, is_extra=True))
            continue
        is_stop = token.word in stop_words and not only_stops and token.word != prefix
        if token.word not in words or is_quoted:
            words[token.word] = Word(token.word, token.position, is_must=is_quoted and not is_stop, is_stop=is_stop)
    for one, other in zip(plain, plain[1:], strict=False):
        are_words = not (one.word in stop_words and other.word in stop_words)
        if are_words and other.position == one.position + 1 and text[one.end : other.start] == " ":
            both = one.word + other.word
            words.setdefault(both, Word(both, one.position, JOINED_WEIGHT, is_extra=True))
    for word, share in _meaning_the_same([token.word for token in plain], synonyms):
        if word not in stop_words:
            words.setdefault(word, Word(word, -1, SYNONYM_WEIGHT * share, is_extra=True))
    typed = [word for word in words.values() if not word.is_extra][:MOST_WORDS]
    extra = [word for word in words.values() if word.is_extra][:MOST_WORDS]
    return Asked((*typed, *extra), tuple(phrases), prefix)


def stems(word: str, languages: Iterable[str]) -> frozenset[str]:
    """Return what a folded word may stand as in the index: its stem in each language."""
    return frozenset({stem(word, base_language(language)) for language in languages} or {word})


def with_others(text: str, other: Mapping[str, str]) -> str:
    """Return what was typed with some words (folded) spelled otherwise, the rest as it stands."""
    pieces, at = [], 0
    for token in tokens(text[:LONGEST_TEXT], ""):
        if not token.is_joined and token.word in other and token.start >= at:
            pieces += [text[at : token.start], other[token.word]]
            at = token.end
    return "".join([*pieces, text[at:]])


def normalized(text: str) -> str:
    """Return a query as it is compared with others: its words, folded, in their order."""
    return " ".join(token.word for token in tokens(text[:LONGEST_TEXT], "") if not token.is_joined)


def _meaning_the_same(typed: Sequence[str], synonyms: Sequence[Sequence[str]]) -> Iterable[tuple[str, float]]:
    """Return the words of everything that means the same as something typed, each with its share of its phrase."""
    line = f" {' '.join(typed)} "
    for group in synonyms:
        folded = [normalized(member) for member in group]
        if any(member and f" {member} " in line for member in folded):
            for member in folded:
                words = member.split()
                for word in words:
                    if word not in typed:
                        yield word, 1 / len(words)
