"""Files that nobody sent, and files that a crash left without a row (SEC-34, REL-15)."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from content import files
from support.actions.attach import remove_unsent
from support.models import Attachment

logger = structlog.get_logger(__name__)

KEEP_SECONDS = 24 * 60 * 60
# What waits with a draft stays as long as somebody may come back to it, counted from its last word.
KEEP_WITH_DRAFT_SECONDS = 7 * 24 * 60 * 60


def delete_orphaned_uploads(now: datetime | None = None) -> int:
    """Delete uploads that no message took within 24 hours, and files of that age without a row. Return how many.

    An upload of a draft stays for a week after the draft was last kept.
    """
    now = now or timezone.now()
    before = now - timedelta(seconds=KEEP_SECONDS)
    unsent = Attachment.objects.filter(message=None, created_at__lt=before).exclude(
        draft__saved_at__gte=now - timedelta(seconds=KEEP_WITH_DRAFT_SECONDS)
    )
    rows = sum(remove_unsent(attachment) for attachment in unsent.iterator())
    strays = files.sweep(before=before)
    if rows or strays:
        logger.info("orphaned_uploads_deleted", unsent=rows, without_row=strays)
    return rows + strays
