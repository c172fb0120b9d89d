"""Keeping a picture or download of an imported article under the key that its text names already."""

import uuid

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.actors import Actor
from content import files
from content.quotas import Uploader
from events import dispatch
from knowledge import changing
from knowledge.models import Article, ArticleFile


class Importer(Uploader):
    """Who imports may do so in any amount: the import has bounds of its own."""

    def left_bytes(self) -> int:
        """Return more than any file has."""
        return 2**62


def attach_imported_file(article: Article, upload: UploadedFile, *, key: uuid.UUID, source: str, by: Actor) -> bool:
    """Keep the file for the article; return whether it is new. What is there under the key stays.

    Its bytes are on the disk before its row is committed. Raises NotAllowed, content.errors.FileRefused.
    """
    changing.require_publisher(by)
    if ArticleFile.objects.filter(key=key).exists():
        return False
    file = files.put(upload, model=ArticleFile, uploader=Importer(by.user, "", ""))
    file.key, file.article, file.source = key, article, source[:500]
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            if file.state == ArticleFile.State.PENDING:
                transaction.on_commit(lambda: dispatch.ask("knowledge.tasks.scan_pending_files"))
    except BaseException:
        files.remove(file.path, file.thumbnail_path)
        raise
    return True
