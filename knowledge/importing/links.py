"""Links and pictures of a text, led to our addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

DESTINATION = (
    r"\(\s*(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)(\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"
)
INLINE = re.compile(r"\]" + DESTINATION)
REFERENCE = re.compile(r"^( {0,3}\[(?!\^)[^\]\n]+\]:[ \t]+)(<[^<>\n]*>|\S+)", re.MULTILINE)
IN_HTML = re.compile(r"(<(a|img|source|video)\b[^<>]*?\s)(href|src)=(\"[^\"\n]*\"|'[^'\n]*')", re.IGNORECASE)
SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Led:
    """Where an address leads: our address; or nothing, and then the words stay without a link."""

    address: str | None


# What an address becomes: it, and whether a picture is meant. None leaves it as it is.
Lead = Callable[[str, bool], Led | None]


def rewritten(text: str, lead: Lead) -> str:
    """Return the text, whose code is put aside, with every link and picture led; dead links are their words only."""
    text = _inline(_inline(text, lead, pictures=True), lead, pictures=False)

    def reference(found: re.Match[str]) -> str:
        led = lead(found[2].strip("<>"), False)
        return found[0] if led is None or led.address is None else f"{found[1]}{led.address}"

    def in_html(found: re.Match[str]) -> str:
        led = lead(found[4][1:-1], found[2].lower() == "img")
        if led is None:
            return found[0]
        return f'{found[1]}{found[3]}="{led.address}"' if led.address is not None else found[1].rstrip()

    return IN_HTML.sub(in_html, REFERENCE.sub(reference, text))


def _inline(text: str, lead: Lead, *, pictures: bool) -> str:
    """Rewrite pictures or links: a link may hold a picture, so these go first."""
    pieces: list[str] = []
    end = 0
    for found in INLINE.finditer(text):
        opening = _opening(text, found.start(), end)
        if opening is None:
            continue
        is_picture = opening > end and text[opening - 1] == "!"
        led = lead(found[1].strip("<>"), is_picture) if is_picture == pictures else None
        if led is None:
            continue
        words = text[opening + 1 : found.start()]
        pieces.append(text[end : opening - 1 if is_picture else opening])
        if led.address is None:
            pieces.append(words)
        else:
            address = f"<{led.address}>" if re.search(r"[\s()]", led.address) else led.address
            pieces.append(f"{'!' if is_picture else ''}[{words}]({address}{found[2] or ''})")
        end = found.end()
    pieces.append(text[end:])
    return "".join(pieces)


def _opening(text: str, closing: int, lowest: int) -> int | None:
    """Return where the bracket stands that belongs to the closing one; not before `lowest`, not far off."""
    depth = 0
    for index in range(closing, max(lowest, closing - LONGEST_TEXT) - 1, -1):
        sign = text[index]
        if sign == "]" and (index == 0 or text[index - 1] != "\\"):
            depth += 1
        elif sign == "[" and (index == 0 or text[index - 1] != "\\"):
            depth -= 1
            if depth == 0:
                return index
    return None
