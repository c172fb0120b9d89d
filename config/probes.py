"""What a load balancer and an operator's monitor ask: is the process alive, and can it do its work?

`/livez` depends on nothing, so that a database outage never makes a supervisor restart healthy processes.
`/readyz` asks each part in a thread of its own and waits ANSWER_SECONDS in all: a part that hangs makes the
answer "no", never late. A thread that hangs is not joined by a second one; its part stays "no" until it comes
back.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.celery import app
from content import scan
from search import indexing

logger = structlog.get_logger(__name__)

ANSWER_SECONDS = 0.18
NO_ANSWER = "does not answer"


class NotReady(Exception):
    """A part that answers, and says no; the text is shown to whoever asks, so it names no address."""


class Part:
    """One thing the desk needs, and how to ask it."""

    def __init__(
        self, name: str, ask: Callable[[], None], remember_seconds: float = 0, *, is_needed: bool = True
    ) -> None:
        self.name = name
        self.ask = ask
        self.remember_seconds = remember_seconds
        self.is_needed = is_needed
        self.answered_at = float("-inf")
        self.problem = NO_ANSWER
        self.finished = threading.Event()
        self.finished.set()
        self.lock = threading.Lock()

    def start(self) -> None:
        """Ask in the background, unless an earlier question still waits or a good answer is fresh."""
        with self.lock:
            fresh = time.monotonic() - self.answered_at < self.remember_seconds and not self.problem
            if fresh or not self.finished.is_set():
                return
            self.finished.clear()
        threading.Thread(target=self.run, name=f"readyz-{self.name}", daemon=True).start()

    def run(self) -> None:
        """Ask, keep the answer, and give the database connection of this thread back."""
        try:
            self.ask()
            problem = ""
        except NotReady as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 (whatever a part raises, the probe's answer is "no")
            logger.warning("part_not_ready", part=self.name, error=f"{type(error).__name__}: {error}")
            problem = "fails"
        finally:
            connection.close()
        self.problem, self.answered_at = problem, time.monotonic()
        self.finished.set()

    def answer(self, until: float) -> str:
        """Return what is wrong, or nothing; waits for the answer up to that instant of the monotonic clock.

        A part that remembers lends its last good answer to a question that is still under way.
        """
        if self.finished.wait(max(0.0, until - time.monotonic())):
            return self.problem
        if time.monotonic() - self.answered_at < 2 * self.remember_seconds and not self.problem:
            return ""
        return NO_ANSWER


def ask_database() -> None:
    """Read one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_migrations() -> None:
    """Compare the migrations of this code with those of the database. Raises NotReady with their number."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied")


def ask_broker() -> None:
    """Open and close a channel; where the broker is a folder, write a file there."""
    if not settings.BROKER_URL:
        write_in(Path(settings.VAR_DIR) / "broker" / "messages")
        return
    limits = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    options = {**app.conf.broker_transport_options, **limits}
    with app.connection_for_write(connect_timeout=1, transport_options=options) as broker:
        broker.channel().close()


def ask_storage() -> None:
    """Write a file where attachments go (a folder), or ask for one (a bucket)."""
    if settings.FILE_STORAGE_URL:
        default_storage.exists("readyz")
        return
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    write_in(Path(settings.MEDIA_ROOT))


def write_in(folder: Path) -> None:
    """Write a file without a name, so that nothing stays behind, whatever happens."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"readyz")


def ask_scanner() -> None:
    """Ask the virus scanner whether it is there. Raises NotReady."""
    try:
        scan.ping()
    except scan.ScannerAway as error:
        logger.warning("scanner_away", error=str(error)[:200])
        raise NotReady("away; new files wait for it") from error


def ask_search() -> None:
    """Ask whether the search index is whole and up to date. Raises NotReady."""
    with translation.override("en"):
        if problem := indexing.problem(timezone.now()):
            raise NotReady(problem)


PARTS = (
    Part("database", ask_database),
    # What was applied stays applied: reading the plan (some 50 ms) once a minute is enough.
    Part("migrations", ask_migrations, remember_seconds=60),
    Part("broker", ask_broker),
    Part("storage", ask_storage, remember_seconds=30 if settings.FILE_STORAGE_URL else 0),
    # Without it everything else goes on: no machine leaves the balance for it.
    Part("search", ask_search, remember_seconds=30, is_needed=False),
    # Without it files wait, and everything else goes on.
    *((Part("scanner", ask_scanner, remember_seconds=30, is_needed=False),) if settings.CLAMAV_ADDRESS else ()),
)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nobody else."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, migrations, broker and storage answer: 200 or 503, within a fifth of a second.

    The search index is named, and the virus scanner where there is one; either's absence alone leaves it at 200.
    """
    until = time.monotonic() + ANSWER_SECONDS
    for part in PARTS:
        part.start()
    problems = {part.name: part.answer(until) for part in PARTS}
    ready = not any(problems[part.name] for part in PARTS if part.is_needed)
    return JsonResponse(
        {"ready": ready, "parts": {name: problem or "ok" for name, problem in problems.items()}},
        status=200 if ready else 503,
    )
