"""Reactions that do not wait for a worker."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

if TYPE_CHECKING:
    from events.models import Delivery, Event

logger = structlog.get_logger(__name__)

_PROMPT = "is_prompt"


def prompt(reaction: "Callable[[Event], None]") -> "Callable[[Event], None]":
    """Mark a reaction to be tried as soon as its event is committed, by the process that recorded it.

    For what somebody looks at next and what takes milliseconds. Its delivery stays: if the try fails or the process
    dies, a worker does it as any other.
    """
    setattr(reaction, _PROMPT, True)
    return reaction


def is_prompt(reaction: "Callable[[Event], None]") -> bool:
    """Return whether a reaction is marked so."""
    return bool(getattr(reaction, _PROMPT, False))


def deliver_after_commit(deliveries: "Sequence[Delivery]") -> None:
    """Do these once their transaction is committed; what fails is left to the workers."""

    def deliver_now() -> None:
        from events.deliver import deliver

        for delivery in deliveries:
            deliver(delivery)

    if deliveries:
        transaction.on_commit(deliver_now, robust=True)
