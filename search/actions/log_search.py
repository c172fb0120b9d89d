"""Writing down what somebody looked for."""

from datetime import timedelta

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actors import Actor
from search.asking import normalized
from search.models import SearchLog
from search.queries import Found

logger = structlog.get_logger(__name__)

LONGEST = 200
# The same words again within this time are the same search: a page further, a filter, back from an article.
ONE_SEARCH = timedelta(minutes=30)


def log_search(actor: Actor, reader: str, text: str, found: Found, *, language: str = "") -> SearchLog | None:
    """Write down a search and how many things it found; the same reader's same words within ONE_SEARCH are one.

    `reader` is a hash (accounts.readers), `language` that of the page. A search without a word, and one that could
    not be answered, is not written down. Returns None then, and when the database refuses: nobody's search fails
    because it could not be counted.
    """
    words = normalized(text)[:LONGEST]
    if not words or found.problem:
        return None
    try:
        with transaction.atomic():
            known = reader and (
                SearchLog.objects.filter(
                    normalized=words, reader=reader, created_at__gte=timezone.now() - ONE_SEARCH
                ).first()
            )
            return known or SearchLog.objects.create(
                text=_storable(text)[:LONGEST],
                normalized=words,
                found=found.total,
                reader=reader,
                is_staff=actor.is_staff,
                language=language[:10],
            )
    except DatabaseError:
        logger.exception("search_not_logged")
        return None


def _storable(text: str) -> str:
    """Return the text on one line, without what no database keeps: zero bytes and halves of characters."""
    return " ".join(text[: LONGEST * 4].replace("\x00", "").encode("utf-8", "ignore").decode().split())
