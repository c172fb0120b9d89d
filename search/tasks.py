"""Celery's doors to the one writer of the embedded index. With another engine there is nothing to do."""

import structlog
from celery import shared_task

from search import indexing
from search.engine import Unavailable

logger = structlog.get_logger(__name__)


@shared_task
def write_index() -> int:
    """Write what changed and waits for it; return how many changes. What cannot be written goes on waiting."""
    try:
        return indexing.write_waiting()
    except Unavailable as error:
        logger.warning("search_index_not_written", error=str(error))
        heal_index()
        return 0


# A large desk's index takes longer to make than any other task.
@shared_task(time_limit=6 * 3600, soft_time_limit=6 * 3600 - 60)
def heal_index() -> bool:
    """Make the index anew if it is gone or damaged, or its rebuild was broken off; return whether it was."""
    try:
        return indexing.heal()
    except Unavailable as error:
        logger.warning("search_index_not_rebuilt", error=str(error))
        return False
