"""The locks: complete, hashed, and without an address, so that anybody's pip installs them from anybody's index."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def names(requirements):
    found = (re.match(r"[A-Za-z0-9._-]+", line).group() for line in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def pins(lock):
    return [line for line in lock.read_text().splitlines() if re.match(r"[a-z0-9]", line)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_pin_is_exact_and_hashed(lock):
    text = lock.read_text()
    for pin in pins(lock):
        assert re.match(r"[a-z0-9-]+==[^ ]+ (; .+ )?\\$", pin), pin
        assert re.search(re.escape(pin) + r"\n    --hash=sha256:[0-9a-f]{64}", text), pin


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_an_address(lock):
    assert "://" not in lock.read_text()
    assert not re.search(r"^\s*--?(index|extra-index|find-links|trusted|i\b|f\b)", lock.read_text(), re.M)


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("base", PROJECT["project"]["dependencies"]),
        ("development", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["development"]),
        ("s3", PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["s3"]),
    ],
)
def test_each_dependency_of_the_project_is_locked(lock, wanted):
    assert names(wanted) <= names(pins(ROOT / "requirements" / f"{lock}.txt")), "Run: make lock"


def test_all_locks_hold_the_same_releases():
    # Several of one name: older Pythons may need an older release.
    def releases(lock):
        return {pin.split(" ")[0] for pin in pins(lock)}

    everything = releases(ROOT / "requirements" / "development.txt")
    for lock in LOCKS:
        assert releases(lock) <= everything, f"{lock.name} holds releases that are not tested. Run: make lock"
