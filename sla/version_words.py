"""What an edit of a calendar changed, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.calendars import WEEKDAYS
from sla.typed_hours import words_of

Content = Mapping[str, Any]
Names = Mapping[str, str]

# Beyond so many dates of a kind they are summed up.
DATES_SHOWN = 4


def changes(
    before: Content | None, after: Content, names_before: Names | None = None, names: Names | None = None
) -> list[str]:
    """Return what differs between two versions, a phrase each; for the first version, what it holds."""
    names_before, names = names_before or {}, names or {}
    if before is None:
        days = [day_words(after, index) for index in range(7)]
        found = [_("First hours"), after["zone"], *_days(days)]
        before = {"exceptions": {}}
    else:
        found = []
        if before["zone"] != after["zone"]:
            found.append(_("Time zone %(before)s → %(after)s") % {"before": before["zone"], "after": after["zone"]})
        old, new = [[day_words(each, index) for index in range(7)] for each in (before, after)]
        found += _days([f"{was} → {now}" if was != now else "" for was, now in zip(old, new, strict=True)])
    return found + _dates(before.get("exceptions") or {}, after.get("exceptions") or {}, names_before, names)


def day_words(content: Content, index: int) -> str:
    """Return the hours of a weekday (0 is Monday) in words."""
    return words_of(content["weekly"].get(WEEKDAYS[index], []), str(WEEKDAYS_ABBR[(index + 1) % 7]))


def _days(words: list[str]) -> list[str]:
    """Return a phrase for each run of weekdays that say the same: "Mon–Fri 09:00–17:00"."""
    found: list[tuple[int, int, str]] = []
    for index, said in enumerate(words):
        # What ends on the next day says which, and so differs from day to day.
        if said and found and found[-1][1] == index - 1 and found[-1][2] == said:
            found[-1] = (found[-1][0], index, said)
        elif said:
            found.append((index, index, said))
    day = WEEKDAYS_ABBR
    return [
        f"{day[first]}–{day[last]} {said}" if last > first else f"{day[first]} {said}" for first, last, said in found
    ]


def _dates(before: Content, after: Content, names_before: Names, names: Names) -> list[str]:
    def said(days: Content, key: str, called: Names) -> str:
        name = f" ({called[key]})" if called.get(key) else ""
        return words_of(days[key]) + name

    added = [f"{_date(key)} {said(after, key, names)}" for key in sorted(set(after) - set(before))]
    removed = [f"{_date(key)} {said(before, key, names_before)}" for key in sorted(set(before) - set(after))]
    changed = [
        f"{_date(key)} {said(before, key, names_before)} → {said(after, key, names)}"
        for key in sorted(set(before) & set(after))
        if said(before, key, names_before) != said(after, key, names)
    ]
    found = []
    for words, dates in (
        (_("added %(dates)s"), added),
        (_("removed %(dates)s"), removed),
        (_("changed %(dates)s"), changed),
    ):
        if dates:
            shown = dates[:DATES_SHOWN] if len(dates) > DATES_SHOWN + 1 else dates
            more = len(dates) - len(shown)
            rest = [ngettext("%(count)s more", "%(count)s more", more) % {"count": more}] if more else []
            found.append(words % {"dates": ", ".join(shown + rest)})
    return found


def _date(key: str) -> str:
    return date_format(date.fromisoformat(key), "SHORT_DATE_FORMAT")
