"""Tickets from elsewhere as JSON lines: one object a line becomes what `support.actions.import_ticket` takes.

    {"reference": "ZD-4711", "subject": "…", "requester": {"email": "…", "name": "…"}, "status": "open",
     "priority": "normal", "channel": "email", "created_at": "2025-03-04T10:00:00Z",
     "messages": [{"at": "2025-03-04T10:00:00Z", "body": "…", "author": {"email": "…", "name": "…"},
                   "public": true, "desk": false}]}

Needed are reference, subject, requester.email and messages with at and body. A message without an author is the
requester's, or with `desk` the desk's. Times carry their zone.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from support.actions.import_ticket import Elsewhere, SaidBefore
from support.errors import Invalid
from support.models import Priority, Status

FIELDS = {"reference", "subject", "requester", "status", "priority", "channel", "created_at", "messages"}
MESSAGE_FIELDS = {"at", "body", "author", "public", "desk"}
PERSON_FIELDS = {"email", "name"}
PRIORITIES = {priority.name.lower(): priority.value for priority in Priority}


def read(line: str) -> Elsewhere:
    """Return what a line says. Raises Invalid naming the field, also for what is no JSON object."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise Invalid("line", _("This is no JSON: %(error)s.") % {"error": error}) from None
    _known("line", found, FIELDS)
    requester = _known("requester", found.get("requester"), PERSON_FIELDS)
    messages = found.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Invalid("messages", _("Give a list of at least one message."))
    priority = _text(found, "priority", "normal")
    if priority not in PRIORITIES:
        raise Invalid(
            "priority",
            _("“%(name)s” is no priority. These are: %(known)s.") % {"name": priority, "known": ", ".join(PRIORITIES)},
        )
    return Elsewhere(
        reference=_text(found, "reference").strip(),
        subject=_text(found, "subject"),
        email=_text(requester, "email", field="requester.email"),
        name=_text(requester, "name", "", field="requester.name"),
        status=_text(found, "status", Status.CLOSED),
        priority=PRIORITIES[priority],
        channel=_text(found, "channel", "email"),
        created_at=_instant(found["created_at"], "created_at") if "created_at" in found else None,
        messages=[_message(message, f"messages[{index}]") for index, message in enumerate(messages)],
    )


def _message(found: Any, where: str) -> SaidBefore:
    _known(where, found, MESSAGE_FIELDS)
    author = _known(f"{where}.author", found.get("author", {}), PERSON_FIELDS)
    return SaidBefore(
        body=_text(found, "body", field=f"{where}.body"),
        at=_instant(found.get("at"), f"{where}.at"),
        email=_text(author, "email", "", field=f"{where}.author.email"),
        name=_text(author, "name", "", field=f"{where}.author.name"),
        by_desk=_flag(found, "desk", where, default=False),
        is_public=_flag(found, "public", where, default=True),
    )


def _known(where: str, found: Any, names: set[str]) -> dict[str, Any]:
    """Return the object. Raises Invalid for what is none, and for a misspelt field: it would be lost in silence."""
    if not isinstance(found, dict):
        raise Invalid(where, _("Give an object."))
    if unknown := sorted(found.keys() - names):
        raise Invalid(
            where,
            _("Not known here: %(names)s. These are: %(known)s.")
            % {"names": ", ".join(unknown), "known": ", ".join(sorted(names))},
        )
    return found


def _text(found: dict[str, Any], name: str, default: str | None = None, *, field: str = "") -> str:
    value = found.get(name, default)
    if not isinstance(value, str):
        raise Invalid(field or name, _("Give a text."))
    return value.replace("\x00", "")


def _flag(found: dict[str, Any], name: str, where: str, *, default: bool) -> bool:
    value = found.get(name, default)
    if not isinstance(value, bool):
        raise Invalid(f"{where}.{name}", _("Write true or false."))
    return value


def _instant(value: Any, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(field, _("Write a time with its zone, as in 2025-03-04T10:00:00Z."))
    return at.astimezone(UTC).replace(microsecond=0)
