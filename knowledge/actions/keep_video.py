"""What a video shows: its file or address, still picture, length, chapters and transcript."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.errors import Invalid
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, ArticleFile, Kind, Status, Video

LONGEST_URL, MOST_CHAPTERS, MOST_LINES, LONGEST_LINE = 200, 200, 20_000, 2000
LONGEST_SECONDS = 24 * 3600


def keep_video(
    article: Article,
    *,
    by: Actor,
    url: str = "",
    file: ArticleFile | None = None,
    poster: ArticleFile | None = None,
    duration_seconds: int | None = None,
    chapters: Iterable[dict[str, Any]] = (),
    transcript: Iterable[dict[str, Any]] = (),
    at: datetime | None = None,
) -> Video:
    """Set all that the video of an article holds. Chapters and lines are put in order of time.

    `chapters` are {"at_seconds", "title"}; `transcript` are {"start_seconds", "end_seconds", "text"}. Of what is
    published only publishers change it. Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_writer(by)
        if article.status == Status.PUBLISHED:
            changing.require_publisher(by)
        if article.kind != Kind.VIDEO:
            raise Invalid("kind", _("Only a video has a film."))
        if file is not None and not file.content_type.startswith("video/"):
            raise Invalid("file", _("This file is no film that browsers play. Send MP4 or WebM."))
        if poster is not None and not poster.is_image:
            raise Invalid("poster", _("The still picture must be a picture."))
        if duration_seconds is not None and not 0 < duration_seconds <= LONGEST_SECONDS:
            raise Invalid("duration_seconds", _("A film is between a second and a day long."))
        values = {
            "url": _address(url),
            "file": file,
            "poster": poster,
            "duration_seconds": duration_seconds,
            "chapters": _chapters(chapters, duration_seconds),
            "transcript": _lines(transcript),
        }
        video = Video.objects.filter(article=article).select_related("file", "poster").first() or Video(article=article)
        if not video._state.adding and all(getattr(video, name) == value for name, value in values.items()):
            return video
        for name, value in values.items():
            setattr(video, name, value)
        video.save()
        told = {"video": [None, None]}
        changing.record_change(article, ArticleEvent.DETAILS_SET, by=by, at=changing.now(at), changed=told)
    return video


def _address(url: str) -> str:
    url = url.strip()
    if not url:
        return ""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        is_name = False
    except ValueError:
        is_name = "." in host
    if parts.scheme != "https" or not is_name or parts.username or len(url) > LONGEST_URL:
        raise Invalid("url", _("Write the film's address at its provider, beginning with https://."))
    return url


def _chapters(chapters: Iterable[dict[str, Any]], duration: int | None) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = sorted(
        (
            {
                "at_seconds": round(float(each["at_seconds"]), 3),
                "title": changing.one_line("chapters", str(each["title"]), 200, is_required=True),
            }
            for each in chapters
        ),
        key=lambda each: float(str(each["at_seconds"])),
    )
    if len(kept) > MOST_CHAPTERS:
        raise Invalid("chapters", _("At most %(limit)s chapters fit.") % {"limit": MOST_CHAPTERS})
    if any(each["at_seconds"] < 0 or (duration and each["at_seconds"] >= duration) for each in kept):
        raise Invalid("chapters", _("A chapter begins after the film's end."))
    return kept


def _lines(transcript: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = sorted(
        (
            {
                "start_seconds": round(float(each["start_seconds"]), 3),
                "end_seconds": round(float(each["end_seconds"]), 3),
                "text": " ".join(str(each["text"]).replace("\x00", "").split())[:LONGEST_LINE],
            }
            for each in transcript
        ),
        key=lambda each: (float(str(each["start_seconds"])), float(str(each["end_seconds"]))),
    )
    if len(kept) > MOST_LINES:
        raise Invalid("transcript", _("At most %(limit)s lines fit.") % {"limit": MOST_LINES})
    return [each for each in kept if each["text"]]
