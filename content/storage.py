"""Where files lie when they lie on a disk of our own."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class FileFolder(FileSystemStorage):
    """A folder in which a file is whole or not there: written aside, put on the disk, then renamed (REL-15)."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        """Write the content under `name` and return it. Raises OSError (disk full, read-only) and leaves nothing."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(path.name + ".part")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            unfinished.rename(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except BaseException:
            for leftover in (unfinished, path):
                with suppress(OSError):
                    leftover.unlink()
            raise
        return name
