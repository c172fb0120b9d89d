"""Markdown to HTML, once, when it is written; always through the sanitiser."""

import html as html_entities
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import markdown
from django.utils.safestring import SafeString, mark_safe

from content.sanitise import clean

EXTENSIONS = [
    "pymdownx.superfences",
    "pymdownx.highlight",
    "pymdownx.tilde",
    "pymdownx.magiclink",
    "markdown.extensions.tables",
    "markdown.extensions.sane_lists",
    "markdown.extensions.nl2br",
    "markdown.extensions.footnotes",
]
CONFIGURATION = {
    "pymdownx.highlight": {"guess_lang": False, "use_pygments": True, "anchor_linenums": False},
    "pymdownx.tilde": {"subscript": False},
}
UNCOLOURED = {**CONFIGURATION, "pymdownx.highlight": {"use_pygments": False}}
LONGEST_SOURCE = 100_000
# More of these than anybody writes by hand make the parser slower than linear (SEC-26): such a text, mostly a
# machine's, is shown as it was typed. Measured: each limit alone costs less than half a second.
MOST = {"[": 1500, "`": 1500, "\\": 3000, "|": 8000, "*": 4000, "_": 8000, "~~": 2000, "<": 4000, "&": 8000, "@": 8000}
MOST_FENCES = 200
DEEPEST_QUOTE = 30
# Colouring hostile code takes up to a second for 100,000 letters; nobody reads that much code in a message for colours.
MOST_COLOURED_CODE = 20_000
QUOTE_PREFIX = re.compile(rf"^(?:[ ]{{0,3}}>){{{DEEPEST_QUOTE + 1}}}", re.MULTILINE)
FENCE = re.compile(r"^[> \t]*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True)
class Rendered:
    """Markdown as safe HTML and as plain text."""

    html: str
    text: str


def render(source: str) -> Rendered:
    """Return the source as sanitised HTML and as plain text. Raw HTML in it is shown, not interpreted."""
    source = source[:LONGEST_SOURCE]
    if _is_costly(source):
        html = clean(f"<pre>{html_entities.escape(source)}</pre>")
        return Rendered(html=html, text=plain(html))
    converter = _converter(is_coloured=_code_length(source) <= MOST_COLOURED_CODE)
    try:
        html = clean(converter.reset().convert(source))
    except BaseException:
        _kept.__dict__.clear()  # one that stopped half way does not know where it is
        raise
    return Rendered(html=html, text=plain(html))


_kept = threading.local()


def _converter(*, is_coloured: bool) -> markdown.Markdown:
    """Return this thread's converter: putting one together takes longer than most messages take to convert."""
    name = "coloured" if is_coloured else "plain"
    converter: markdown.Markdown | None = getattr(_kept, name, None)
    if converter is None:
        configuration = CONFIGURATION if is_coloured else UNCOLOURED
        converter = markdown.Markdown(extensions=EXTENSIONS, extension_configs=configuration, output_format="html")
        converter.preprocessors.deregister("html_block")
        converter.inlinePatterns.deregister("html")
        setattr(_kept, name, converter)
    return converter


def _is_costly(source: str) -> bool:
    return (
        any(source.count(sign) > most for sign, most in MOST.items())
        or len(FENCE.findall(source)) > MOST_FENCES
        or QUOTE_PREFIX.search(source) is not None
    )


def _code_length(source: str) -> int:
    """Return from the first fence to the last: no code of a named language lies outside, however fences nest."""
    fences = [fence.start() for fence in FENCE.finditer(source)]
    return fences[-1] - fences[0] if fences else 0


def plain(html: str) -> str:
    """Return sanitised HTML as text: paragraphs keep their blank line, everything else its words."""
    text = re.sub(r"<br\s*/?>", "\n", html)
    text = re.sub(r"</(p|div|h[1-6]|li|tr|pre|blockquote|table|ul|ol|dl)>", "\n", text)
    text = re.sub(r"<[^>]*>", "", text)
    return re.sub(r"\n{3,}", "\n\n", html_entities.unescape(text)).strip()


def trusted(html: str) -> SafeString:
    """Return HTML that `render` or `clean` made, marked as safe for templates. The only such place."""
    return mark_safe(html)  # noqa: S308 (sanitised when it was written)


def linked_data(data: Mapping[str, Any]) -> SafeString:
    """Return JSON as it may stand inside of <script type="application/ld+json">: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False)
    return mark_safe(text.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}))  # noqa: S308
