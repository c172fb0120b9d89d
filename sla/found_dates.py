"""Dates found elsewhere, in a file or a list of national holidays, that may become closed days of a calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from sla.typed_hours import words_of

# A calendar's form has a row for each date to come; a form has its bounds.
MOST_DATES = 100
# What a page of found dates shows at most.
MOST_FOUND = 200
MOST_NAME = 80


@dataclass(frozen=True)
class FoundDate:
    """A date with its name, and how it stands to the dates that the calendar has."""

    day: date
    name: str
    stands: str = ""
    is_taken: bool = False
    is_offered: bool = True

    @property
    def value(self) -> str:
        """Return what a ticked box sends: the date, a space, the name."""
        return f"{self.day.isoformat()} {self.name}"


def named(days: Iterable[tuple[date, str]]) -> list[tuple[date, str]]:
    """Return each date once, in order; several names of one are joined."""
    names: dict[date, list[str]] = {}
    for day, name in days:
        called = names.setdefault(day, [])
        if (name := clean_name(name)) and name not in called:
            called.append(name)
    return [(day, " / ".join(called)[:MOST_NAME].rstrip()) for day, called in sorted(names.items())]


def clean_name(text: str) -> str:
    """Return a name as one line of visible characters, at most MOST_NAME long."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(visible.split())[:MOST_NAME].rstrip()


def beside(days: Iterable[tuple[date, str]], content: Mapping[str, Any]) -> list[FoundDate]:
    """Return found dates as they stand to the calendar's own: new ones ticked, what is closed already not offered."""
    exceptions = content.get("exceptions") or {}
    found = []
    for day, name in named(days):
        own = exceptions.get(day.isoformat())
        if own is None:
            found.append(FoundDate(day, name, is_taken=True))
        elif not own:
            found.append(FoundDate(day, name, _("closed already"), is_offered=False))
        else:
            found.append(
                FoundDate(day, name, _("has hours of its own, %(hours)s: would be closed") % {"hours": words_of(own)})
            )
    return found


def chosen(values: Iterable[str]) -> list[tuple[date, str]]:
    """Return the dates and names that ticked boxes sent. Raises ValueError for what no box holds."""
    found = []
    for value in values:
        day, _space, name = value.partition(" ")
        found.append((date.fromisoformat(day), clean_name(name)))
    return named(found)


def closed_on(
    content: Mapping[str, Any], names: Mapping[str, str], days: Iterable[tuple[date, str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return hours and names with these dates closed."""
    exceptions, called = dict(content.get("exceptions") or {}), dict(names)
    for day, name in days:
        exceptions[day.isoformat()] = []
        if name:
            called[day.isoformat()] = name
    return {**content, "exceptions": dict(sorted(exceptions.items()))}, called
