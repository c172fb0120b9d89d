"""The one allow-list through which HTML from people passes, whatever way it came."""

import html as html_entities
import re
from collections import Counter
from collections.abc import Callable

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


# What articles have beyond letters: staff write them, so anchors, notes, tabs and pictures of the article may stay.
ARTICLE_ATTRIBUTES = {
    **ATTRIBUTES,
    **{tag: {"id"} for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "sup")},
    "a": {"class", "href", "title"},
    "details": {"class", "open"},
    "li": {"class", "id"},
    "p": {"class"},
    "sup": {"id", "class"},
}
ARTICLE_CLASSES = CLASSES | set(
    "admonition admonition-title note info tip success question warning danger example "
    "tabbed tab tab-label task task-mark footnote footnote-ref footnote-backref filename picture-missing".split()
)
ARTICLE_FILE = re.compile(r"/knowledge/files/[0-9a-f-]{36}/[^/\\\s]*")
FOOTNOTE_ID = re.compile(r"fn(?:ref\d*)?:[\w-]{1,50}")
ANCHOR = re.compile(r"[\w][\w.:-]{0,99}")
Address = Callable[[str], str | None]


def clean_article(html: str, *, link: Address | None = None, picture: Address | None = None) -> str:
    """Return the HTML of an article, safe by the same list as `clean`, with its anchors, notes and tabs.

    `link` and `picture` say what an address becomes; None leaves it as it is. Only pictures of articles are shown.
    HTML nested deeper than any article comes back as its text.
    """
    if _is_too_deep(html):
        return html_entities.escape(re.sub(r"<[^<>]*>", " ", html))

    def keep(tag: str, name: str, value: str) -> str | None:
        match name:
            case "class":
                kept = [
                    word
                    for word in value.split()
                    if word in ARTICLE_CLASSES or (tag == "span" and len(word) <= 3 and word.isalnum())
                ]
                return " ".join(kept) or None
            case "id":
                return value if (ANCHOR if tag[0] == "h" else FOOTNOTE_ID).fullmatch(value) else None
            case "src":
                value = (picture and picture(value)) or value
                return value if ARTICLE_FILE.fullmatch(value) else None  # as in `keep_attribute`
            case "href":
                return (link and link(value)) or value
        return value

    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ARTICLE_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=SCHEMES,
        link_rel="noopener",
        strip_comments=True,
    )


def text_of(html: str) -> str:
    """Return the text of HTML without any tag."""
    return nh3.clean(html, tags=set())
