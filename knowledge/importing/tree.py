"""A folder or a zip as the importer reads it: names and bytes, within limits, nothing unpacked (SEC-04, SEC-28)."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

MOST_FILES = 20_000
MOST_TEXT_BYTES = 2_000_000
MOST_TOTAL_BYTES = 500_000_000
LONGEST_NAME = 500
DEEPEST = 30
# Text compresses to a tenth, a picture not at all; a bomb to a thousandth and less.
MOST_RATIO = 200
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "__MACOSX", "_site"}


class TreeRefused(Exception):
    """A folder or archive that is not read at all. `str()` is a sentence for the person."""


class Tree(Protocol):
    """Files by their path from the root, joined by "/", and their bytes."""

    name: str

    def paths(self) -> list[str]:
        """Return the files, sorted; hidden ones and what tools keep are left out."""
        ...

    def read(self, path: str, *, most: int) -> bytes:
        """Return a file's bytes. Raises TreeRefused for more than `most`, KeyError where there is none."""
        ...


def is_wanted(path: str) -> bool:
    """Return whether a path is of a file that projects mean: not hidden, not a tool's."""
    parts = path.split("/")
    return not any(part.startswith(".") or part in SKIPPED_FOLDERS for part in parts)


class Folder:
    """A folder on the disk. Links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise TreeRefused(_("There is no folder “%(path)s”.") % {"path": root})
        self.root = root.resolve()
        self.name = root.resolve().name

    def paths(self) -> list[str]:
        """Return the files below, sorted."""
        found = []
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if is_wanted(name) and path.is_file() and path.resolve().is_relative_to(self.root):
                found.append(name)
                if len(found) > MOST_FILES:
                    raise too_many()
        return sorted(found)

    def read(self, path: str, *, most: int) -> bytes:
        """Return a file's bytes."""
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root) or not place.is_file():
            raise KeyError(path)
        with place.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise too_large(path)
        return content


class Archive:
    """A zip, read where it lies: names are only keys, so no name can lead anywhere; sizes are counted while reading."""

    def __init__(self, file: IO[bytes], name: str = "") -> None:
        self.name = name.removesuffix(".zip")
        try:
            self.zip = zipfile.ZipFile(file)
            entries = self.zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise TreeRefused(_("This is no zip file that can be read. Make it anew and send it again.")) from error
        if len(entries) > MOST_FILES:
            raise too_many()
        self.left = MOST_TOTAL_BYTES
        self.entries: dict[str, zipfile.ZipInfo] = {}
        told = 0
        for entry in entries:
            path = entry.filename.replace("\\", "/")
            self._check(entry, path)
            if entry.is_dir() or not is_wanted(path):
                continue
            told += entry.file_size
            self.entries[posixpath.normpath(path)] = entry
        if told > MOST_TOTAL_BYTES:
            raise TreeRefused(
                _("Unpacked, this archive would hold more than %(limit)s MB. Send it in parts.")
                % {"limit": MOST_TOTAL_BYTES // 1_000_000}
            )
        self.prefix = self._only_folder()

    def _check(self, entry: zipfile.ZipInfo, path: str) -> None:
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or ":" in parts[0] or "\x00" in path or len(path) > LONGEST_NAME:
            raise TreeRefused(_("The archive holds a name that leads out of it. Nothing was read."))
        if len(parts) > DEEPEST:
            raise TreeRefused(_("The archive holds folders more than %(count)s deep.") % {"count": DEEPEST})
        if entry.flag_bits & 0x1:
            raise TreeRefused(_("The archive is encrypted. Send it without a password."))
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise TreeRefused(_("The archive holds a link to another file. Send the files themselves."))
        if entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise TreeRefused(_("A file in the archive would become very much larger unpacked. Nothing was read."))

    def _only_folder(self) -> str:
        """Return the one folder in which everything lies, as archives of repositories have it, with its slash."""
        tops = {path.split("/")[0] for path in self.entries}
        if len(tops) == 1 and all("/" in path for path in self.entries) and not next(iter(tops)).startswith("_"):
            return f"{tops.pop()}/"
        return ""

    def paths(self) -> list[str]:
        """Return the files, sorted, from the one folder on in which all of them lie."""
        return sorted(path.removeprefix(self.prefix) for path in self.entries)

    def read(self, path: str, *, most: int) -> bytes:
        """Return a file's bytes, unpacked as far as is allowed whatever the archive says of their number."""
        entry = self.entries[self.prefix + path]
        try:
            with self.zip.open(entry) as file:
                content = file.read(min(most, self.left) + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise TreeRefused(_("“%(path)s” in the archive cannot be unpacked.") % {"path": path}) from error
        if len(content) > most:
            raise too_large(path)
        self.left -= len(content)
        if self.left < 0:
            raise too_large(path)
        return content


def too_many() -> TreeRefused:
    """Return the refusal of more files than a desk has articles."""
    return TreeRefused(_("There are more than %(limit)s files in it. Send it in parts.") % {"limit": MOST_FILES})


def too_large(path: str) -> TreeRefused:
    """Return the refusal of one file."""
    return TreeRefused(_("“%(path)s” is too large to be read.") % {"path": path})
