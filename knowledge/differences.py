"""What changed between two texts, line by line, and within lines word by word. Pure.

1. Equal lines at both ends are set aside: most changes are small, and comparing costs the square of what is left.
2. What is left is compared; beyond MOST_LINES it is shown as replaced as a whole.
3. A replaced line is compared with its successor word by word, if both are short enough.
4. Equal stretches longer than twice CONTEXT lines are folded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_LINES = 2500
LONGEST_LINE = 2000
CONTEXT = 3
WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Part of a line; `is_changed` marks what the other text has not."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the comparison: "same", "old" (gone), "new" (added), or "fold" (equal lines left out: `count`)."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    old_number: int | None = None
    new_number: int | None = None
    count: int = 0


def compare(old: str, new: str) -> list[Line]:
    """Return the comparison; an empty list says that both are the same."""
    before, after = old.split("\n"), new.split("\n")
    if before == after:
        return []
    lines = list(_lines(before, after))
    return list(_folded(lines))


def paired(lines: list[Line]) -> list[tuple[Line | None, Line | None]]:
    """Return a comparison as rows of two columns: what was, and what is; a fold stands in both."""
    rows: list[tuple[Line | None, Line | None]] = []
    old: list[Line] = []
    new: list[Line] = []
    for line in lines:
        if line.kind == "old":
            old.append(line)
        elif line.kind == "new":
            new.append(line)
        else:
            rows += zip_longest(old, new)
            rows.append((line, line))
            old, new = [], []
    return [*rows, *zip_longest(old, new)]


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index in range(start):
        yield _same(before[index], index, index)
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        changes = [("replace", 0, len(old), 0, len(new))]
    else:
        changes = SequenceMatcher(a=old, b=new, autojunk=len(old) > 400).get_opcodes()  # type: ignore[assignment]
    for tag, old_from, old_to, new_from, new_to in changes:
        if tag == "equal":
            for step in range(old_to - old_from):
                yield _same(old[old_from + step], start + old_from + step, start + new_from + step)
        else:
            yield from _changed(old[old_from:old_to], new[new_from:new_to], start + old_from, start + new_from)
    for step in range(end):
        index = len(before) - end + step
        yield _same(before[index], index, len(after) - end + step)


def _same(text: str, old: int, new: int) -> Line:
    return Line("same", (Piece(text),), old + 1, new + 1)


def _changed(old: list[str], new: list[str], old_at: int, new_at: int) -> Iterator[Line]:
    pairs = [_words(one, other) for one, other in zip(old, new, strict=False)] if len(old) == len(new) else []
    for index, text in enumerate(old):
        yield Line("old", pairs[index][0] if pairs else (Piece(text),), old_number=old_at + index + 1)
    for index, text in enumerate(new):
        yield Line("new", pairs[index][1] if pairs else (Piece(text),), new_number=new_at + index + 1)


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if len(old) > LONGEST_LINE or len(new) > LONGEST_LINE:
        return (Piece(old),), (Piece(new),)
    before, after = WORDS.findall(old), WORDS.findall(new)
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    if matcher.quick_ratio() < 0.4:
        return (Piece(old),), (Piece(new),)
    was, now = [], []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if old_to > old_from:
            was.append(Piece("".join(before[old_from:old_to]), tag != "equal"))
        if new_to > new_from:
            now.append(Piece("".join(after[new_from:new_to]), tag != "equal"))
    return tuple(was), tuple(now)


def _folded(lines: list[Line]) -> Iterator[Line]:
    changed = [index for index, line in enumerate(lines) if line.kind != "same"]
    near = {at for index in changed for at in range(index - CONTEXT, index + CONTEXT + 1)}
    hidden = 0
    for index, line in enumerate(lines):
        if index in near:
            if hidden:
                yield Line("fold", count=hidden)
                hidden = 0
            yield line
        else:
            hidden += 1
    if hidden:
        yield Line("fold", count=hidden)
