"""Putting code aside while a text is rewritten: nothing inside of it is a link, a note or a component."""

from __future__ import annotations

import re

OPENING = re.compile(r"^[ \t>]*(`{3,}(?=[^`]*$)|~{3,})")
SPAN = re.compile(r"(?<!`)(`{1,4})(?!`)([^\n]{1,2000}?(?:\n[^\n]{1,2000}?)?)(?<!`)\1(?!`)")
RAW = re.compile(r"<(pre|script|style)\b[^<>]{0,500}>|<!--", re.IGNORECASE)
# Private letters that stand in for what was put aside; a text that holds some loses them, they mean nothing anywhere.
LEFT, RIGHT = "\ue0f0", "\ue0f1"
MARK = re.compile(f"{LEFT}(\\d+){RIGHT}")


class Masked:
    """A text whose code is put aside; `text` may be rewritten, `whole` puts the code back."""

    def __init__(self, source: str) -> None:
        self.kept: list[str] = []
        source = source.replace(LEFT, "").replace(RIGHT, "")
        self.text = SPAN.sub(self._keep, self._without_raw(self._without_fences(source)))

    def _keep(self, found: re.Match[str]) -> str:
        return self.keep(found[0])

    def keep(self, text: str) -> str:
        """Put a text aside and return what stands for it."""
        self.kept.append(text)
        return f"{LEFT}{len(self.kept) - 1}{RIGHT}"

    def _without_raw(self, source: str) -> str:
        """Put HTML aside in which nothing is Markdown; what never ends is text, and looked for once."""
        lower = source.lower()
        endless: set[str] = set()
        pieces, at, position = [], 0, 0
        while found := RAW.search(source, position):
            closing = f"</{found[1].lower()}>" if found[1] else "-->"
            end = -1 if closing in endless else lower.find(closing, found.end())
            position = found.end()
            if end < 0:
                endless.add(closing)
                continue
            position = end + len(closing)
            pieces += [source[at : found.start()], self.keep(source[found.start() : position])]
            at = position
        return "".join([*pieces, source[at:]])

    def _without_fences(self, source: str) -> str:
        out: list[str] = []
        block: list[str] = []
        closing: re.Pattern[str] | None = None
        for line in source.split("\n"):
            if closing is not None:
                block.append(line)
                if closing.match(line):
                    out.append(self._block(block))
                    block, closing = [], None
            elif opened := OPENING.match(line):
                closing = re.compile(rf"^[ \t>]*{re.escape(opened[1][0])}{{{len(opened[1])},}}[ \t]*$")
                block = [line]
            else:
                out.append(line)
        return "\n".join([*out, *block])  # a fence that nobody closed is text

    def _block(self, lines: list[str]) -> str:
        """Return the block as one line that is still in its place: its indentation and its quotation marks stay."""
        indent = re.match(r"[ \t>]*", lines[0])
        prefix = indent[0] if indent else ""
        inner = [line[len(prefix) :] if line.startswith(prefix) else line.lstrip(" \t>") for line in lines]
        return prefix + self.keep("\n".join(inner))

    def whole(self, text: str) -> str:
        """Return the text with its code put back, moved in as far as what stands for it."""
        for _ in range(4):  # a span may hold what stands for a comment
            out = []
            for line in text.split("\n"):
                found = MARK.search(line)
                if found and not line[: found.start()].strip(" \t>") and not line[found.end() :].strip():
                    prefix = line[: found.start()]
                    out.append(
                        "\n".join((prefix + row).rstrip() if row else prefix.rstrip() for row in self._rows(found))
                    )
                else:
                    out.append(MARK.sub(lambda each: self.kept[int(each[1])], line))
            text = "\n".join(out)
            if LEFT not in text:
                break
        return text

    def _rows(self, found: re.Match[str]) -> list[str]:
        return self.kept[int(found[1])].split("\n")
