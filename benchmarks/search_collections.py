"""What search is measured on: judged collections from a folder, and texts made up to a size.

A judged collection is a folder with `queries.jsonl`, `qrels.tsv` and `docs.jsonl`; where the last is missing its
documents are the Markdown files of another folder, by their path.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from search.analysis import fold
from search.stop_words import STOP_WORDS

# Letters beside each other on a keyboard, for slips of the hand.
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
LIQUID = re.compile(r"{%.*?%}|{{.*?}}|{:.*?}", re.S)
TAG = re.compile(r"<[^>\n]*>")
LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?")
HEADING = re.compile(r"^#{2,4}\s+(.+?)\s*#*$", re.M)


@dataclass(frozen=True)
class Thing:
    """What a query should find: parts are (heading, text), the first without a heading."""

    id: str
    title: str
    parts: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Return all of it but the title, as engines see it that know no parts."""
        return "\n".join(f"{heading}\n{text}" if heading else text for heading, text in self.parts)


@dataclass(frozen=True)
class Collection:
    """Things, queries by id, and the ids of the things that answer each; none judged in a made-up one."""

    name: str
    things: list[Thing]
    queries: dict[str, str]
    judged: dict[str, set[str]] = field(default_factory=dict)


def judged(folder: Path, documents: Path | None = None) -> Collection:
    """Return a judged collection; `documents` is the folder of Markdown where it brings no documents of its own."""
    queries = {row["id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
    answers: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, thing, _value = line.split("\t")
        answers.setdefault(query, set()).add(thing)
    if (folder / "docs.jsonl").exists():
        things = [Thing(row["id"], row["title"], (("", row["text"]),)) for row in _lines(folder / "docs.jsonl")]
    elif documents:
        things = list(markdown(documents))
    else:
        raise SystemExit(f"{folder} brings no documents: name the folder of Markdown they are in.")
    return Collection(folder.name, things, queries, answers)


def markdown(folder: Path) -> Iterator[Thing]:
    """Return the pages of a documentation in Markdown, without folders whose name begins with `_`."""
    import frontmatter

    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder)
        if any(part.startswith("_") for part in name.parts):
            continue
        page = frontmatter.loads(path.read_text(errors="replace"))
        text = LINK.sub(r"\1", TAG.sub(" ", LIQUID.sub(" ", page.content)))
        pieces = HEADING.split(text)
        parts = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
        title = str(page.metadata.get("title") or path.stem)
        yield Thing(name.as_posix(), title, tuple((head, body.strip()) for head, body in parts if head or body.strip()))


def made_up(count: int, seed: int = 1) -> Collection:
    """Return texts of about 150 words out of 50,000, as frequent as words are (Zipf), and 300 queries of 2 to 4.

    Half of a query's words are common, half say something; nothing is judged: this is for times.
    """
    import numpy

    chance = numpy.random.default_rng(seed)
    pick = random.Random(seed)
    syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "er", "il")]
    words = list({"".join(pick.choices(syllables, k=pick.randint(2, 4))): None for _ in range(75_000)})[:50_000]
    chances = 1.0 / numpy.arange(1, len(words) + 1) ** 1.05
    chances /= chances.sum()
    lengths = numpy.clip(chance.lognormal(4.8, 0.6, count), 20, 900).astype(int)
    drawn = chance.choice(len(words), size=int(lengths.sum()) + 6 * count, p=chances)
    things, at = [], 0
    for number, length in enumerate(lengths):
        text = [words[place] for place in drawn[at : at + length + 6]]
        at += length + 6
        things.append(Thing(str(number), " ".join(text[:6]), (("", " ".join(text[6:])),)))
    queries = {}
    for number in range(300):
        text = pick.choice(things).text.split()
        rare = sorted(pick.sample(text, 8), key=words.index)
        queries[f"m{number}"] = " ".join([*rare[2 : 2 + pick.randint(1, 2)], *rare[-pick.randint(1, 2) :]])
    return Collection(f"{count:,}", things, queries)


def with_typo(query: str, seed: str) -> str:
    """Return a query with one slip in one word of four letters or more: left out, doubled, swapped or beside it.

    A query without such a word stays as it is.
    """
    chance = random.Random(f"typo {seed}")
    words = [match for match in re.finditer(r"[A-Za-z]{4,}", query) if fold(match[0]) not in STOP_WORDS["en"]]
    if not words:
        return query
    match = chance.choice(words)
    word, kind = match[0], chance.choice(["out", "twice", "swap", "beside"])
    place = chance.randrange(1, len(word) - 1)
    letter = word[place]
    if kind == "out":
        wrong = word[:place] + word[place + 1 :]
    elif kind == "twice":
        wrong = word[:place] + letter + word[place:]
    elif kind == "swap" and letter != word[place + 1]:
        wrong = word[:place] + word[place + 1] + letter + word[place + 2 :]
    else:
        row = next((row for row in ROWS if letter.lower() in row), ROWS[1])
        beside = row.find(letter.lower())
        wrong = (
            word[:place]
            + chance.choice(row[max(0, beside - 1) : beside] + row[beside + 1 : beside + 2])
            + word[place + 1 :]
        )
    return query[: match.start()] + wrong + query[match.end() :]


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open() as file:
        yield from map(json.loads, file)
