"""The embedded index: a folder of this machine that one process writes and every process reads (Whoosh).

Whoosh keeps the postings, makes commits that are seen as a whole, and merges; what is kept, and how it is ranked, is
what the database engine keeps and ranks (`search.analysing`, `search.searching`). Changes come through a task of the
worker (`search.tasks`), rebuilds from it or from `manage.py rebuild_index`.

While an index is rebuilt the old one answers and is kept up; what changes meanwhile is written down beside the new
one, and done there again before it takes the old one's place. A reader that finds its index gone or damaged asks the
worker for a new one, and answers from what it has open, if that is whole.
"""

import json
import threading
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from events import dispatch
from search.analysing import analyse, digest
from search.analysis import base_language
from search.engine import Answer, Document, Key, Query, Unavailable
from search.engines import whoosh_folder as folders
from search.engines.whoosh_index import Readable
from search.engines.whoosh_reading import Snapshot
from search.engines.whoosh_schema import SCHEMA, Codec, packed
from search.searching import search

logger = structlog.get_logger(__name__)

# What a writer holds in memory: Whoosh sorts postings in runs of so many MB.
MEMORY_MB = 64
# Segments are merged into one when there are so many, or when so many of the things in them are gone.
MOST_SEGMENTS = 12
MOST_GONE = 0.25
TRIES = 8
RETRY_SECONDS = 0.01
CALL_SECONDS = 5.0


class WhooshEngine:
    """Keeps the index in a folder of this machine."""

    def __init__(self, path: Path | None = None) -> None:
        self.folder = folders.Folder(path or Path(settings.SEARCH_FOLDER))
        self._snapshot: Snapshot | None = None
        self._checked: dict[Path, tuple[int, ...]] = {}
        self._lock = threading.Lock()
        self._called_at = -CALL_SECONDS

    # --- Reading --------------------------------------------------------------------------------------------------

    def search(self, query: Query) -> Answer:
        """Return what matches, ranked. Any text is a valid query. Raises Unavailable."""
        with self._reading() as snapshot:
            return search(query, Readable(snapshot))

    def keys(self) -> Iterable[Key]:
        """Return what the index holds."""
        with self._reading() as snapshot:
            return list(snapshot.keys())

    def state(self, *, is_thorough: bool = False) -> str:
        """Return "ready", "rebuilding", or in a sentence what is wrong; thoroughly: after reading every file."""
        if self.folder.is_locked("rebuild"):
            return "rebuilding"
        try:
            current = self.folder.current()
            if current is None:
                return _("The search index has not been made yet.")
            for attempt in range(TRIES):
                try:
                    folders.read(current, {} if is_thorough else dict(self._checked))
                    break
                except FileNotFoundError:  # a writer was quicker
                    if attempt == TRIES - 1:
                        raise
        except Exception as error:  # noqa: BLE001 (a damaged file may raise anything)
            return _("The search index is damaged: %(error)s.") % {"error": error}
        return "ready"

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        """Give the newest snapshot; turn what a damaged file raises into Unavailable."""
        snapshot = self._newest()
        try:
            yield snapshot
        except (Unavailable, DatabaseError):
            raise
        except Exception as error:
            logger.exception("search_index_unreadable")
            with self._lock:
                self._snapshot = None
                self._checked.clear()
            self._call_for_help()
            raise Unavailable(
                _("The search index cannot be read and is being made anew. Please try again in a minute.")
            ) from error

    def _newest(self) -> Snapshot:
        """Return the index as it is now, or was before it vanished; raises Unavailable if there is none."""
        with self._lock:
            is_well = self._try_to_refresh()
            snapshot = self._snapshot
        if not is_well:
            self._call_for_help()
        if snapshot is None:
            raise Unavailable(_("The search index is being made. Please try again in a minute."))
        return snapshot

    def _call_for_help(self) -> None:
        """Ask the worker for a new index; now and then is enough."""
        now = time.monotonic()
        if now - self._called_at >= CALL_SECONDS:
            self._called_at = now
            dispatch.ask("search.tasks.heal_index")

    def _try_to_refresh(self) -> bool:
        """Read the newest generation; return whether that went well. What is damaged is not used any more."""
        for attempt in range(TRIES):
            try:
                self._refresh()
                return True
            except FileNotFoundError as error:  # the writer removed what it replaced while we opened it; or all is gone
                if attempt == TRIES - 1 or self.folder.is_gone():
                    logger.warning("search_index_gone", error=str(error))
                    return False
                time.sleep(RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001 (a damaged file may raise anything)
                logger.warning("search_index_damaged", error=f"{type(error).__name__}: {error}")
                self._snapshot = None
                self._checked.clear()
                return False
        return False

    def _refresh(self) -> None:
        current = self.folder.current()
        if current is None:
            raise FileNotFoundError(self.folder.path)
        had = self._snapshot
        if had is not None and had.folder == current and had.generation == folders.generation_of(current):
            if had.is_whole(self._checked):
                return
            raise folders.Damaged("a file has changed")
        toc = folders.read(current, self._checked)
        known = had.segments if had is not None and had.folder == current else {}
        self._snapshot = Snapshot(current, toc, known)
        if len(self._checked) > 200:
            self._checked = {path: seen for path, seen in self._checked.items() if path.exists()}

    # --- Writing --------------------------------------------------------------------------------------------------

    def put(self, things: Mapping[Key, Sequence[Document]]) -> None:
        """Replace all documents of these things by these; none at all takes the thing out.

        Raises Unavailable if there is no index, nobody may write it at the moment, or its disk is full.
        """
        if not things:
            return
        with self._writing():
            current = self.folder.current()
            if current is None:
                raise Unavailable(_("The search index has not been made yet."))
            if self.folder.is_locked("rebuild"):
                self._note(things)
            self._write(current, things)

    def rebuild(self, things: Iterable[tuple[Key, Sequence[Document]]]) -> int:
        """Make the index anew beside the old one and take it into use when it is whole; return how many documents.

        Raises Unavailable if it is being rebuilt already, or its disk is full.
        """
        try:
            with self.folder.lock("rebuild", 0.0):
                with self.folder.lock("writer"):
                    made = self.folder.begin()
                count = self._build(made, things)
                with self.folder.lock("writer"):
                    for late in _noted(made):
                        self._write(made, late)
                    (made / "journal.jsonl").unlink(missing_ok=True)
                    self.folder.take(made)
                return count
        except folders.Busy as error:
            raise Unavailable(_("The search index is being rebuilt already.")) from error
        except OSError as error:
            self.folder.clean()
            raise Unavailable(
                _("The search index cannot be written: %(error)s.") % {"error": error.strerror}
            ) from error

    def _build(self, made: Path, things: Iterable[tuple[Key, Sequence[Document]]]) -> int:
        FileIndex.create(FileStorage(str(made)), SCHEMA, folders.NAME)
        writer = _writer(made)
        count = 0
        seen: set[Key] = set()
        try:
            for key, documents in things:
                if documents and key not in seen:
                    seen.add(key)
                    writer.add_document(**_fields(key, documents))
                    count += len(documents)
            writer.commit(optimize=True)
        except BaseException:
            writer.abandon()
            raise
        return count

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self.folder.lock("writer"):
                yield
        except folders.Busy as error:
            raise Unavailable(_("The search index is being written by another process.")) from error
        except OSError as error:
            raise Unavailable(
                _("The search index cannot be written: %(error)s.") % {"error": error.strerror}
            ) from error
        except folders.Damaged as error:
            raise Unavailable(_("The search index is damaged: %(error)s.") % {"error": error}) from error

    def _write(self, folder: Path, things: Mapping[Key, Sequence[Document]]) -> None:
        """Replace things in an index; whoever calls holds the writer's lock."""
        folders.tidy(folder)
        try:
            snapshot = self._whole(folder)
            standing = {key: snapshot.find(key) for key in things}
            wanted = {
                key: documents
                for key, documents in things.items()
                if (
                    bool(documents)
                    if (number := standing[key]) is None
                    else snapshot.digest(number) != digest(documents)
                )
            }
        except OSError:
            raise
        except Exception as error:
            raise folders.Damaged(str(error)) from error
        if not wanted:
            return
        writer = _writer(folder)
        try:
            for key, documents in wanted.items():
                if (number := standing[key]) is not None:
                    writer.delete_document(number)
                if documents:
                    writer.add_document(**_fields(key, documents))
            gone = snapshot.gone + len(wanted)
            is_worn = gone > 100 and gone > len(snapshot.shelf_of) * MOST_GONE
            writer.commit(optimize=is_worn or len(snapshot.segments) >= MOST_SEGMENTS)
        except BaseException:
            writer.abandon()
            folders.tidy(folder)
            raise

    def _whole(self, folder: Path) -> Snapshot:
        """Return an index as its writer finds it."""
        with self._lock:
            if folder != self.folder.current():
                return Snapshot(folder, folders.read(folder, {}), {})
            self._refresh()
            assert self._snapshot is not None
            return self._snapshot

    def _note(self, things: Mapping[Key, Sequence[Document]]) -> None:
        """Write down what changes while a new index is built."""
        current = self.folder.current()
        for made in self.folder.path.iterdir():
            if made.is_dir() and made != current:
                with (made / "journal.jsonl").open("a") as file:
                    for key, documents in things.items():
                        file.write(json.dumps([key.kind, key.pk, [_plain(each) for each in documents]]) + "\n")


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(_("The search index cannot be written: %(error)s.") % {"error": error.strerror or error})


def _writer(folder: Path) -> folders.Writer:
    index = FileIndex(FileStorage(str(folder)), SCHEMA, folders.NAME)
    return folders.Writer(index, timeout=folders.WAIT_SECONDS, limitmb=MEMORY_MB, codec=Codec())


def _noted(made: Path) -> Iterator[dict[Key, list[Document]]]:
    """Return what was written down meanwhile, the last of each thing."""
    late: dict[Key, list[Document]] = {}
    path = made / "journal.jsonl"
    if path.exists():
        for line in path.read_text().splitlines():
            kind, pk, documents = json.loads(line)
            key = Key(kind, pk)
            late[key] = [
                Document(
                    **{
                        **plain,
                        "key": key,
                        "tags": tuple(plain["tags"]),
                        "audience": frozenset(plain["audience"]),
                    }
                )
                for plain in documents
            ]
    if late:
        yield late


def _plain(document: Document) -> dict[str, Any]:
    plain = asdict(document)
    del plain["key"]
    plain["audience"] = sorted(document.audience)
    return plain


def _fields(key: Key, documents: Sequence[Document]) -> dict[str, Any]:
    """Return a thing as the index keeps it."""
    first = documents[0]
    kept = analyse(documents)
    shelf = [key.kind, base_language(first.language), first.section, sorted(first.audience)]
    return {
        "key": [f"{key.kind}:{key.pk}"],
        "terms": {term: frequency for term, (frequency, _positions) in kept.terms.items()},
        "places": packed(kept.terms),
        "words": kept.words,
        "shelf": json.dumps(shelf).encode(),
        "pk": key.pk,
        "length": kept.length,
        "boost": first.boost,
        "starts": array("I", kept.starts).tobytes(),
        "thing": {
            "title": first.title,
            "source": first.source,
            "digest": digest(documents),
            "parts": [(each.part, each.heading, each.body, each.url) for each in documents],
        },
    }
