"""Articles: Markdown as projects write it to safe HTML, with anchors, and in parts for search. Once, when it is saved.

1. Snippets are put in, lists and tables brought to Python-Markdown's columns (`content.article_lines`).
2. Python-Markdown renders, with `content.article_markdown`.
3. `content.sanitise` lets through what is on the list; links and pictures get their addresses there.
4. Headings get their levels and anchors, from the safe HTML, so raw HTML's headings have them as well.
"""

from __future__ import annotations

import html as html_entities
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import local
from typing import TypedDict

import markdown

from content.article_lines import normalised
from content.article_markdown import ArticleExtension
from content.sanitise import clean_article

RENDERER = 1
LONGEST_ARTICLE = 300_000
MOST_SNIPPETS = 200
DEEPEST_SNIPPET = 3

EXTENSIONS: list[str | markdown.Extension] = [
    "pymdownx.superfences",
    "pymdownx.highlight",
    "pymdownx.tilde",
    "pymdownx.magiclink",
    "pymdownx.saneheaders",
    "pymdownx.details",
    "pymdownx.tabbed",
    "pymdownx.quotes",
    "markdown.extensions.admonition",
    "markdown.extensions.tables",
    "markdown.extensions.sane_lists",
    "markdown.extensions.footnotes",
    "markdown.extensions.def_list",
    "markdown.extensions.abbr",
    "markdown.extensions.md_in_html",
]
CONFIGURATION = {
    "pymdownx.highlight": {"guess_lang": False, "use_pygments": True, "anchor_linenums": False},
    "pymdownx.tilde": {"subscript": False},
    "pymdownx.quotes": {"callouts": True},
    "markdown.extensions.footnotes": {"BACKLINK_TITLE": ""},
}
UNCOLOURED = {**CONFIGURATION, "pymdownx.highlight": {"use_pygments": False}}
# More than any article holds; beyond them the parser is slower than linear (SEC-26), and the source is shown as it is.
MOST = {"[": 3000, "`": 4000, "\\": 4000, "|": 8000, "*": 6000, "_": 8000, "~~": 2000, "<": 6000, "&": 8000, "@": 4000}
MOST_FENCES = 400
MOST_LINES = {
    re.compile(pattern, re.MULTILINE): most
    for pattern, most in (
        (r"^[> \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", 3000),
        (r"^[ \t]*(?:!!!|\?\?\?|===)", 1000),
        (r"^[ \t]*:[ \t]", 2000),
        (r"^[ \t]*\*\[", 200),
        (r"\[\^", 1000),
        (r"^[ \t]*#", 3000),
        (r"^[ \t]*(?:=+|-+)[ \t]*$", 1500),
        (r"^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+){20}", 0),
    )
}
DEEPEST_QUOTE = 30
MOST_COLOURED_CODE = 40_000
QUOTE_PREFIX = re.compile(rf"^(?:[ ]{{0,3}}>){{{DEEPEST_QUOTE + 1}}}", re.MULTILINE)
FENCE = re.compile(r"^[> \t]*(?:```|~~~)", re.MULTILINE)
SNIPPET = re.compile(r"^([ \t]*)\[snippet:([a-z0-9_-]{1,100})\][ \t]*$", re.MULTILINE)

OPENING = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
FOOTNOTE_SIGN = re.compile(r"<a class=\"footnote-(?:ref|backref)\"[^>]*>.*?</a>", re.DOTALL)
HEADING = re.compile(r"<h([1-6])(?: id=\"([^\"]*)\")?>(.*?)</h\1>", re.DOTALL)
PICTURE = re.compile(r"<img((?: [a-z]+=\"[^\"]*\")*)>")
# Ids that the pages around an article have or that scripts might look for; no heading takes them.
TAKEN_IDS = frozenset(
    "content content-start content-main find files to reply people notices tickets letters outcome sure ask news kept "
    "earlier promise promises zones state moved related transcript chapters feedback htmx django gettext".split()
)
_kept = local()

Address = Callable[[str], str | None]


class Heading(TypedDict):
    """A heading for tables of contents: level 2 to 4, the id in the page, its text."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Part:
    """The text from one heading to the next; what stands before the first has no anchor and no heading."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class RenderedArticle:
    """An article as safe HTML and what is told from it. `snippets` are the keys it uses, found or not."""

    html: str
    text: str
    headings: list[Heading] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    snippets: tuple[str, ...] = ()


def render_article(
    source: str, *, link: Address | None = None, picture: Address | None = None, snippet: Address | None = None
) -> RenderedArticle:
    """Return an article's Markdown as sanitised HTML, with its headings, parts and the snippets it uses.

    `link` and `picture` rewrite addresses (None leaves one as it is), `snippet` returns a snippet's Markdown by key.
    Raises nothing for any text; what is too costly to parse is shown as it was typed.
    """
    used: dict[str, None] = {}
    source = _with_snippets(source[:LONGEST_ARTICLE], snippet, used)[:LONGEST_ARTICLE]
    if _is_costly(source):
        html = clean_article(f"<pre>{html_entities.escape(source)}</pre>")
    else:
        converter = _converter(is_coloured=_code_length(source) <= MOST_COLOURED_CODE)
        try:
            html = converter.convert(normalised(source))
        except RecursionError:
            html = f"<pre>{html_entities.escape(source)}</pre>"
        finally:
            converter.reset()
        html = PICTURE.sub(_shown_picture, clean_article(html, link=link, picture=picture))
    html, headings = _with_anchors(html)
    parts = parts_of(html)
    text = "\n\n".join(filter(None, (piece for part in parts for piece in (part.heading, part.text))))
    return RenderedArticle(
        html=html,
        text=text,
        headings=[heading for heading in headings if 2 <= heading["level"] <= 4],
        parts=parts,
        snippets=tuple(used),
    )


def slug_of(text: str) -> str:
    """Return the anchor that GitHub and Jekyll give a heading: links from elsewhere keep leading to it."""
    text = unicodedata.normalize("NFC", text).strip().lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text))[:100]


def _converter(*, is_coloured: bool) -> markdown.Markdown:
    """Return this thread's converter: making one takes longer than rendering most articles."""
    name = "coloured" if is_coloured else "plain"
    converter: markdown.Markdown | None = getattr(_kept, name, None)
    if converter is None:
        converter = markdown.Markdown(
            extensions=[*EXTENSIONS, ArticleExtension()],
            extension_configs=CONFIGURATION if is_coloured else UNCOLOURED,
            output_format="html",
        )
        setattr(_kept, name, converter)
    return converter


def _with_snippets(source: str, snippet: Address | None, used: dict[str, None], depth: int = 0) -> str:
    """Put in the text of each snippet that stands on a line of its own, moved in as far as the line is."""

    def put_in(found: re.Match[str]) -> str:
        indent, key = found[1], found[2]
        if len(used) >= MOST_SNIPPETS and key not in used:
            return found[0]
        used[key] = None
        text = snippet(key) if snippet and depth < DEEPEST_SNIPPET else None
        if text is None:
            return found[0]
        text = _with_snippets(text.strip("\n")[:LONGEST_ARTICLE], snippet, used, depth + 1)
        room[0] -= len(text)
        if room[0] < 0:
            return found[0]
        return "\n".join(indent + line if line else "" for line in text.split("\n"))

    room = [LONGEST_ARTICLE]
    pieces = []
    for is_code, text in _by_code(source):
        pieces.append(text if is_code else SNIPPET.sub(put_in, text))
    return "".join(pieces)


def _by_code(source: str) -> list[tuple[bool, str]]:
    """Return the source in pieces: whether it is a fenced block of code, and its text."""
    pieces: list[tuple[bool, list[str]]] = [(False, [])]
    closing: re.Pattern[str] | None = None
    for line in source.splitlines(keepends=True):
        if closing is None and (opened := OPENING.match(line)):
            closing = re.compile(rf"[ \t]*{re.escape(opened[1][0])}{{{len(opened[1])},}}[ \t]*$")
            pieces.append((True, [line]))
        elif closing is not None and closing.match(line.rstrip("\r\n")):
            pieces[-1][1].append(line)
            pieces.append((False, []))
            closing = None
        else:
            pieces[-1][1].append(line)
    return [(is_code, "".join(lines)) for is_code, lines in pieces]


def _is_costly(source: str) -> bool:
    return (
        any(source.count(sign) > most for sign, most in MOST.items())
        or len(FENCE.findall(source)) > MOST_FENCES
        or any(len(pattern.findall(source)) > most for pattern, most in MOST_LINES.items())
        or QUOTE_PREFIX.search(source) is not None
    )


def _code_length(source: str) -> int:
    return sum(len(text) for is_code, text in _by_code(source) if is_code)


def _shown_picture(found: re.Match[str]) -> str:
    """Return a picture that may be shown, or what stands for one that may not: its words."""
    attributes = dict(re.findall(r" ([a-z]+)=\"([^\"]*)\"", found[1]))
    if "src" in attributes:
        return f'<img{found[1]} loading="lazy">'
    words = attributes.get("alt") or attributes.get("title") or ""
    return f'<span class="picture-missing">{words}</span>' if words.strip() else ""


def _with_anchors(html: str) -> tuple[str, list[Heading]]:
    """Return the HTML with its headings below the page's own, without gaps between levels, each with its id."""
    headings: list[Heading] = []
    taken = dict.fromkeys(TAKEN_IDS, 0)  # how many more wanted the same
    found = list(HEADING.finditer(html))
    shift = 1 if any(heading[1] == "1" for heading in found) else 0
    levels: list[tuple[int, int]] = [(1, 1)]  # as written, as shown; the page's own title first
    pieces, end = [], 0
    for heading in found:
        written = int(heading[1]) + shift
        while len(levels) > 1 and levels[-1][0] >= written:
            levels.pop()
        level = min(levels[-1][1] + 1, 6)
        levels.append((written, level))
        text = _text(heading[3])
        wanted = html_entities.unescape(heading[2] or "") or slug_of(text) or "part"
        anchor = wanted
        while anchor in taken:
            taken[wanted] += 1
            anchor = f"{wanted}-{taken[wanted]}"
        taken[anchor] = 0
        headings.append({"level": level, "anchor": anchor, "text": text})
        pieces += [
            html[end : heading.start()],
            f'<h{level} id="{html_entities.escape(anchor)}">{heading[3]}</h{level}>',
        ]
        end = heading.end()
    return "".join([*pieces, html[end:]]), headings


def parts_of(html: str) -> tuple[Part, ...]:
    """Return an article's HTML in parts from heading to heading of level 2 to 4; deeper ones stay in the text."""
    parts, end = [], 0
    anchor, title = "", ""
    for heading in re.finditer(r"<h([2-4]) id=\"([^\"]*)\">(.*?)</h\1>", html, re.DOTALL):
        parts.append(Part(anchor, title, _text(html[end : heading.start()])))
        anchor, title = html_entities.unescape(heading[2]), _text(heading[3])
        end = heading.end()
    parts.append(Part(anchor, title, _text(html[end:])))
    return tuple(parts)


def _text(html: str) -> str:
    """Return sanitised HTML as text: blocks on lines of their own, cells of a table with a space between."""
    text = re.sub(r"</t[dh]>\s*", " ", FOOTNOTE_SIGN.sub("", html)).replace("<pre", "\n<pre")
    text = re.sub(
        r"<br\s*/?>|</(?:p|div|h[1-6]|li|tr|pre|blockquote|table|ul|ol|dl|dt|dd|summary|details)>", "\n", text
    )
    text = html_entities.unescape(re.sub(r"<[^>]*>", "", text))
    return re.sub(r"\n\s*\n+", "\n\n", text).strip()
