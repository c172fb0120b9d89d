"""Videos: the library, and each with player, chapters and a transcript that leads to the moment."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from knowledge import pages, reading
from knowledge.actions.note_read import note_read
from knowledge.models import Article, ArticleFile, Kind, Section, Video
from knowledge.views import documentation
from knowledge.views.caching import dated, revalidated


@dataclass(frozen=True)
class Moment:
    """A chapter or a line of the transcript: from when on (seconds), the same as people write it, and the words."""

    seconds: int
    clock: str
    words: str


@require_safe
@revalidated
def videos(request: HttpRequest) -> HttpResponse:
    """Show every video that the reader may watch."""
    return _library(request, None)


@require_safe
@revalidated
def videos_of(request: HttpRequest, path: str) -> HttpResponse:
    """Show the videos of a collection, or send on to where it is now. Raises Http404 for one with nothing."""
    section = reading.section_at(actor_of(request), Kind.VIDEO, path)
    if section is None:
        return documentation.moved(request, actor_of(request))
    return _library(request, section)


@require_safe
@revalidated
def video(request: HttpRequest, path: str) -> HttpResponse:
    """Show one video, or send on to where it is now."""
    actor = actor_of(request)
    article = reading.article_at(actor, Kind.VIDEO, path)
    if article is None:
        return documentation.moved(request, actor)
    note_read(actor, article, at=timezone.now())
    shown = reading.video_of(article)
    context = pages.article_context(actor, article) | {
        "video": shown,
        "duration": clock(shown.duration_seconds) if shown and shown.duration_seconds else "",
        "host": urlsplit(shown.url).hostname if shown and shown.url else "",
        "is_playable": bool(shown and shown.file and shown.file.state == ArticleFile.State.CLEAN),
        "chapters": _moments(shown, "chapters", "at_seconds", "title"),
        "lines": _moments(shown, "transcript", "start_seconds", "text"),
    }
    if shown:
        context["linked"][0] = pages.script(pages.about_video(article, shown))
    return dated(render(request, "knowledge/video.html", context), article.changed_at)


@require_safe
@revalidated
def captions(request: HttpRequest, path: str) -> HttpResponse:
    """Return what is said in a video of ours as captions (WebVTT). Raises Http404 as its page does, and for none."""
    article = reading.article_at(actor_of(request), Kind.VIDEO, path)
    shown = reading.video_of(article) if article else None
    if article is None or shown is None or not shown.transcript:
        raise Http404
    cues = [
        f"{_cue(row['start_seconds'])} --> {_cue(row['end_seconds'])}\n{_said(row['text'])}" for row in shown.transcript
    ]
    response = HttpResponse("\n\n".join(["WEBVTT", *cues]) + "\n", content_type="text/vtt; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    return dated(response, article.changed_at)


@require_safe
@revalidated
def video_markdown(request: HttpRequest, path: str) -> HttpResponse:
    """Return a video's text as the Markdown it was written in."""
    return documentation.as_markdown(request, Kind.VIDEO, path)


def clock(seconds: int) -> str:
    """Return a length or a moment as players show it: "1:42", "1:02:03"."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _cue(seconds: float) -> str:
    milliseconds = round(float(seconds) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _said(text: str) -> str:
    # One line, so that no empty one ends the cue; marks are words here.
    return escape(" ".join(text.split()))


def _moments(video: Video | None, field: str, at: str, words: str) -> list[Moment]:
    rows = getattr(video, field) if video else []
    return [Moment(int(row[at]), clock(row[at]), row[words]) for row in rows]


def _library(request: HttpRequest, section: Section | None) -> HttpResponse:
    actor, language = actor_of(request), pages.language_of(request)
    found = reading.listed(actor, Kind.VIDEO, language).select_related("section", "video__poster")
    if section is not None:
        found = found.filter(section__path__in=[section.path]) | found.filter(
            section__path__startswith=f"{section.path}/"
        )
    shown = list(found.order_by("section__order", "section__title", "order", "title")[: reading.MOST_LISTED])
    if section is not None and not shown:
        raise Http404
    context = {
        "section": section,
        "videos": [(article, _length(article)) for article in shown],
        "trail": pages.breadcrumbs(Kind.VIDEO, reading.trail(section)),
        "canonical": pages.absolute(request.path),
    }
    return render(request, "knowledge/videos.html", context)


def _length(article: Article) -> str:
    shown = getattr(article, "video", None)
    return clock(shown.duration_seconds) if shown and shown.duration_seconds else ""
