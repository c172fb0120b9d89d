"""The one allow-list through which HTML from people passes, whatever way it came."""

import html as html_entities
import re
from collections import Counter

import nh3

TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "col": {"span"},
    "div": {"class"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "pre": {"class"},
    "span": {"class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto"}
# What Pygments writes; every other class a person may send is taken off.
CLASSES = frozenset({"highlight"})
OWN_FILE = re.compile(r"/files/[0-9a-f-]{36}/[^/\\\s]*")
# A tree deeper than this makes the parser slower than linear (SEC-26); no letter is nested like that.
DEEPEST = 300
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# They hold nothing, or end by themselves where the next begins.
FLAT_TAGS = set("area br col dd dt hr img input li link meta option p source td th tr wbr".split())


def keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the attribute's value, or None to drop it: highlighting keeps its classes, nobody else has any."""
    if name == "class":
        kept = [
            word for word in value.split() if word in CLASSES or (tag == "span" and len(word) <= 3 and word.isalnum())
        ]
        return " ".join(kept) or None
    if name == "src" and not OWN_FILE.fullmatch(value):
        return None  # a picture from elsewhere would tell its owner who reads, and when (SEC-15)
    return value


def clean(html: str) -> str:
    """Return HTML with everything taken out that could run, load, submit, restyle or deceive.

    HTML nested deeper than any letter comes back as its text.
    """
    if _is_too_deep(html):
        return html_entities.escape(re.sub(r"<[^<>]*>", " ", html))
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=keep_attribute,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )


def _is_too_deep(html: str) -> bool:
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name in TAG.findall(html):
        tag = name.lower()
        if tag in FLAT_TAGS or (closing and not opened[tag]):
            continue
        opened[tag] += -1 if closing else 1
        depth += -1 if closing else 1
        if depth > DEEPEST:
            return True
    return False


def text_of(html: str) -> str:
    """Return the text of HTML without any tag."""
    return nh3.clean(html, tags=set())
