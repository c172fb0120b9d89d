"""The doorbell: tell a worker that something waits. It may be lost; the sweeper does what a lost ring left.

A broker that is away costs a request at most BROKER_SECONDS, and that only once in QUIET_SECONDS: after a
failure nobody of this process rings for that long.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.pools import ProducerPool, producers

BROKER_SECONDS = 0.8
QUIET_SECONDS = 30.0

logger = structlog.get_logger(__name__)

_held: ContextVar[list[int] | None] = ContextVar("held_rings", default=None)
_silent: ContextVar[bool] = ContextVar("silent", default=False)


def ring_after_commit(event_id: int) -> None:
    """Ask a worker to deliver an event once its transaction has been committed."""
    held = _held.get()
    if held is not None:
        held.append(event_id)
    else:
        transaction.on_commit(lambda: ring([event_id]))


@contextmanager
def hold_rings() -> Iterator[None]:
    """Ring once, after commit, for all events that are recorded inside: an act may record several."""
    if _held.get() is not None:
        yield
        return
    held: list[int] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    if held:
        transaction.on_commit(lambda: ring(held))


@contextmanager
def silence() -> Iterator[None]:
    """Record what happens inside without ringing at all: for loading a past of which nobody is told."""
    token, quiet = _held.set([]), _silent.set(True)
    try:
        yield
    finally:
        _held.reset(token)
        _silent.reset(quiet)


def is_silent() -> bool:
    """Return whether nobody is told of what is recorded now."""
    return _silent.get()


def ring(event_ids: list[int]) -> None:
    """Ask a worker to deliver events now. A broker that is away is logged and otherwise ignored."""
    ask("events.tasks.deliver_events", event_ids)


def ask(task: str, *arguments: Any) -> bool:
    """Ask a worker to run a task now; return whether the broker took it. Never raises, never waits long."""
    if time.monotonic() < _breaker.quiet_until:
        return False
    try:
        with _producers().acquire(block=True, timeout=BROKER_SECONDS) as producer:
            current_app.send_task(task, args=list(arguments), producer=producer, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 (each transport raises its own; a doorbell never fails an act)
        _breaker.quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("doorbell_lost", task=task, error=f"{type(error).__name__}: {error}")
        return False
    return True


class Breaker:
    """Until when (monotonic seconds) this process does not try the broker again."""

    quiet_until = 0.0


_breaker = Breaker()


@cache
def _producers() -> ProducerPool:
    """Return connections of our own: one try and short waits, where a worker's may wait for the broker."""
    connection: Connection = current_app.connection_for_write(
        connect_timeout=BROKER_SECONDS,
        transport_options={
            **current_app.conf.broker_transport_options,
            "max_retries": 0,
            "connect_timeout": BROKER_SECONDS,
            "socket_timeout": BROKER_SECONDS,
            "socket_connect_timeout": BROKER_SECONDS,
        },
    )
    return producers[connection]
