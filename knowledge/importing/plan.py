"""What a tree asks for: sections, snippets and articles, as they shall be."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.addresses import article_address, section_address
from knowledge.importing.converting import Anchor, Converted, Converter, WantedFile, file_of, key_of, want
from knowledge.importing.pages import FILES, Folder, Page, Site, read_site, strings, title_of
from knowledge.importing.report import Report, Sort
from knowledge.importing.tree import Tree, TreeRefused
from knowledge.models import Audience, Kind
from knowledge.transcripts import LARGEST_BYTES, read_transcript

# Every key that an import reads; of others it says how many files have them.
READ_KEYS = set(
    "title description summary excerpt slug permalink url kind order nav_order weight sidebar_position position tags "
    "keywords lang language locale draft published hidden unlisted hide_from_sitemap plan beta deprecated "
    "redirect_from aliases redirects audience tiers owner review_by translation_of nav_title sidebar_label "
    "section_description icon "
    "question video duration chapters transcript poster file source".split()
)
EXPORTED_FILE = re.compile(rf"/?{FILES}/([0-9a-f-]{{36}})/([^/]+)$")
OLD_ADDRESS = re.compile(r"^[^\s?#]{1,450}")


@dataclass
class PlannedVideo:
    """What a video shows. `file` and `poster` are among the article's files."""

    url: str = ""
    file: WantedFile | None = None
    poster: WantedFile | None = None
    duration_seconds: int | None = None
    chapters: list[dict[str, Any]] = field(default_factory=list)
    transcript: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class PlannedArticle:
    """An article as it shall be. `folder` is its section's, "" the root of the import."""

    kind: str
    source: str
    folder: str
    slug: str
    title: str
    summary: str
    body: str
    order: int
    tags: list[str]
    language: str
    original: str
    audience: str | None
    tiers: list[str]
    owner: str
    review_by: date | None
    is_listed: bool
    is_published: bool
    redirects: list[str]
    files: list[WantedFile]
    video: PlannedVideo | None
    origin: str = ""  # of an export: the file that it was imported from

    @property
    def digest(self) -> str:
        """Return what tells whether anything of it changed."""
        return hashlib.sha256(json.dumps(self.__dict__, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.__dict__ if hasattr(value, "__dict__") else str(value)


@dataclass
class Plan:
    """All that an import shall make so."""

    site: Site
    folders: list[Folder]
    snippets: dict[str, tuple[str, str]]  # key: body and source
    articles: list[PlannedArticle]
    anchors: list[Anchor]
    ignored: Counter[str]


def plan_of(tree: Tree, report: Report, *, section: str = "") -> Plan:
    """Return what the tree asks for, below the section of this path. Raises TreeRefused."""
    site = read_site(tree, report)

    def address_of(target: Page | Folder) -> str:
        if isinstance(target, Folder):
            return section_address(target.kind, path_of(site, target.kind, target.path, section))
        above = path_of(site, target.kind, target.folder, section)
        return article_address(target.kind, f"{above}/{target.slug}".strip("/"))

    converter = Converter(site, address_of)
    anchors: list[Anchor] = []
    articles = []
    for page in site.pages.values():
        if page.is_index and not page.text.strip():
            continue  # it only names its folder
        found = converter.page(page)
        anchors += found.anchors
        articles.append(_article(site, page, found.body, list(found.files.values())))
    ignored = Counter(key for page in site.pages.values() for key in page.keys if key not in READ_KEYS)
    snippets = {}
    for name, made in converter.snippets.items():
        key = next((key for key in (name, key_of(name)) if key in converter.snippet_sources), None)
        if made is not None and made.body and key:
            snippets[key] = (made.body, converter.snippet_sources[key])
            anchors += made.anchors
    return Plan(site, sorted(site.folders.values(), key=_depth), snippets, articles, anchors, ignored)


def _depth(folder: Folder) -> tuple[int, str]:
    return folder.path.count("/"), folder.path


def path_of(site: Site, kind: str, folder: str, section: str) -> str:
    """Return the path of the section that a folder becomes; `section` is that of the import's root."""
    parts: list[str] = []
    while folder:
        found = site.folders.get((kind, folder))
        if found is None:
            break
        parts.insert(0, found.slug)
        folder = found.parent
    return "/".join(filter(None, [section.strip("/"), *parts]))


def _article(site: Site, page: Page, body: str, files: list[WantedFile]) -> PlannedArticle:
    keys, report = page.keys, site.report
    title = _line(keys.get("title") or keys.get("question"))
    heading = re.match(r"\s*#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\{#[\w-]+\})?(?:\n|\Z)", body)
    if heading and not site.is_export and (not title or _bare(heading[1]) == _bare(title)):
        title = title or _bare(heading[1])
        body = body[heading.end() :].lstrip("\n")
    name = posixpath.splitext(posixpath.basename(page.source))[0]
    if not title:
        title = title_of(posixpath.basename(page.folder) if page.is_index and page.folder else name)
    if len(title) > 250:
        report.say(page.source, 1, Sort.DEGRADED, "the title is longer than 250 characters and was cut")
    summary = _line(keys.get("summary") or keys.get("description") or keys.get("excerpt"))
    if len(summary) > 300:
        report.say(page.source, 1, Sort.DEGRADED, "the summary is longer than 300 characters and was cut")
        summary = summary[:299] + "…"
    is_draft = keys.get("published") is False or keys.get("draft") is True
    return PlannedArticle(
        kind=page.kind,
        source=page.source,
        folder=page.folder,
        slug=page.slug,
        title=title[:250],
        summary=summary,
        body=body,
        order=_order(page, name),
        tags=strings(keys.get("tags")) if site.is_export else _tags(keys),
        language=page.language,
        original=page.original if page.original in site.pages else "",
        audience=_audience(site, page),
        tiers=strings(keys.get("tiers")),
        owner=str(keys.get("owner") or ""),
        review_by=keys["review_by"] if isinstance(keys.get("review_by"), date) else None,
        is_listed=not any(keys.get(key) is True for key in ("hidden", "unlisted", "hide_from_sitemap")),
        is_published=not is_draft,
        redirects=_redirects(site, page),
        files=files,
        video=_video(site, page, files) if page.kind == Kind.VIDEO else None,
        origin=str(keys.get("source") or "")[:500] if site.is_export else "",
    )


def _line(value: Any) -> str:
    return " ".join(str(value or "").replace("\x00", "").split())


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[*_`]|<[^>]*>", "", text).split())


def _order(page: Page, name: str) -> int:
    for key in ("order", "nav_order", "weight", "sidebar_position", "position"):
        value = page.keys.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1_000_000:
            return int(value)
    number = re.match(r"(\d{1,4})[-_. ]", name)
    return int(number[1]) if number else -1 if page.is_index else 0


def _tags(keys: dict[str, Any]) -> list[str]:
    tags = [tag for key in ("tags", "keywords") for each in strings(keys.get(key)) for tag in each.split(",")]
    tags += strings(keys.get("plan"))
    tags += [name for name in ("beta", "deprecated") if keys.get(name) is True]
    return list(dict.fromkeys(name[:60] for tag in tags if (name := " ".join(tag.split()).lower())))[:30]


def _audience(site: Site, page: Page) -> str | None:
    value = str(page.keys.get("audience") or ("tiers" if page.keys.get("tiers") else "")).replace("-", "_")
    if value in Audience.values:
        return value
    if value:  # better too few readers than too many
        site.report.say(page.source, 1, Sort.DEGRADED, f"audience: {value} is not known here; staff only for now")
        return Audience.STAFF
    return None


def _redirects(site: Site, page: Page) -> list[str]:
    prefix = next((each for each in site.prefixes if each), "")
    found = []
    for key in ("redirect_from", "aliases", "redirects", "permalink"):
        for address in strings(page.keys.get(key)):
            path = OLD_ADDRESS.match(address.strip().split("://")[-1] if "://" in address else address.strip())
            if not path:
                continue
            words = path[0].partition("/")[2] if "://" in address else path[0]
            words = words.strip("/").removesuffix(".html")
            if prefix and not f"{words}/".startswith(f"{prefix}/") and not site.is_export:
                words = f"{prefix}/{words}"
            if words:
                found.append(f"/{words}/")
    return list(dict.fromkeys(found))


def _video(site: Site, page: Page, files: list[WantedFile]) -> PlannedVideo:
    keys = page.keys
    video = PlannedVideo(url=str(keys.get("video") or keys.get("url") or ""))
    video.duration_seconds = int(seconds) if (seconds := seconds_of(keys.get("duration"))) else None
    chapters = keys.get("chapters") if isinstance(keys.get("chapters"), list) else []
    for each in chapters or []:
        at = seconds_of(each.get("at")) if isinstance(each, dict) else None
        if at is None or not each.get("title"):
            site.report.say(page.source, 1, Sort.LOST, f"a chapter needs at and title: {each}")
        else:
            video.chapters.append({"at_seconds": at, "title": _line(each["title"])})
    for key in ("file", "poster"):
        if name := str(keys.get(key) or ""):
            setattr(video, key, _beside(site, page, name, files))
    if name := str(keys.get("transcript") or ""):
        video.transcript = _transcript(site, page, name)
    return video


def _beside(site: Site, page: Page, name: str, files: list[WantedFile]) -> WantedFile | None:
    if (own := EXPORTED_FILE.match(name)) and f"{FILES}/{own[1]}/{own[2]}" in site.files:
        files.append(WantedFile(uuid.UUID(own[1]), f"{FILES}/{own[1]}/{own[2]}", own[2]))
        return files[-1]
    found = Converted()
    path = file_of(site, name, page.source)
    if path is None:
        site.report.say(page.source, 1, Sort.NO_PICTURE, f"{name} is not there")
        return None
    want(site, path, page.source, found)
    files += found.files.values()
    return next(iter(found.files.values()), None)


def _transcript(site: Site, page: Page, name: str) -> list[dict[str, Any]]:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), name))
    try:
        found = read_transcript(site.tree.read(path, most=LARGEST_BYTES + 1))
    except (KeyError, TreeRefused):
        site.report.say(page.source, 1, Sort.LOST, f"the transcript {name} is not there")
        return []
    for line, message in found.errors:
        site.report.say(path, line, Sort.LOST, message)
    return found.lines


def seconds_of(value: Any) -> float | None:
    """Return seconds of 225, "225", "3:45" or "1:03:45"; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not re.fullmatch(r"\d{1,6}(?::\d{1,2}){0,2}(?:\.\d{1,3})?", text := str(value or "").strip()):
        return None
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total
