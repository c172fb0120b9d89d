"""The arithmetic for other programs: one question as JSON, one answer. Pure: no Django, no clock.

| kind | asks with | answer |
|---|---|---|
| add | calendar, start, seconds | due |
| between | calendar, a, b | seconds |
| pause | calendar, start, seconds, pauses `[[from, to], …]` | due |
| local | calendar, typed (local time), fold, seconds | instant, due |

Instants are `YYYY-MM-DDTHH:MM:SSZ`; a calendar is what `sla.calendars.parse` reads.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sla import clock
from sla.calendars import parse

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)

Question = dict[str, Any]


def answer(line: str) -> dict[str, Any]:
    """Return the answer to one line of JSON; a line that cannot be answered gives `error` with the reason."""
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"This is not JSON: {error}"}
    if not isinstance(question, dict):
        return {"id": None, "error": "A question is an object."}
    found: dict[str, Any] = {"id": question.get("id")}
    try:
        kind = question.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise ValueError(f"kind is one of {', '.join(_KINDS)}.")
        return found | _KINDS[kind](question)
    except clock.NeverOpen:
        return found | {"error": "NeverOpen"}
    except KeyError as error:
        return found | {"error": f"{error.args[0]} is missing."}
    except (ValueError, OverflowError, RecursionError) as error:
        return found | {"error": str(error)}


def _add(question: Question) -> dict[str, Any]:
    due = clock.add(parse(question["calendar"]), _instant(question, "start"), _seconds(question))
    return {"due": _text(due)}


def _between(question: Question) -> dict[str, Any]:
    calendar = parse(question["calendar"])
    return {"seconds": clock.between(calendar, _instant(question, "a"), _instant(question, "b"))}


def _pause(question: Question) -> dict[str, Any]:
    pauses = question["pauses"]
    if not isinstance(pauses, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pauses):
        raise ValueError("pauses is a list of [from, to].")
    due = clock.add_with_pauses(
        parse(question["calendar"]),
        _instant(question, "start"),
        _seconds(question),
        [(_read(begin, "pauses"), _read(end, "pauses")) for begin, end in pauses],
    )
    return {"due": _text(due)}


def _local(question: Question) -> dict[str, Any]:
    calendar = parse(question["calendar"])
    typed, fold = question["typed"], question.get("fold", 0)
    if not isinstance(typed, str) or not _LOCAL.fullmatch(typed):
        raise ValueError("typed is a local time such as 2025-03-30T02:30:00.")
    if isinstance(fold, bool) or not isinstance(fold, int):
        raise ValueError("A fold is 0 or 1.")
    instant = clock.local_to_instant(calendar.zone, datetime.fromisoformat(typed), fold)
    return {"instant": _text(instant), "due": _text(clock.add(calendar, instant, _seconds(question)))}


_KINDS: dict[str, Callable[[Question], dict[str, Any]]] = {
    "add": _add,
    "between": _between,
    "pause": _pause,
    "local": _local,
}


def _instant(question: Question, name: str) -> datetime:
    return _read(question[name], name)


def _read(value: Any, name: str) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError(f"{name}: an instant is YYYY-MM-DDTHH:MM:SSZ.")
    return datetime.fromisoformat(value[:-1]).replace(tzinfo=UTC)


def _seconds(question: Question) -> int:
    seconds: int = question["seconds"]
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
        raise ValueError("seconds is a whole number, not negative.")
    return seconds


def _text(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
