"""Keeping files: outside the web root, under a random key, whole or not at all.

1. `put` looks at the content, makes pictures anew and writes the file (aside, fsync, rename).
2. The caller saves the row that it returned, in its own transaction. Only then does the file exist for anybody.
3. If that fails the caller calls `remove`; if the process dies in between, `sweep` finds a file without a row.
So there may be a file without a row for a day, and never a row without its file (REL-15).
"""

from __future__ import annotations

import errno
import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import IO, TypeVar

import structlog
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from content import images
from content.errors import FileRefused
from content.file_names import shown_name
from content.file_types import type_of
from content.models import StoredFile
from content.quotas import Uploader, quota_refusal
from content.upload_handlers import RefusedFile, too_large

logger = structlog.get_logger(__name__)

FOLDER = "attachments"
F = TypeVar("F", bound=StoredFile)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def put(upload: UploadedFile, *, model: type[F], uploader: Uploader) -> F:
    """Write an upload to the storage and return its row, not saved yet.

    With CLAMAV_ADDRESS the state is pending until the scan. Raises FileRefused: empty 422, too large 413, too much
    today 429, too many pixels 422, disk full 507, storage away or read-only 503.
    """
    if isinstance(upload, RefusedFile):
        raise upload.refused
    size = upload.size or 0
    if not size:
        raise FileRefused(_("This file is empty."), 422)
    if size > settings.MAX_FILE_BYTES:
        raise too_large()
    if size > uploader.left_bytes():
        raise quota_refusal()
    content: File[bytes] = upload
    content_type = type_of(upload)
    picture = images.remake(upload, content_type) if content_type in images.FORMATS else None
    if picture:
        content = ContentFile(picture.content)
    key = uuid.uuid4()
    path = f"{FOLDER}/{key.hex[:2]}/{key.hex[2:4]}/{uuid.uuid4()}"
    row = model(
        key=key,
        name=shown_name(upload.name or ""),
        size=content.size,
        content_type=content_type,
        sha256=_digest(content),
        path=_write(path, content),
        is_image=picture is not None,
        width=picture and picture.width,
        height=picture and picture.height,
        state=StoredFile.State.PENDING if settings.CLAMAV_ADDRESS else StoredFile.State.CLEAN,
        uploaded_by=uploader.user,
        upload_session=uploader.mark,
        upload_address=uploader.address,
    )
    if picture:
        try:
            row.thumbnail_path = _write(f"{path}.small", ContentFile(picture.thumbnail))
        except FileRefused:
            remove(row.path)
            raise
    return row


def _digest(content: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _write(path: str, content: File[bytes]) -> str:
    """Write under the path and return it as the storage has it. Raises FileRefused for whatever goes wrong."""
    content.seek(0)
    try:
        return default_storage.save(path, content)
    except Exception as error:  # noqa: BLE001 (each storage has errors of its own)
        number = error.errno if isinstance(error, OSError) else None
        logger.error("file_not_written", path=path, error=type(error).__name__, errno=number)
        if number in NO_ROOM:
            raise FileRefused(
                _("There is no room for files at the moment. Send your message without, or try again later."),
                507,
                600,
            ) from error
        raise FileRefused(
            _("Files cannot be kept at the moment. Send your message without, or try again later."), 503, 60
        ) from error


def open_file(path: str) -> IO[bytes]:
    """Return what lies under the path, open for reading. Raises FileNotFoundError, and what the storage raises."""
    return default_storage.open(path, "rb")


def remove(*paths: str) -> None:
    """Delete what lies under these paths; what is not there is fine. Raises nothing: the sweep tries again."""
    for path in filter(None, paths):
        try:
            default_storage.delete(path)
        except Exception as error:  # noqa: BLE001 (each storage has errors of its own)
            logger.warning("file_not_deleted", path=path, error=type(error).__name__)


def sweep(*, before: datetime) -> int:
    """Delete files that no row of any model names and that were written before this instant (UTC).

    Return how many. One folder at a time, so that memory stays small however many there are.
    """
    deleted = 0
    for folder, names in _folders():
        paths = {f"{folder}/{name}" for name in names}
        kept: set[str] = set()
        for model in StoredFile.__subclasses__():
            rows = model._default_manager.filter(path__startswith=f"{folder}/")
            for pair in rows.values_list("path", "thumbnail_path"):
                kept.update(pair)
        for path in paths - kept:
            if default_storage.get_modified_time(path) < before:
                remove(path)
                deleted += 1
    return deleted


def _folders() -> Iterator[tuple[str, list[str]]]:
    if not default_storage.exists(FOLDER) and not settings.FILE_STORAGE_URL:
        return
    for first in default_storage.listdir(FOLDER)[0]:
        for second in default_storage.listdir(f"{FOLDER}/{first}")[0]:
            folder = f"{FOLDER}/{first}/{second}"
            yield folder, default_storage.listdir(folder)[1]
