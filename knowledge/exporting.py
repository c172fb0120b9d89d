"""Articles as a folder of Markdown that `import_articles` reads back without changing anything.

`docs/`, `faq/` and `videos/` hold the articles by their paths, `_section.yml` what a folder's section is, `_snippets/`
the snippets, `_files/` pictures and films under the keys by which texts name them, `_export.yml` says what it is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

import yaml
from django.db.models import QuerySet

from content.files import open_file
from knowledge.importing.pages import FILES, KIND_FOLDERS, MARKER, SECTION_FILE, SNIPPETS
from knowledge.models import Article, ArticleFile, Kind, Section, Snippet, Status

FOLDERS = {kind: folder for folder, kind in KIND_FOLDERS.items()}
FORMAT = 1


def exported(articles: QuerySet[Article]) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file: these articles, but for archived ones, with all that goes with them."""
    yield MARKER, _yaml({"format": FORMAT})
    for section in Section.objects.filter(is_archived=False):
        keys = {
            "title": section.title,
            "description": section.description,
            "icon": section.icon,
            "order": section.order,
            "source": section.source,
        }
        yield f"{FOLDERS[Kind(section.kind)]}/{section.path}/{SECTION_FILE}", _yaml(_without_empty(keys))
    for snippet in Snippet.objects.all():
        yield f"{SNIPPETS}/{snippet.key}.md", f"{snippet.body}\n".encode()
    found = articles.exclude(status=Status.ARCHIVED).select_related("translation_of", "owner", "video")
    found = found.prefetch_related("tiers", "redirects", "files").order_by("kind", "path")
    for article in found.iterator(chunk_size=200):
        yield from _article(article)


def path_of(article: Article) -> str:
    """Return the path of an article's file."""
    return f"{FOLDERS[Kind(article.kind)]}/{article.path}.md"


def _article(article: Article) -> Iterator[tuple[str, bytes]]:
    path = path_of(article)
    keys: dict[str, Any] = {
        "title": article.title,
        "summary": article.summary,
        "tags": article.tags,
        "language": article.language,
        "audience": article.audience,
        "tiers": sorted(tier.key for tier in article.tiers.all()),
        "owner": article.owner.email if article.owner else "",
        "review_by": article.review_by,
        "hidden": not article.is_listed,
        "redirect_from": sorted(redirect.old_path for redirect in article.redirects.all()),
        "source": article.source,
    }
    if article.translation_of is not None:
        keys["translation_of"] = posixpath.relpath(path_of(article.translation_of), posixpath.dirname(path))
    if article.kind == Kind.VIDEO:
        keys.update(_video(article))
        if lines := _lines(article):
            keys["transcript"] = f"{article.slug}.vtt"
            yield f"{posixpath.dirname(path)}/{article.slug}.vtt", _vtt(lines).encode()
    keys = {**_without_empty(keys), "order": article.order}
    if article.status != Status.PUBLISHED:
        keys["published"] = False
    yield path, b"---\n" + _yaml(keys) + f"---\n\n{article.body}\n".encode()
    for file in article.files.all():
        with open_file(file.path) as content:
            yield _file_path(file), content.read()


def _file_path(file: ArticleFile) -> str:
    return f"{FILES}/{file.pk}/{file.name}"


def _video(article: Article) -> dict[str, Any]:
    video = getattr(article, "video", None)
    if video is None:
        return {}
    return {
        "video": video.url,
        "file": f"/{_file_path(video.file)}" if video.file else "",
        "poster": f"/{_file_path(video.poster)}" if video.poster else "",
        "duration": video.duration_seconds,
        "chapters": [{"at": each["at_seconds"], "title": each["title"]} for each in video.chapters],
    }


def _lines(article: Article) -> list[dict[str, Any]]:
    video = getattr(article, "video", None)
    return list(video.transcript) if video else []


def _vtt(lines: list[dict[str, Any]]) -> str:
    return "WEBVTT\n" + "".join(
        f"\n{_time(line['start_seconds'])} --> {_time(line['end_seconds'])}\n{_escaped(line['text'])}\n"
        for line in lines
    )


def _escaped(text: str) -> str:
    return text.replace("-->", "→")


def _time(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _without_empty(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value not in ("", None, [], False, 0)}


def _yaml(keys: dict[str, Any]) -> bytes:
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=1000).encode()
