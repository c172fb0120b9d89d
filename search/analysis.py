"""Text as words that can be compared: the same way for what is indexed, looked for and highlighted.

1. A word is a run of letters and digits. Its case and the accents of Latin letters are folded away.
2. Words that a sign joins (`api_key`, `set-up`, `userId`, `example.com`) stand for themselves and, written together,
   for the whole: `apikey` finds `api_key`, and the other way round.
3. A word of letters alone is reduced to its stem by the rules of its language; others (`429`, `v1`) stay as they are.
4. Chinese and Japanese, which put no spaces, are cut into pairs of signs.
5. Words that every text is full of are marked: of a text they are kept where they are in its title, and a query
   needs them only when it has no others.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from search.stop_words import STOP_WORDS

LONGEST_WORD = 64
MOST_JOINED = 6

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINTS = frozenset("_-.")
# Han, kana: written without spaces.
_UNSPACED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text. `term` is what is compared, `word` its folded form, `start` and `end` where it stands.

    `position` counts words. A `is_joined` token stands for several written as one, at the position of the first.
    """

    term: str
    word: str
    start: int
    end: int
    position: int
    is_stop: bool = False
    is_joined: bool = False


def _folded_letter(letter: str) -> str:
    """Return a Latin letter without its accent; every other sign as it is."""
    plain = unicodedata.normalize("NFKD", letter)
    base = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return base if base and base[0] < "ɐ" else letter


_FOLDED = {code: _folded_letter(chr(code)) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))}
_FOLDED |= {ord("ß"): "ss", ord("ẞ"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("ø"): "o", ord("ł"): "l"}
_FOLDED |= dict.fromkeys(range(0x300, 0x370), "")


def fold(text: str) -> str:
    """Return a text in lower case and without accents; full-width letters and ligatures become plain ones."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLDED)


def base_language(language: str) -> str:
    """Return "de" of "de-AT"."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return what a folded word is compared by in a language."""
    if not word.isalpha():
        return word
    name = _STEMMERS.get(language)
    if name is None:
        return word
    stemmers = _local.__dict__.setdefault("stemmers", {})  # a stemmer must not be used by two threads at a time
    if name not in stemmers:
        stemmers[name] = Stemmer.Stemmer(name)
    stemmed: str = stemmers[name].stemWord(word)
    return str(fold(stemmed))


def tokens(text: str, language: str = "en") -> list[Token]:
    """Return the words of a text, in order."""
    return list(_tokens(text, base_language(language)))


def _tokens(text: str, language: str) -> Iterator[Token]:
    stop_words = STOP_WORDS.get(language, frozenset())
    position = -1
    run: list[Token] = []
    for part, start, end in _parts(text):
        word = fold(part)
        if "'" in word or "’" in word:
            word = re.sub(r"['’]s$", "", word).replace("'", "").replace("’", "")
        word = word[:LONGEST_WORD]
        if not word:
            continue
        position += 1
        token = Token(stem(word, language), word, start, end, position, word in stop_words)
        if run and not (start == run[-1].end or (start == run[-1].end + 1 and text[start - 1] in _JOINTS)):
            yield from _joined(run)
            run = []
        run.append(token)
        yield token
    yield from _joined(run)


def _parts(text: str) -> Iterator[tuple[str, int, int]]:
    """Return the words with their places: `getUserId` in three, Chinese in pairs of signs."""
    for match in _WORD.finditer(text):
        found, start = match[0], match.start()
        humps = _HUMP.split(found) if found.isascii() and found[0].islower() and not found.islower() else []
        if len(humps) > 1 and min(map(len, humps)) > 1:
            for hump in humps:
                yield hump, start, start + len(hump)
                start += len(hump)
            continue
        if not found.isascii() and (unspaced := _UNSPACED.search(found)):
            yield from _pairs(found, start, unspaced)
            continue
        yield found, start, match.end()


def _pairs(found: str, start: int, unspaced: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    before, signs, after = found[: unspaced.start()], unspaced[0], found[unspaced.end() :]
    if before:
        yield before, start, start + len(before)
    first = start + len(before)
    for index in range(max(1, len(signs) - 1)):
        yield signs[index : index + 2], first + index, first + min(index + 2, len(signs))
    if after:
        yield from ((part, begin, end) for part, begin, end in _shifted(after, first + len(signs)))


def _shifted(text: str, offset: int) -> Iterator[tuple[str, int, int]]:
    for part, start, end in _parts(text):
        yield part, start + offset, end + offset


def _joined(run: list[Token]) -> Iterator[Token]:
    """Return what words that a sign joins are when written together; single words have no such form."""
    if 1 < len(run) <= MOST_JOINED and not _UNSPACED.match(run[0].word):
        whole = "".join(token.word for token in run)
        if len(whole) <= LONGEST_WORD:
            yield Token(whole, whole, run[0].start, run[-1].end, run[0].position, is_joined=True)
