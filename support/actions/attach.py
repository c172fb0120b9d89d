"""Taking a file in, before its message is sent, and giving it up again."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from content import files
from content.quotas import Uploader
from events import dispatch
from support.models import Attachment


def attach(upload: UploadedFile, *, uploader: Uploader) -> Attachment:
    """Keep an upload for a message that is not sent yet.

    The file is on the disk before its row is committed. One that must be checked is so at once, if a worker hears the
    bell, else by the sweep. Raises content.errors.FileRefused.
    """
    attachment = files.put(upload, model=Attachment, uploader=uploader)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
            if attachment.state == Attachment.State.PENDING:
                transaction.on_commit(lambda: dispatch.ask("support.tasks.scan_pending_files"))
    except BaseException:
        files.remove(attachment.path, attachment.thumbnail_path)
        raise
    return attachment


def remove_unsent(attachment: Attachment) -> bool:
    """Delete a file that no message has taken, row first. Return False when one took it meanwhile."""
    with transaction.atomic():
        deleted, _rows = Attachment.objects.filter(pk=attachment.pk, message=None).delete()
        if deleted:
            transaction.on_commit(lambda: files.remove(attachment.path, attachment.thumbnail_path))
    return bool(deleted)
