"""The folder of the embedded index: who may write it, what is in use, and whether it is still what was written.

    VAR_DIR/search/          mode 0700: what is in it is unpickled
      current                the name of the index in use
      writer.lock            held while the index is written
      rebuild.lock           held while a new index is built
      1764000000-ab12/       an index as Whoosh keeps it, and for each of its generations a `sums-N.json`
        journal.jsonl        in an index being built: what changed meanwhile

Locks are the kernel's: whoever is killed holds none. Each commit writes keyed sums of all files before readers see
it, and a reader checks them before it opens a file: a flipped bit is noticed, and what somebody else put there is
never unpickled.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, clean_files
from whoosh.writing import SegmentWriter

NAME = "MAIN"
WAIT_SECONDS = 30.0
LOCK_STEP_SECONDS = 0.05
_TOC = re.compile(rf"_{NAME}_(\d+)\.toc")
_OWN = re.compile(rf"_{NAME}_\d+\.toc|{NAME}_[0-9a-z]+\..+|{NAME}_WRITELOCK|sums-\d+\.json|journal\.jsonl")


class Damaged(Exception):
    """The index is not what was written, or is not there."""


class Busy(Exception):
    """Somebody else has held the lock for too long."""


class Folder:
    """Where the embedded index lives."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Make the folder, for this user alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def current(self) -> Path | None:
        """Return the index in use, or None if there is none."""
        try:
            name = (self.path / "current").read_bytes().decode("ascii", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
        found = self.path / name
        return found if re.fullmatch(r"[0-9a-f-]+", name) and found.is_dir() else None

    def is_gone(self) -> bool:
        """Return whether there is no index at all."""
        current = self.current()
        return current is None or generation_of(current) < 0

    def begin(self) -> Path:
        """Return a fresh folder for an index; removes what rebuilds that did not finish left behind."""
        self.make()
        self.clean()
        made = self.path / f"{time.time_ns():x}-{secrets.token_hex(2)}"
        made.mkdir(mode=0o700)
        return made

    def take(self, made: Path) -> None:
        """Put a whole index in the place of the one in use."""
        written(self.path / "current", made.name.encode())
        self.clean()

    def clean(self) -> None:
        """Remove every index but the one in use. Readers that have files of it open keep them."""
        with suppress(OSError):
            current = self.current()
            for path in self.path.iterdir():
                if path.is_dir() and path != current:
                    shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def lock(self, name: str, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
        """Hold a lock against other processes and threads. Raises Busy; OSError on a full disk."""
        self.make()
        with (self.path / f"{name}.lock").open("a") as file:
            deadline = time.monotonic() + wait_seconds
            while not _locked(file.fileno()):
                if time.monotonic() >= deadline:
                    raise Busy(name)
                time.sleep(LOCK_STEP_SECONDS)
            yield

    def is_locked(self, name: str) -> bool:
        """Return whether somebody holds a lock."""
        try:
            with (self.path / f"{name}.lock").open() as file:
                return not _locked(file.fileno(), fcntl.LOCK_SH)
        except OSError:
            return False


class Writer(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer, with a commit that writes the sums of all files before the commit is seen."""

    def _commit_toc(self, segments: list) -> None:  # type: ignore[type-arg]
        memory = RamStorage()
        TOC(self.schema, segments, self.generation).write(memory, self.indexname)
        toc = TOC._filename(self.indexname, self.generation)
        data = bytes(memory.files[toc])
        folder = Path(self.storage.folder)
        ids = {segment.segment_id() for segment in segments}
        sums = {path.name: _sum(path.read_bytes()) for path in folder.iterdir() if path.name.partition(".")[0] in ids}
        sums[toc] = _sum(data)
        written(folder / f"sums-{self.generation}.json", json.dumps(sums).encode())
        written(folder / toc, data)
        clean_files(self.storage, self.indexname, self.generation, segments)
        _tidy(folder, self.generation)

    def abandon(self) -> None:
        """Leave the index as it was, and give the lock back whatever happens: Whoosh keeps it if a commit fails."""
        with suppress(Exception):
            self.cancel()
        with suppress(Exception):
            if self.writelock is not None and self.writelock.fd is not None:
                self.writelock.release()


def read(folder: Path, checked: dict[Path, tuple[int, ...]]) -> TOC:
    """Return the newest generation of an index, all its files checked; `checked` remembers those that were.

    Raises Damaged; FileNotFoundError where a writer removed a file, or all of them, meanwhile.
    """
    generation = generation_of(folder)
    if generation < 0:
        raise FileNotFoundError(errno.ENOENT, "there is no index in its folder", str(folder))
    try:
        sums = json.loads((folder / f"sums-{generation}.json").read_bytes())
        for name, right in sums.items():
            path = folder / name
            stat = path.stat()
            seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if checked.get(path) == seen:
                continue
            if not isinstance(right, str) or not secrets.compare_digest(_sum(path.read_bytes()), right):
                raise Damaged(f"{name} is not what was written")
            checked[path] = seen
    except ValueError as error:
        raise Damaged(f"sums-{generation}.json: {error}") from error
    from search.engines.whoosh_schema import SCHEMA

    toc = TOC.read(FileStorage(str(folder)), NAME, gen=generation, schema=SCHEMA)
    if f"_{NAME}_{generation}.toc" not in sums or {s.segment_id() for s in toc.segments} - {
        name.partition(".")[0] for name in sums
    }:
        raise Damaged("a file has no sum")
    return toc


def generation_of(folder: Path) -> int:
    """Return the newest generation, -1 for none."""
    try:
        return max((int(match[1]) for path in folder.iterdir() if (match := _TOC.fullmatch(path.name))), default=-1)
    except (FileNotFoundError, NotADirectoryError):
        return -1


def written(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def tidy(folder: Path) -> None:
    """Remove what killed writers left. Only whoever holds the writer's lock may."""
    _tidy(folder, generation_of(folder))


def _tidy(folder: Path, generation: int) -> None:
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir():
                if path.name == f"{NAME}.tmp":
                    continue  # the writer's own, which it removes itself
                shutil.rmtree(path, ignore_errors=True)
            elif not _OWN.fullmatch(path.name) or (
                path.name.startswith("sums-") and path.name != f"sums-{generation}.json"
            ):
                path.unlink(missing_ok=True)


def _locked(descriptor: int, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True


def _sum(data: bytes) -> str:
    key = hashlib.sha256(f"search index {settings.SECRET_KEY}".encode()).digest()
    return hashlib.blake2b(data, key=key, digest_size=20).hexdigest()
