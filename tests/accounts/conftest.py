import re

import pytest

from accounts import middleware


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Answer at once; SEC-22 measures with the wait."""
    monkeypatch.setattr(middleware, "BEAT_SECONDS", 0)


@pytest.fixture
def last_code(mailoutbox):
    """Return a function that reads the code from the newest mail to an address."""

    def read(to: str) -> str:
        letter = [m for m in mailoutbox if m.to == [to]][-1]
        found = re.search(r"^    (\S+)$", letter.body, re.M)
        assert found, letter.body
        return found.group(1)

    return read


@pytest.fixture
def last_link(mailoutbox):
    """Return a function that reads the link from the newest mail to an address."""

    def read(to: str) -> str:
        letter = [m for m in mailoutbox if m.to == [to]][-1]
        return re.search(r"^(https?://\S+)$", letter.body, re.M).group(1)

    return read
