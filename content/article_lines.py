"""Markdown as people write it on GitHub and in editors, brought to the indentation that Python-Markdown reads.

CommonMark nests a list by the width of its marker, Python-Markdown by four columns; CommonMark lets a list or a table
follow a line of text at once. Nobody who writes an article should have to know. Lines of code and of raw HTML stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEEPEST_LIST = 20
ITEM = re.compile(r"([-*+]|\d{1,9}[.)])( +|$)")
RULE = re.compile(r"(?:- *){3,}$|(?:\* *){3,}$|(?:_ *){3,}$")
FENCE = re.compile(r"(`{3,}|~{3,})([^`]*)$")
# What holds indented lines in Python-Markdown's own writing: admonitions, details, tabs, footnotes.
HOLDER = re.compile(r'(?:!!!|\?\?\?\+?) +[\w-]|={3}[+!]{0,2} +"|\[\^[^\]\n]{1,100}\]:')
TABLE_RULE = re.compile(r"\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$|\|? *:?-+:? *\|$")
RAW = re.compile(r"<(pre|script|style|textarea)\b|<(!--)", re.IGNORECASE)
HTML = re.compile(r"</?[a-zA-Z]")
HEADING = re.compile(r"#{1,6} ")
# No paragraph lazily goes on with one of these.
BLOCK = re.compile(r"#{1,6} |>|</?(?:table|div|details|p|ul|ol|h[1-6]|pre|section)\b|\||\[snippet:", re.IGNORECASE)
# A block of HTML around Markdown, as CommonMark reads it: `<details>`, or another with an empty line after it.
# Kramdown reads Markdown in a cell that says so; Python-Markdown wants to hear it of everything around.
CELL = re.compile(r"<t[dh]\b[^<>]*\bmarkdown=", re.IGNORECASE)
AROUND_CELL = re.compile(r"<(table|thead|tbody|tfoot|tr)\b(?![^<>]*\bmarkdown=)", re.IGNORECASE)
AROUND = re.compile(r"<(details|div|section|article|aside|center)((?: [^<>]*)?)>(.*)$", re.IGNORECASE)


@dataclass
class _Holder:
    """A list item or a block whose content stands further in. Columns are those of the source."""

    marker: int
    content: int
    is_item: bool


class _Lines:
    def __init__(self, source: str) -> None:
        self.has_cells = CELL.search(source) is not None
        self.lines = [line.rstrip().expandtabs(4) if line.strip() else "" for line in source.split("\n")]
        # Two spaces at the end of a line break it; nothing else there has a meaning.
        self.breaks = [line.endswith("  ") and bool(line.strip()) for line in source.split("\n")]
        self.out: list[str] = []
        self.holders: list[_Holder] = []
        self.sorts: list[str] = []  # of the lists that are open, outermost first
        self.before = "blank"  # what the line before was: blank, item, text, html, block

    def run(self) -> str:
        index = 0
        while index < len(self.lines):
            index = self._line(index)
        return "\n".join(self.out)

    def _line(self, index: int) -> int:
        """Write one line, or a whole block of code or HTML, and return where the next begins."""
        line = self.lines[index]
        text = line.lstrip(" ")
        if not text:
            self._put("", "blank")
            return index + 1
        column = len(line) - len(text)
        item = None if RULE.match(text) else ITEM.match(text)
        starts = item or any(sign.match(text) for sign in (HOLDER, FENCE, BLOCK, RULE))
        self._leave(column, is_item=bool(item), starts_block=bool(starts))
        depth, inside = len(self.holders), column - (self.holders[-1].content if self.holders else 0)
        if inside >= 4 and not (self.before == "item" and item):
            # Code by indentation, or a line that goes on a paragraph.
            self._put(" " * (4 * depth + inside) + text, self.before if self.before != "blank" else "block", index)
            return index + 1
        if fence := FENCE.match(text):
            return self._code(index, column, fence)
        if (raw := RAW.match(text)) and self.before != "text":
            return self._raw(index, raw)
        if item and depth < DEEPEST_LIST and self.before != "html":
            self._item(text, item, column, index)
            return index + 1
        if HOLDER.match(text):
            self._put("    " * depth + text, "block", index)
            del self.sorts[depth:]
            self.sorts.append("")
            self.holders.append(_Holder(column, column + 4, is_item=False))
            return index + 1
        if HEADING.match(text) and self.before != "html":
            if self.before != "blank":
                self._put("", "blank")
            self._put("    " * depth + text, "text", index)
            self._put("", "blank")
            del self.sorts[depth:]
            return index + 1
        if self.before == "text" and "|" in text and index + 1 < len(self.lines):
            rule = self.lines[index + 1].strip()
            if "|" in rule and TABLE_RULE.match(rule):
                self._put("", "blank")
        if self.before != "item":
            del self.sorts[depth:]
        indent = "    " * depth + " " * (max(inside, 0) if not depth else 0)
        if HTML.match(text) and self.before in {"blank", "block"}:
            self._put(indent + self._around(text, index), "html", index)
        else:
            after = self.before if self.before in {"html", "item"} else "text"
            self._put(indent + text, after, index)
        return index + 1

    def _leave(self, column: int, *, is_item: bool, starts_block: bool) -> None:
        """Step out of the items and blocks that a line at this column does not belong to."""
        while self.holders:
            last = self.holders[-1]
            needed = min(last.content, last.marker + 2) if last.is_item else last.content
            if column >= needed:
                return
            if not starts_block and last.is_item and self.before in {"item", "text"} and column <= last.content:
                return  # a line that lazily goes on the paragraph of the item
            self.holders.pop()
            if self.before != "blank" and not is_item:
                self._put("", "blank")

    def _item(self, text: str, item: re.Match[str], column: int, index: int) -> None:
        marker, gap = item[1], len(item[2])
        depth = len(self.holders)
        sort = "ordered" if marker[0].isdigit() else "bullet"
        goes_on = depth < len(self.sorts) and self.sorts[depth] == sort
        if self.before == "text" and sort == "ordered" and not goes_on and marker[:-1] != "1":
            self._put("    " * depth + text, "text", index)  # a line of text that begins with a number
            return
        is_first_inside = self.before == "item" and 0 < depth == len(self.sorts)
        if self.before in {"text", "block"} or (self.before == "item" and not goes_on and not is_first_inside):
            self._put("", "blank")
        shown = f"{marker[:-1]}." if sort == "ordered" else "-"
        self._put("    " * depth + f"{shown} {text[item.end() :]}".rstrip(), "item", index)
        self.sorts[depth:] = [sort]
        self.holders.append(_Holder(column, column + len(marker) + (gap if 1 <= gap <= 4 else 1), is_item=True))

    def _code(self, index: int, column: int, fence: re.Match[str]) -> int:
        """Copy a block of code as it is, moved as a whole."""
        indent = "    " * len(self.holders)
        if not self.holders:
            indent = " " * column
        if self.before in {"text", "item"} and self.holders:
            self._put("", "blank")
        self.out.append(indent + fence[0])
        end = re.compile(rf"{re.escape(fence[1][0])}{{{len(fence[1])},}}$")
        for at in range(index + 1, len(self.lines)):
            line = self.lines[at]
            stripped = line.lstrip(" ")
            if end.match(stripped) and len(line) - len(stripped) <= column + 3:
                self._put(indent + fence[1], "block")
                return at + 1
            self.out.append((indent + line[min(column, len(line) - len(stripped)) :]) if stripped else "")
        self._put(indent + fence[1], "block")  # nobody closed it
        return len(self.lines)

    def _raw(self, index: int, raw: re.Match[str]) -> int:
        """Copy a block of HTML in which white space counts, up to the line that ends it."""
        end = "-->" if raw[2] else f"</{raw[1].lower()}"
        for at in range(index, len(self.lines)):
            self._put(("    " * len(self.holders) if at == index else "") + self.lines[at], "html", at)
            if end in self.lines[at].lower():
                return at + 1
        return len(self.lines)

    def _around(self, text: str, index: int) -> str:
        """Return a line that opens a block of HTML, told to read Markdown inside where CommonMark would."""
        if not (found := AROUND.match(text)) or "markdown" in found[2]:
            return text
        following = self.lines[index + 1] if index + 1 < len(self.lines) else ""
        if found[1].lower() != "details" and (following or found[3]):
            return text
        return f'<{found[1]} markdown="1"{found[2]}>{found[3]}'

    def _put(self, line: str, kind: str, index: int | None = None) -> None:
        if kind == "html" and self.has_cells:
            line = AROUND_CELL.sub(r'<\1 markdown="1"', line)
        self.out.append(line + ("  " if index is not None and self.breaks[index] and kind != "html" else ""))
        self.before = kind


def normalised(source: str) -> str:
    """Return the source with its lists, tables and code where Python-Markdown looks for them. Linear in its length."""
    return _Lines(source.replace("\r\n", "\n").replace("\r", "\n")).run()
