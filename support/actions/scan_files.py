"""Writing down what the virus scan says about files.

A file that the scanner could not look at waits longer after each try and holds up no other; after MOST_TRIES it is
given up and its people are told. While the scanner itself is away nothing is counted: everything waits.
"""

from datetime import datetime, timedelta

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from content import files
from content.models import StoredFile
from content.scan import NotScanned, ScannerAway, Verdict, scan
from support.models import Attachment

logger = structlog.get_logger(__name__)

AT_ONCE = 50
MOST_TRIES = 6
FIRST_WAIT_SECONDS = 30  # doubled with each try: six tries take a quarter of an hour
STORAGE_WAIT_SECONDS = 60
# Longer than the longest scan; a worker that died with a file in hand gives it back so.
CLAIM_SECONDS = 5 * 60


def scan_pending_files(model: type[StoredFile] = Attachment) -> int:
    """Scan what waits and is due, oldest first, until the scanner is found to be away. Return how many have a verdict.

    `model` is the kind of file. Several workers may do this at once: each file is claimed by one.
    """
    now = timezone.now()
    due = _pending(model).filter(Q(next_scan_at=None) | Q(next_scan_at__lte=now)).order_by("created_at")[:AT_ONCE]
    scanned = 0
    for attachment in due:
        if not _claim(attachment):
            continue
        try:
            scanned += _scan(attachment)
        except ScannerAway as error:
            _pending(type(attachment)).filter(pk=attachment.pk).update(next_scan_at=attachment.next_scan_at)
            logger.warning("scanner_away", waits_seconds=_age_seconds(attachment), error=str(error)[:200])
            break
    return scanned


def scan_again() -> int:
    """Let the files that were given up be checked anew, as after the scanner's limit was raised. Return how many."""
    return Attachment.objects.filter(state=Attachment.State.UNCHECKED).update(
        state=Attachment.State.PENDING, scan_attempts=0, next_scan_at=None
    )


def _pending(model: type[StoredFile]) -> QuerySet[StoredFile]:
    return model._default_manager.filter(state=StoredFile.State.PENDING)


def _claim(attachment: StoredFile) -> bool:
    """Take a file in hand, and return whether no other worker was faster."""
    mine = _pending(type(attachment)).filter(pk=attachment.pk, next_scan_at=attachment.next_scan_at)
    return bool(mine.update(next_scan_at=_in(CLAIM_SECONDS)))


def _scan(attachment: StoredFile) -> bool:
    """Scan one file and return whether there is a verdict. Raises ScannerAway."""
    try:
        with files.open_file(attachment.path) as content:
            verdict = scan(content)
    except ScannerAway:
        raise
    except (NotScanned, FileNotFoundError) as error:
        _count_try(attachment, error)
        return False
    except Exception as error:  # noqa: BLE001 (each storage has errors of its own; that is not the file's fault)
        _pending(type(attachment)).filter(pk=attachment.pk).update(next_scan_at=_in(STORAGE_WAIT_SECONDS))
        logger.error("file_unreadable", path=attachment.path, error=type(error).__name__)
        return False
    _write_down(attachment, verdict)
    return True


def _write_down(attachment: StoredFile, verdict: Verdict) -> None:
    state = StoredFile.State.CLEAN if verdict.is_clean else StoredFile.State.BLOCKED
    _pending(type(attachment)).filter(pk=attachment.pk).update(state=state, finding=verdict.finding)
    if not verdict.is_clean:
        logger.warning("file_blocked", file=str(attachment.pk), finding=verdict.finding)


def _count_try(attachment: StoredFile, error: Exception) -> None:
    tries = attachment.scan_attempts + 1
    is_last = tries >= MOST_TRIES
    _pending(type(attachment)).filter(pk=attachment.pk).update(
        state=StoredFile.State.UNCHECKED if is_last else StoredFile.State.PENDING,
        scan_attempts=tries,
        next_scan_at=_in(FIRST_WAIT_SECONDS * 2 ** (tries - 1)),
    )
    logger.warning(
        "file_given_up" if is_last else "scan_postponed",
        file=str(attachment.pk),
        tries=tries,
        waits_seconds=_age_seconds(attachment),
        error=str(error)[:200],
    )


def _in(seconds: int) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def _age_seconds(attachment: StoredFile) -> int:
    return round((timezone.now() - attachment.created_at).total_seconds())
