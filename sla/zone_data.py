"""Which time-zone data is installed: its rules change a few times a year, and due dates with them. No Django."""

import zoneinfo
from importlib import import_module
from pathlib import Path

UNKNOWN = "unknown"


def installed() -> str:
    """Return the version of the data that `zoneinfo` reads, such as "2026a"; "unknown" where the data does not say.

    The system's data comes before that of the Python package, as in `zoneinfo` itself.
    """
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "UTC").is_file():
            return _version_in(folder)
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ModuleNotFoundError:
        return UNKNOWN


def _version_in(folder: Path) -> str:
    """Return what a folder of zones says of its version: a file of its own, or the head of the compact source."""
    version = folder / "+VERSION"
    if version.is_file():
        return version.read_text().strip() or UNKNOWN
    try:
        with (folder / "tzdata.zi").open() as source:
            _hash, _, number = source.readline().strip().partition("version ")
    except OSError:
        return UNKNOWN
    return number or UNKNOWN
