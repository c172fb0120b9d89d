"""What Python-Markdown is told for articles, beyond its own extensions and pymdown's."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from content.sanitise import TAGS

# HTML that we know and drop. Every other word in angle brackets, such as <your-key>, is shown as it was typed.
DROPPED_TAGS = set(
    "address article aside audio base body button canvas center dialog dir embed fieldset font footer form frame "
    "frameset head header hgroup html iframe input label legend link main map math menu meta nav noscript object "
    "optgroup option output param picture progress script section select source strike style svg template "
    "textarea title track tt video wbr".split()
)
KNOWN_TAGS = TAGS | DROPPED_TAGS
OPEN_TAG = re.compile(r"</?([a-zA-Z][\w-]*)")
TASK = re.compile(r"\[([ xX])\] +")
MARKS = {" ": "☐", "x": "☑"}


class _UnknownTag(InlineProcessor):  # type: ignore[misc]  # Markdown has no types
    """`<your-key>` is text: no browser knows such an element, and its words must not vanish."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | None, int | None, int | None]:  # noqa: N802
        if m[1].lower() in KNOWN_TAGS:
            return None, None, None
        return self.md.htmlStash.store(escape(m[0], quote=False)), m.start(0), m.end(0)


class _Verbatim(InlineProcessor):  # type: ignore[misc]  # Markdown has no types
    """Math and template tags stay as they were typed: no emphasis inside."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: N802
        return self.md.htmlStash.store(escape(m[0], quote=False)), m.start(0), m.end(0)


class _LineBreak(InlineProcessor):  # type: ignore[misc]  # Markdown has no types
    """A backslash at the end of a line breaks it, as in CommonMark."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # noqa: N802
        return Element("br"), m.start(0), m.end(0)


class _Shapes(Treeprocessor):  # type: ignore[misc]  # Markdown has no types
    """Tabs without form controls, and marks of tasks as plain signs."""

    def run(self, root: Element) -> None:
        for element in list(root.iter()):
            if element.tag == "li":
                _mark_task(element)
            elif element.tag == "div" and element.get("class") == "tabbed-set":
                _plain_tabs(element)


def _mark_task(item: Element) -> None:
    holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    text = holder.text or ""
    if isinstance(text, AtomicString) or not (found := TASK.match(text)):
        return
    item.set("class", "task")
    mark = Element("span", {"class": "task-mark"})
    mark.text = AtomicString(MARKS[found[1].lower()])
    mark.tail = " " + text[found.end() :]
    holder.text = ""
    holder.insert(0, mark)


def _plain_tabs(tabs: Element) -> None:
    labels = [child for child in tabs if child.tag == "label"]
    contents = [child for child in tabs if child.tag == "div"]
    for child in list(tabs):
        tabs.remove(child)
    tabs.attrib.clear()
    tabs.set("class", "tabbed")
    for label, content in zip(labels, contents, strict=False):
        title = Element("p", {"class": "tab-label"})
        title.text = label.text
        title.extend(list(label))
        content.set("class", "tab")
        content.insert(0, title)
        tabs.append(content)


class _Attributes(AttrListTreeprocessor):  # type: ignore[misc]  # Markdown has no types
    """Attributes only where they are meant: `{: .note}`, `{#anchor}`, `{width=500}`; `/users/{id}` stays text."""

    BASE_RE = r"\{(?::[ ]*|(?=[#.][\w-]|[\w-]+=))([^\}\n ][^\n]*)\}"
    HEADER_RE = re.compile(rf"[ ]+{BASE_RE}[ ]*$")
    BLOCK_RE = re.compile(rf"\n[ ]*{BASE_RE}[ ]*$")
    INLINE_RE = re.compile(rf"^{BASE_RE}")


class ArticleExtension(Extension):  # type: ignore[misc]  # Markdown has no types
    """Registers what is above."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Put each where its neighbours are known (priorities: Python-Markdown's, highest first)."""
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.treeprocessors.register(_Shapes(md), "shapes", 25)  # before inline marks are read (20)
        md.inlinePatterns.register(_Verbatim(r"\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}", md), "template", 185)
        md.inlinePatterns.register(
            _Verbatim(
                r"\$\$(?!\s)[^$\n]{1,1000}\$\$|(?<![\w$\\])\$(?![\s\d,.$])[^$\n`]{1,300}(?<![\s\\])\$(?![\w$])"
                r"|\\\((?!\s)[^\n]{1,300}?\\\)|\\\[(?!\s)[^\n]{1,300}?\\\]",
                md,
            ),
            "math",
            184,
        )
        md.inlinePatterns.register(_UnknownTag(OPEN_TAG.pattern + r"(?:\s[^<>\n]{0,300})?/?>", md), "unknown_tag", 95)
        md.inlinePatterns.register(_LineBreak(r"\\\n", md), "backslash_break", 181)


def extension(**options: Any) -> ArticleExtension:
    """Return the extension for Python-Markdown."""
    return ArticleExtension(**options)
