"""The cache may be gone or hang (REL-03): then it is empty, and asking it costs next to nothing."""

import socket
import time

import pytest
from django.core.cache import caches

from config import cache as patient
from tests.reliability.smtp_servers import free_port


@pytest.fixture
def use(settings):
    """Return a function that gives the desk's cache on a Redis at a port."""

    def at(port):
        settings.CACHES = {
            "default": {"BACKEND": "config.cache.PatientCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}
        }
        return caches["default"]

    patient.breaker.quiet_until = 0.0
    yield at
    patient.breaker.quiet_until = 0.0


def ask_everything(cache):
    assert cache.get("a") is None and cache.get("a", 7) == 7
    cache.set("a", 1)
    assert cache.add("a", 1) is False
    assert cache.touch("a") is False
    assert cache.delete("a") is False
    assert cache.get_many(["a", "b"]) == {}
    assert "a" not in cache
    assert cache.set_many({"a": 1}) == []
    cache.delete_many(["a"])
    cache.clear()
    assert cache.get_or_set("a", lambda: 5) == 5
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_rel_03_a_cache_that_is_gone_is_an_empty_one(use):
    cache = use(free_port())
    began = time.monotonic()
    ask_everything(cache)
    assert time.monotonic() - began < 1


def test_rel_03_a_cache_that_hangs_costs_less_than_a_second_once(use):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cache = use(listener.getsockname()[1])
        began = time.monotonic()
        cache.get("a")
        first = time.monotonic() - began
        ask_everything(cache)
        assert first < 1.5 and time.monotonic() - began - first < 0.3
        patient.breaker.quiet_until = time.monotonic() - 1
        began = time.monotonic()
        cache.get("a")
        assert 0.2 < time.monotonic() - began < 1.5, "after its rest it is tried again"
        assert patient.breaker.quiet_until - time.monotonic() > patient.QUIET_SECONDS - 1


@pytest.mark.redis
def test_a_cache_that_is_back_is_used_again(use, settings):
    import os

    cache = use(free_port())
    cache.set("back", 1)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": os.environ["TEST_REDIS_URL"]}}
    cache = caches["default"]
    cache.set("back", 1)
    assert cache.get("back") is None, "it has its rest"
    patient.breaker.quiet_until = time.monotonic() - 1
    cache.set("back", 1, 30)
    assert cache.get("back") == 1 and cache.incr("back") == 2
    assert cache.get_many(["back"]) == {"back": 2} and cache.delete("back")
