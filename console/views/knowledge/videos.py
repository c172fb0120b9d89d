"""The film of a video: address or file, still picture, length, chapters, transcript."""

import re

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from console.views.knowledge.frame import article_or_404
from content.errors import FileRefused
from content.quotas import uploader_of
from knowledge.actions.attach_file import attach_file
from knowledge.actions.keep_video import keep_video
from knowledge.errors import Invalid, NotAllowed, Refused
from knowledge.forms import VideoForm
from knowledge.models import Article, ArticleFile
from knowledge.transcripts import read_chapters, read_transcript

LENGTH = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
# So many lines with errors are told at once.
MOST_TOLD = 8


@require_POST
def video(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the film of a video; what is wrong with chapters or transcript is told by its line."""
    actor, article = article_or_404(request, pk)
    form = VideoForm(request.POST, request.FILES)
    try:
        _keep(request, actor, article, form)
    except NotAllowed as refused:
        return HttpResponse(str(refused), status=403, content_type="text/plain; charset=utf-8")
    except (Refused, FileRefused) as refused:
        for sentence in str(refused).split("\n"):
            messages.error(request, sentence)
    else:
        messages.success(request, _("The video is saved."))
    return redirect(f"{reverse('console:article', args=[pk])}#video")


def _keep(request: HttpRequest, actor: Actor, article: Article, form: VideoForm) -> None:
    if not form.is_valid():
        raise Refused("\n".join(str(error) for errors in form.errors.values() for error in errors))
    data = form.cleaned_data
    before = getattr(article, "video", None)
    chapters, wrong = read_chapters(data["chapters"])
    if wrong:
        raise Invalid("chapters", _told(_("Chapters"), wrong))
    transcript = before.transcript if before and not data["keeps_no_transcript"] else []
    if data["transcript"]:
        read = read_transcript(data["transcript"].read())
        if read.errors:
            raise Invalid("transcript", _told(data["transcript"].name, read.errors))
        transcript = read.lines
    keep_video(
        article,
        by=actor,
        url=data["url"],
        file=_file(request, actor, article, data["film"]) or (before.file if before else None),
        poster=_file(request, actor, article, data["still"]) or (before.poster if before else None),
        duration_seconds=_seconds(data["duration"]),
        chapters=chapters,
        transcript=transcript,
    )


def _told(what: str, errors: list[tuple[int, str]]) -> str:
    return "\n".join(
        _("%(what)s, line %(line)s: %(error)s") % {"what": what, "line": line, "error": error}
        for line, error in errors[:MOST_TOLD]
    )


def _file(request: HttpRequest, actor: Actor, article: Article, upload: UploadedFile | None) -> ArticleFile | None:
    return attach_file(article, upload, uploader=uploader_of(request), by=actor) if upload else None


def _seconds(text: str) -> int | None:
    if not text.strip():
        return None
    found = LENGTH.fullmatch(text.strip())
    if not found:
        raise Invalid("duration_seconds", _("Write the length as in 4:30 or 1:02:00."))
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
