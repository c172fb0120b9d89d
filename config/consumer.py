"""How a worker comes back to its broker."""

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

# Celery waits longer and longer, up to 30 s. What lay waiting is to be done within a minute of its return (REL-03).
LONGEST_WAIT_SECONDS = 6


class EagerConsumer(Consumer):  # type: ignore[misc]
    """Celery's own, that knocks at a broker which is away at least every six seconds."""

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, however long it takes."""
        conn.ensure_connection = partial(conn.ensure_connection, interval_max=LONGEST_WAIT_SECONDS)
        return super().ensure_connected(conn)
