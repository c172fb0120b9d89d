"""`manage.py rebuild_index`: make the search index anew from what the desk holds."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search import indexing
from search.engine import Unavailable

SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    """Readers use the old index until the new one is whole; what changes meanwhile is in both."""

    help = "Make the search index anew. The search answers from the old one meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say now and then how far it is. Raises CommandError when the index cannot be made."""
        started = said = time.monotonic()

        def tell(count: int) -> None:
            nonlocal said
            if time.monotonic() - said >= SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                self.stdout.write(f"{count:,} things read ({count / (said - started):,.0f} a second).")

        try:
            documents = indexing.rebuild(tell)
        except Unavailable as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - started
        self.stdout.write(
            f"The index ({settings.SEARCH_ENGINE}) holds {documents:,} documents, made in {seconds:.1f} s."
        )
