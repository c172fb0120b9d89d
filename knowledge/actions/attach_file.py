"""Taking in a picture or file that an article shows, with the same care as a ticket's."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from content import files
from content.errors import FileRefused
from content.quotas import Uploader
from events import dispatch
from knowledge import changing
from knowledge.addresses import FILE_PREFIX
from knowledge.models import Article, ArticleFile

MOST_FILES = 500
# What was sent for an article that is not begun yet stays as long as its writer's draft may be come back to.
KEEP_UNUSED = timedelta(days=7)


def attach_file(
    article: Article | None, upload: UploadedFile, *, uploader: Uploader, by: Actor, source: str = ""
) -> ArticleFile:
    """Keep a file for an article; without one it waits for the article that its uploader begins.

    Its bytes are on the disk before its row is committed. Raises NotAllowed, content.errors.FileRefused.
    """
    changing.require_writer(by)
    if article is not None and ArticleFile.objects.filter(article=article).count() >= MOST_FILES:
        raise FileRefused(_("This article has as many files as fit. Delete one first."), 422)
    file = files.put(upload, model=ArticleFile, uploader=uploader)
    file.article, file.source = article, source
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            if file.state == ArticleFile.State.PENDING:
                transaction.on_commit(lambda: dispatch.ask("knowledge.tasks.scan_pending_files"))
    except BaseException:
        files.remove(file.path, file.thumbnail_path)
        raise
    return file


def adopt_files(article: Article, *, by: Actor) -> int:
    """Give an article the files that its text names and its writer sent before it was there. Return how many."""
    waiting = ArticleFile.objects.filter(article=None, uploaded_by=by.user)
    named = [file.pk for file in waiting.only("key") if f"{FILE_PREFIX}{file.pk}" in article.body]
    return ArticleFile.objects.filter(pk__in=named, article=None).update(article=article) if named else 0


def delete_unused_files(now: datetime | None = None) -> int:
    """Delete files that no article took within a week. Return how many."""
    unused = list(ArticleFile.objects.filter(article=None, created_at__lt=(now or timezone.now()) - KEEP_UNUSED))
    for file in unused:
        remove_file(file, by=Actor.system())
    return len(unused)


def remove_file(file: ArticleFile, *, by: Actor) -> None:
    """Delete a file, row first. Raises NotAllowed."""
    changing.require_writer(by)
    with transaction.atomic():
        ArticleFile.objects.filter(pk=file.pk).delete()
        transaction.on_commit(lambda: files.remove(file.path, file.thumbnail_path))
