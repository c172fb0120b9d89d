"""The cache on a Redis that may be gone: what it holds is never needed, so a dead one answers as an empty one.

A Redis that does not answer costs a request at most two waits of ANSWER_SECONDS, and that only once in QUIET_SECONDS:
after a failure this process asks it nothing for that long, and then lets one request try.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

ANSWER_SECONDS = 0.4
QUIET_SECONDS = 30.0

logger = structlog.get_logger(__name__)

Answer = TypeVar("Answer")


class Breaker:
    """Until when (monotonic seconds) this process does not ask the cache."""

    quiet_until = 0.0


breaker = Breaker()


class PatientClient(RedisCacheClient):
    """Django's client, for which a cache that is gone holds nothing and keeps nothing."""

    def __init__(self, servers: Any, **options: Any) -> None:
        # The library's own retries would multiply the wait.
        limits = {"socket_connect_timeout": ANSWER_SECONDS, "socket_timeout": ANSWER_SECONDS}
        super().__init__(servers, **{**limits, "retry": Retry(NoBackoff(), 0), **options})

    def _unless_gone(self, ask: Callable[[], Answer], missed: Answer) -> Answer:
        now = time.monotonic()
        if now < breaker.quiet_until:
            return missed
        if breaker.quiet_until:
            breaker.quiet_until = now + QUIET_SECONDS  # the others wait for what this try finds
        try:
            answer = ask()
        except (RedisError, OSError) as error:
            breaker.quiet_until = time.monotonic() + QUIET_SECONDS
            logger.warning("cache_lost", error=f"{type(error).__name__}: {error}")
            return missed
        breaker.quiet_until = 0.0
        return answer

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Keep a value unless there is one; return whether it was kept."""
        return self._unless_gone(lambda: super(PatientClient, self).add(key, value, timeout), False)

    def get(self, key: Any, default: Any) -> Any:
        """Return the value, or the default."""
        return self._unless_gone(lambda: super(PatientClient, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Keep a value for that many seconds, or for good."""
        self._unless_gone(lambda: super(PatientClient, self).set(key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> bool:
        """Keep what is there for that many seconds from now; return whether something was."""
        return self._unless_gone(lambda: super(PatientClient, self).touch(key, timeout), False)

    def delete(self, key: Any) -> bool:
        """Forget a value; return whether there was one. What a dead cache keeps ends with its own time."""
        return self._unless_gone(lambda: super(PatientClient, self).delete(key), False)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Return the values that are there."""
        return self._unless_gone(lambda: super(PatientClient, self).get_many(keys), {})

    def has_key(self, key: Any) -> bool:
        """Return whether there is a value."""
        return self._unless_gone(lambda: super(PatientClient, self).has_key(key), False)

    def incr(self, key: Any, delta: int) -> int:
        """Add to a number and return it. Raises ValueError when there is none."""
        answer = self._unless_gone(lambda: super(PatientClient, self).incr(key, delta), None)
        if answer is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(answer)

    def set_many(self, data: Any, timeout: Any) -> None:
        """Keep several values."""
        self._unless_gone(lambda: super(PatientClient, self).set_many(data, timeout), None)

    def delete_many(self, keys: Any) -> None:
        """Forget several values."""
        self._unless_gone(lambda: super(PatientClient, self).delete_many(keys), None)

    def clear(self) -> bool:
        """Forget everything; return whether the cache did."""
        return self._unless_gone(lambda: super(PatientClient, self).clear(), False)


class PatientCache(RedisCache):
    """Django's cache on Redis that no request fails or waits for."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PatientClient
