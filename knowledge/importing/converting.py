"""One page's text, from whatever dialect, to the Markdown that we keep."""

from __future__ import annotations

import hashlib
import posixpath
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings

from knowledge.addresses import FILE_PREFIX
from knowledge.importing import dialects, links, liquid
from knowledge.importing.links import Led
from knowledge.importing.masking import Masked
from knowledge.importing.pages import FILES, Folder, Page, Site
from knowledge.importing.report import Sort
from knowledge.importing.tree import TreeRefused

# Keys of files are made of what they are, so that importing the same again names the same.
NAMESPACE = uuid.UUID("6d6d3c1f-0c5c-5d0e-9a9b-5b8d0f1f7a10")
MDX_IMPORT = re.compile(r"^import .* from ['\"](?:@|\.)", re.MULTILINE)
OWN_FILE = re.compile(rf"^{FILE_PREFIX}([0-9a-f-]{{36}})/([^/?#]+)$")


@dataclass(frozen=True)
class WantedFile:
    """A picture or download that an article names, by the key that its address holds."""

    key: uuid.UUID
    path: str
    name: str


@dataclass(frozen=True)
class Anchor:
    """A link to a heading of another page, to be checked once that is rendered."""

    file: str
    line: int
    target: str
    anchor: str


@dataclass
class Converted:
    """A text of ours, the files it shows, and the headings that it links to."""

    body: str = ""
    files: dict[uuid.UUID, WantedFile] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)
    is_local: bool = False  # it names files or pages relative to where it stands


class Converter:
    """Turns the pages of one site into our Markdown. `address_of` tells where a page or section will stand."""

    def __init__(self, site: Site, address_of: Callable[[Page | Folder], str]) -> None:
        self.site, self.address_of = site, address_of
        self.snippets: dict[str, Converted | None] = {}  # by name of the include; None: differs from page to page
        self.snippet_sources: dict[str, str] = {}  # by key
        for key, text in site.snippets.items():
            self.snippet_sources[key] = f"_snippets/{key}.md"
            self.snippets[key] = self._convert(text, f"_snippets/{key}.md", text, is_mdx=False)

    def page(self, page: Page) -> Converted:
        """Return a page's text as ours."""
        text = page.text
        if self.site.is_jekyll and ("{%" in text or "{{" in text):
            first = page.raw.count("\n", 0, len(page.raw) - len(page.text)) + 1

            def say(at: int, sort: Sort, message: str) -> None:
                self.site.report.say(page.source, first + page.text.count("\n", 0, at), sort, message)

            variables = {"url": "/" + posixpath.splitext(page.source)[0] + "/", "path": page.source, **page.keys}
            text = liquid.evaluate(text, liquid.Scope(variables, say, self._include))
        return self._convert(text, page.source, page.raw, is_mdx=page.source.endswith(".mdx"))

    # --- Includes ---

    def _include(self, name: str, parameters: dict[str, Any], alone: bool, scope: liquid.Scope) -> str | None:
        source = next((each for each in (name, f"{name}.md", f"{name}.html") if each in self.site.includes), None)
        if source is None:
            title, address = parameters.get("title"), parameters.get("href") or parameters.get("url")
            if title and address:  # a button or card of the theme
                words = parameters.get("description")
                return f"[{title}]({address})" + (f": {words}" if words else "")
            return None
        if alone and not parameters and (found := self._snippet(source)):
            return f"[snippet:{key_of(source)}]" if found.body else ""
        inner = liquid.Scope(
            scope.page, self._sayer(source), self._include, parameters, dict(scope.assigned), scope.depth + 1
        )
        text = liquid.evaluate(self.site.includes[source], inner)
        scope.is_of_page = scope.is_of_page or inner.is_of_page
        return text

    def _snippet(self, source: str) -> Converted | None:
        """Return an include as a snippet, None for one that reads what its page says or names files beside it."""
        if source not in self.snippets:
            self.snippets[source] = None  # it may include itself
            text = self.site.includes[source]
            scope = liquid.Scope({}, self._sayer(source), self._include)
            text = liquid.evaluate(text, scope)
            if not scope.is_of_page:
                found = self._convert(text, f"_includes/{source}", self.site.includes[source], is_mdx=False)
                if not found.is_local:
                    self.snippets[source] = found
                    self.snippet_sources[key_of(source)] = f"_includes/{source}"
        return self.snippets[source]

    def _sayer(self, source: str) -> liquid.Say:
        def say(at: int, sort: Sort, message: str) -> None:
            line = self.site.includes[source].count("\n", 0, at) + 1
            self.site.report.say(f"_includes/{source}", line, sort, message)

        return say

    # --- Dialects and links ---

    def _convert(self, text: str, source: str, raw: str, *, is_mdx: bool) -> Converted:
        found = Converted()
        lines = _Lines(raw)

        def say(words: str, sort: Sort, message: str) -> None:
            self.site.report.say(source, lines.of(words), sort, message)

        masked = Masked(text)
        text = masked.text
        if not self.site.is_export:
            if is_mdx or MDX_IMPORT.search(text):
                text = dialects.components(text, say)
            text = dialects.colon_notes(text)
            text = dialects.quoted_notes(text)
            if "{:" in text:
                text = dialects.kramdown_attributes(text)
            text = dialects.frames(text, say)
            for sign in re.findall(r"\{%[^%\n]{0,80}%\}", text) if not self.site.is_jekyll else ():
                say(sign, Sort.DEGRADED, f"{sign} stays as text: there is no _includes or _config.yml beside it")
        before = text
        text = links.rewritten(text, lambda href, is_picture: self._lead(href, is_picture, source, lines, found))
        if self.site.is_export:  # not a space of it changes
            whole = raw if source.startswith("_") else raw[raw.find("\n---\n", 3) + 5 :].removeprefix("\n")
            found.body = (whole if text == before else masked.whole(text).strip("\n")).rstrip()
            return found
        found.body = re.sub(r"\n{4,}", "\n\n\n", masked.whole(text)).strip("\n").rstrip()
        return found

    def _lead(self, href: str, is_picture: bool, source: str, lines: _Lines, found: Converted) -> Led | None:
        """Return where a link of this file leads now."""
        if not href or href.startswith("#") or "{{" in href or "{%" in href:
            return None
        if own := OWN_FILE.match(href):
            path = f"{FILES}/{own[1]}/{unquote(own[2])}"
            if path in self.site.files:
                key = uuid.UUID(own[1])
                found.files[key] = WantedFile(key, path, unquote(own[2]))
            return None
        if href.startswith("//") and "." not in href[2:].split("/")[0]:
            href = "/" + href.lstrip("/")  # no other server has such a name: one slash too many
        if links.SCHEME.match(href):
            if is_picture:
                self.site.report.say(source, lines.of(href), Sort.NO_PICTURE, f"{href} is elsewhere: its words stay")
            return None
        path, _mark, anchor = href.partition("#")
        path = unquote(path.split("?")[0])
        found.is_local = found.is_local or not path.startswith("/")
        if not is_picture and (page := self._page(path, source)):
            heading = unquote(anchor.split(":~:")[0]).strip("/")  # browsers find the words after :~: themselves
            if heading:
                found.anchors.append(Anchor(source, lines.of(href), page.source, heading))
            return Led(self.address_of(page) + (f"#{anchor}" if anchor else ""))
        if file := file_of(self.site, path, source):
            found.is_local = True
            return want(self.site, file, source, found)
        folder = self._folder(path, source)
        if folder is not None and not is_picture:
            return Led(self.address_of(folder))
        sort = Sort.NO_PICTURE if is_picture else Sort.DEAD_LINK
        self.site.report.say(source, lines.of(href), sort, href)
        return None if is_picture or self.site.is_export else Led(None)

    def _page(self, path: str, source: str) -> Page | None:
        for place in places(path, source):
            if place.startswith("/"):
                if page := self.site.find(place):
                    return page
            elif (key := self.site.names.get(place) or self.site.names.get(re.sub(r"\.(html?|mdx?)$", "", place))) or (
                key := self.site.names.get(place.lower())
            ):
                return self.site.pages[key]
        return None

    def _folder(self, path: str, source: str) -> Folder | None:
        for place in places(path, source):
            for prefix in self.site.prefixes:
                name = place.strip("/")
                name = name[len(prefix) :].strip("/") if prefix and f"{name}/".startswith(f"{prefix}/") else name
                for (_kind, folder), found in self.site.folders.items():
                    if folder.lower() == name.lower():
                        return found
        return None


def places(path: str, source: str) -> list[str]:
    """Return what an address may mean: from the root, from its file's folder, or from its page's address."""
    if path.startswith("/"):
        return [path]
    folder = posixpath.dirname(source)
    beside = posixpath.splitext(source)[0]
    both = (posixpath.join(folder, path), posixpath.join(beside, path))
    return [place for each in both if not (place := posixpath.normpath(each)).startswith("..")]


def file_of(site: Site, path: str, source: str) -> str | None:
    """Return the file of the tree that an address in this source means."""
    for place in places(path, source):
        for prefix in site.prefixes if place.startswith("/") else ("",):
            name = place.strip("/")
            name = name[len(prefix) :].strip("/") if prefix and f"{name}/".startswith(f"{prefix}/") else name
            for each in (name, f"static/{name}", f"public/{name}"):
                if each in site.files and each not in site.pages:
                    return each
    return None


def want(site: Site, path: str, source: str, found: Converted) -> Led:
    """Take a file of the tree into what a text shows, and return the address that it will have."""
    try:
        content = site.tree.read(path, most=settings.MAX_FILE_BYTES)
    except TreeRefused as refused:
        site.report.say(source, 0, Sort.NO_PICTURE, str(refused))
        return Led(None)
    key = uuid.uuid5(uuid.uuid5(NAMESPACE, f"{source}\n{path}"), hashlib.sha256(content).hexdigest())
    name = re.sub(r"[^\w.-]+", "-", posixpath.basename(path))[-100:] or "file"
    found.files[key] = WantedFile(key, path, name)
    return Led(f"{FILE_PREFIX}{key}/{quote(name)}")


def key_of(include: str) -> str:
    """Return the key of a snippet that was an include: its path without ending."""
    return re.sub(r"[^a-z0-9_-]+", "-", posixpath.splitext(include)[0].lower()).strip("-")[:100]


class _Lines:
    """Tells on which line of a file something stands: the next time it is asked for the same, the next place."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.last: dict[str, int] = {}

    def of(self, words: str) -> int:
        """Return the line, counted from 1; 0 for what stands nowhere in the file as it is."""
        words = words.split("\n")[0]
        at = self.raw.find(words, self.last.get(words, -1) + 1) if words else -1
        if at < 0:
            at = self.last.get(words, -1)
        self.last[words] = at
        return self.raw.count("\n", 0, at) + 1 if at >= 0 else 0
