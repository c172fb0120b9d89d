"""Celery's doors to what the clock does with tickets."""

from celery import shared_task
from django.conf import settings

from support.actions import close, gather_late_notices, recalculate, scan_files
from support.actions import delete_orphaned_uploads as orphans


@shared_task
def close_solved_tickets() -> int:
    """Close what stayed solved long enough."""
    return close.close_solved_tickets()


@shared_task
def delete_orphaned_uploads() -> int:
    """Delete uploads that no message used, and files without a row."""
    return orphans.delete_orphaned_uploads()


@shared_task
def scan_pending_files() -> int:
    """Ask the virus scanner about files that wait for it."""
    return scan_files.scan_pending_files() if settings.CLAMAV_ADDRESS else 0


@shared_task
def recalculate_timers() -> int:
    """Go on with letting running promises follow an edit."""
    return recalculate.recalculate()


@shared_task
def write_digests() -> int:
    """Write the mails for what was told late, many as one."""
    return gather_late_notices.gather_late_notices()
