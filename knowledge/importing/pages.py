"""The files of a tree as pages with keys and addresses: what links may name."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import yaml
from django.conf import settings
from django.utils.text import slugify

from knowledge.importing import front_matter
from knowledge.importing.report import Report, Sort
from knowledge.importing.tree import MOST_TEXT_BYTES, Tree, TreeRefused
from knowledge.models import Kind

ENDINGS = (".md", ".mdx", ".markdown")
INDEX_NAMES = {"index", "_index", "readme"}
OVERVIEWS = ("overview", "introduction", "index", "start")
MARKER, SECTION_FILE, SNIPPETS, FILES = "_export.yml", "_section.yml", "_snippets", "_files"
KIND_FOLDERS = {"docs": Kind.ARTICLE, "faq": Kind.FAQ, "videos": Kind.VIDEO}
DEEPEST_SECTION = 8
NUMBER = re.compile(r"^(\d{1,4})[-_. ]+(?=\D)")


@dataclass
class Page:
    """A file of Markdown with its front matter, and where it will stand."""

    source: str
    raw: str
    keys: dict[str, Any]
    text: str
    kind: str
    folder: str
    is_index: bool = False
    slug: str = ""
    language: str = ""
    original: str = ""  # the source of what this translates


@dataclass
class Folder:
    """A folder that becomes a section of its pages' kind."""

    path: str
    kind: str
    slug: str
    title: str
    keys: dict[str, Any] = field(default_factory=dict)
    parent: str = ""  # the path of the folder above that is a section, "" at the root


@dataclass
class Site:
    """A tree, read: its pages by source, its folders, and what addresses inside of it mean."""

    tree: Tree
    report: Report
    config: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    folders: dict[tuple[str, str], Folder] = field(default_factory=dict)
    includes: dict[str, str] = field(default_factory=dict)
    snippets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # an address, as links write it, to a page's source
    files: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ("",)
    is_export: bool = False
    is_jekyll: bool = False

    def find(self, address: str) -> Page | None:
        """Return the page that an address from the root of the site means."""
        for prefix in self.prefixes:
            name = address.strip("/")
            if prefix and not f"{name}/".startswith(f"{prefix}/"):
                continue
            key = name[len(prefix) :].strip("/") if prefix else name
            source = self.names.get(key) or self.names.get(re.sub(r"\.(?:html?|mdx?|markdown)$", "", key).lower())
            if source:
                return self.pages[source]
        return None


def read_site(tree: Tree, report: Report) -> Site:
    """Return the tree's pages and folders. Raises TreeRefused for a tree that is not read at all."""
    paths = tree.paths()
    site = Site(tree, report, files=frozenset(paths))
    site.is_export = MARKER in site.files
    site.config = _mapping(site, "_config.yml") if "_config.yml" in site.files else {}
    site.is_jekyll = bool(site.config) or any(path.startswith("_includes/") for path in paths)
    for path in paths:
        stem, ending = posixpath.splitext(path)
        if path.startswith("_includes/") and ending in (*ENDINGS, ".html", ".txt"):
            if (text := _text(site, path)) is not None:
                site.includes[path.removeprefix("_includes/")] = front_matter.split(text).text
        elif path.startswith(f"{SNIPPETS}/") and ending == ".md":
            if (text := _text(site, path)) is not None:
                site.snippets[posixpath.basename(stem)] = text
        elif ending.lower() in ENDINGS and not any(
            part.startswith("_") and part.lower() != "_index" + ending for part in path.split("/")
        ):
            _read_page(site, path)
    _place(site)
    _name(site)
    return site


def _text(site: Site, path: str) -> str | None:
    try:
        content = site.tree.read(path, most=MOST_TEXT_BYTES)
    except TreeRefused as refused:
        site.report.say(path, 0, Sort.NOT_READ, str(refused))
        return None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        site.report.say(path, line, Sort.DEGRADED, "not UTF-8: read as Windows-1252")
        return content.decode("cp1252", errors="replace").replace("\r\n", "\n").replace("\x00", "")


def _mapping(site: Site, path: str) -> dict[str, Any]:
    """Return what a YAML or JSON file holds, {} for what is none."""
    text = _text(site, path)
    try:
        found = json.loads(text or "{}") if path.endswith(".json") else front_matter.parse_yaml(text or "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        site.report.say(path, 0, Sort.NOT_READ, " ".join(str(error).split())[:120])
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def _read_page(site: Site, path: str) -> None:
    raw = _text(site, path)
    if raw is None:
        return
    found = front_matter.split(raw)
    if found.problem:
        site.report.say(path, 1, Sort.DEGRADED, found.problem)
    folder, name = posixpath.split(path)
    stem = posixpath.splitext(name)[0]
    top = path.split("/")[0]
    kind = str(found.keys.get("kind", "")).lower()
    if kind not in Kind.values:
        if kind:
            site.report.say(path, 1, Sort.DEGRADED, f"kind: {kind} is none of {', '.join(Kind.values)}")
        kind = KIND_FOLDERS[top] if site.is_export and top in KIND_FOLDERS else Kind.ARTICLE
    page = Page(path, raw, found.keys, found.text, kind, folder)
    page.language = str(found.keys.get("lang") or found.keys.get("language") or found.keys.get("locale") or "").lower()
    base, dot, suffix = stem.rpartition(".")
    if dot and suffix.lower() in dict(settings.LANGUAGES) and f"{folder}/{base}.md".lstrip("/") in site.files:
        page.language, page.original = suffix.lower(), f"{folder}/{base}.md".lstrip("/")
    if named := str(found.keys.get("translation_of") or ""):
        page.original = posixpath.normpath(posixpath.join(folder, named))
    page.is_index = stem.lower() in INDEX_NAMES and not site.is_export
    page.slug = slug_of(str(found.keys.get("slug") or "").strip("/").split("/")[-1] or stem.replace(".", "-"))
    site.pages[path] = page


def slug_of(text: str) -> str:
    """Return an address part as near to a file's name as an address may be."""
    return (re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or slugify(text) or "page")[:100]


def title_of(name: str) -> str:
    """Return a file's or folder's name as words."""
    words = re.sub(r"[-_]+", " ", NUMBER.sub("", name)).strip()
    return (words[:1].upper() + words[1:]) if words else name


def _place(site: Site) -> None:
    """Say which folders become sections, which pages are their overviews, and give each its address part."""
    kinds: dict[str, set[str]] = {}
    inhabited_below = {folder for source in site.pages for folder in _up(posixpath.dirname(source))}
    indexed = {page.folder for page in site.pages.values() if page.is_index}
    for page in list(site.pages.values()):
        beside = posixpath.join(page.folder, posixpath.splitext(posixpath.basename(page.source))[0])
        if not page.is_index and not site.is_export and beside in inhabited_below and beside not in indexed:
            page.is_index, page.folder = True, beside  # settings.md beside the folder settings/
    inhabited = Counter(page.folder for page in site.pages.values())
    above = {folder for path in inhabited for folder in _up(path)[:-1]}
    for page in site.pages.values():
        if page.is_index and page.folder and inhabited[page.folder] == 1 and page.folder not in above:
            # Alone in its folder: it stands where the folder would.
            page.slug, page.folder, page.is_index = (
                slug_of(posixpath.basename(page.folder)),
                posixpath.dirname(page.folder),
                False,
            )
    for page in site.pages.values():
        for folder in _up(page.folder):
            kinds.setdefault(folder, set()).add(page.kind)
    indexes = {page.folder: page for page in site.pages.values() if page.is_index}
    for path, found in sorted(kinds.items()):
        for kind in sorted(found):
            if not (site.is_export and path in KIND_FOLDERS):
                site.folders[kind, path] = _folder(site, path, kind, indexes.get(path))
    for path in sorted(site.files):  # a section that holds nothing yet
        folder = posixpath.dirname(path)
        if site.is_export and posixpath.basename(path) == SECTION_FILE and folder.split("/")[0] in KIND_FOLDERS:
            kind = KIND_FOLDERS[folder.split("/")[0]]
            for each in _up(folder)[1:]:
                site.folders.setdefault((kind, each), _folder(site, each, kind, None))
    taken: dict[tuple[str, str], set[str]] = {}
    for kind, path in site.folders:
        taken.setdefault((kind, site.folders[kind, path].parent), set()).add(site.folders[kind, path].slug.lower())
    for page in sorted(site.pages.values(), key=lambda page: (page.is_index, bool(page.original), page.source)):
        here = taken.setdefault((page.kind, page.folder), set())
        if page.is_index:
            page.slug = next((slug for slug in OVERVIEWS if slug not in here), "overview")
        wanted, number = page.slug, 1
        while page.slug.lower() in here:
            number += 1
            page.slug = f"{wanted}-{number}"
        if page.slug != wanted:
            site.report.say(page.source, 0, Sort.DEGRADED, f"its address part {wanted} is taken: {page.slug}")
        here.add(page.slug.lower())


def _up(folder: str) -> list[str]:
    parts = folder.split("/") if folder else []
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _folder(site: Site, path: str, kind: str, index: Page | None) -> Folder:
    keys: dict[str, Any] = {}
    for name in (SECTION_FILE, "_category_.json", "_category_.yml"):
        if f"{path}/{name}" in site.files:
            keys = _mapping(site, f"{path}/{name}")
            break
    own = index.keys if index else {}
    title = str(keys.get("title") or keys.get("label") or own.get("nav_title") or own.get("sidebar_label") or "")
    if not title and own.get("title"):
        title = re.sub(r"\s+(?:Overview|Index|Introduction)$", "", str(own["title"]).strip(), flags=re.IGNORECASE)
    keys = {**{key: own[key] for key in ("icon", "nav_order", "weight", "order") if key in own}, **keys}
    description = keys.get("description") or own.get("section_description") or own.get("description") or ""
    name = posixpath.basename(path)
    folder = Folder(path, kind, slug_of(str(keys.get("slug") or name)), title or title_of(name), keys)
    keys["description"] = " ".join(str(description).split())
    parent = posixpath.dirname(path)
    folder.parent = "" if site.is_export and parent in KIND_FOLDERS else parent
    return folder


def _name(site: Site) -> None:
    """Say what addresses mean: file names, with and without endings, permalinks, redirects, numbers left out."""
    later: dict[str, str] = {}
    for page in site.pages.values():
        stem = posixpath.splitext(page.source)[0]
        first, _slash, last = stem.rpartition("/")
        known = [page.source, stem, stem.lower()]
        if last.lower() in INDEX_NAMES:
            known += [first, first.lower(), f"{first}/index".strip("/")]
        if site.is_export:
            known += [stem.partition("/")[2] if page.kind == Kind.ARTICLE else stem]
        for key in known:
            site.names.setdefault(key, page.source)
        later[re.sub(r"(^|/)\d{1,4}[-_.]", r"\1", stem.lower())] = page.source
        for key in ("permalink", "url", "slug", "redirect_from", "aliases", "redirects"):
            for address in strings(page.keys.get(key)):
                later.setdefault(unquote(address).split("#")[0].strip("/"), page.source)
    for key, source in later.items():
        site.names.setdefault(key, source)
        site.names.setdefault(key.lower(), source)
    site.prefixes = _prefixes(site)


def _prefixes(site: Site) -> tuple[str, ...]:
    """Return what stands before the addresses of this tree in its links: "docs", where the site lies at /docs/."""
    base = str(site.config.get("baseurl") or "").strip("/")
    counts: Counter[str] = Counter()
    for page in site.pages.values():
        for first, rest in re.findall(r"\]\(/([\w-]+)/([^\s()#?]*)", page.text[:100_000]):
            if rest and re.sub(r"\.mdx?$", "", rest.strip("/")) in site.names:
                counts[first] += 1
    usual = [name for name, count in counts.most_common(2) if count >= 2]
    if site.is_export:
        usual.append("docs")
    return tuple(dict.fromkeys([base, *usual, ""] if base else [*usual, ""]))


def strings(value: Any) -> list[str]:
    """Return a key's value as a list of texts, whether it was written as one or as many."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []
