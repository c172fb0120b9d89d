"""What is asked of every upload while it comes in, before a byte of it is on a disk."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from content.errors import FileRefused
from content.quotas import quota_refusal, uploader_of


class RefusedFile(UploadedFile):
    """Stands in `request.FILES` where a file was sent that was not taken in; it is empty and knows why."""

    def __init__(self, name: str, refused: FileRefused) -> None:
        super().__init__(file=io.BytesIO(), name=name, size=0)
        self.refused = refused


class GuardHandler(FileUploadHandler):
    """Let files pass to the handlers after it, except too large ones and those of who sent enough today (SEC-34).

    Stands first in FILE_UPLOAD_HANDLERS, so it holds for every form, and before the check against forged
    requests, which reads the body.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Remember how much is announced."""
        self.announced_bytes = content_length
        self.taken_bytes = 0
        self.left_bytes: int | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse before the first byte when the quota has no room for what is announced."""
        super().new_file(*args, **kwargs)
        self.file_bytes = 0
        self.refused: FileRefused | None = None
        if self.left_bytes is None:
            assert isinstance(self.request, HttpRequest)
            self.left_bytes = uploader_of(self.request).left_bytes()
        # The other fields of a form may be that large, so this much announced must still be files.
        announced_files = self.announced_bytes - settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if self.left_bytes <= self.taken_bytes or announced_files > self.left_bytes:
            self.refused = quota_refusal()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the chunk on, or drop it with the rest of its file."""
        self.file_bytes += len(raw_data)
        if self.refused is None and self.file_bytes > settings.MAX_FILE_BYTES:
            self.refused = too_large()
        if self.refused is None and self.left_bytes is not None:
            self.taken_bytes += len(raw_data)
            if self.taken_bytes > self.left_bytes:
                self.refused = quota_refusal()
        return raw_data if self.refused is None else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Leave the file to the next handler, or put the refusal in its place."""
        return RefusedFile(self.file_name or "file", self.refused) if self.refused else None


def too_large() -> FileRefused:
    """Return the refusal of a file above the limit."""
    return FileRefused(
        _("This file is too large: at most %(limit)s fit.") % {"limit": filesizeformat(settings.MAX_FILE_BYTES)},
        413,
    )
