"""Keeping what somebody has typed and not sent yet."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from content.markdown import LONGEST_SOURCE
from support.actions.open_ticket import LONGEST_SUBJECT
from support.models import Draft, Priority, Ticket


def keep_draft(
    user: User,
    kind: str,
    *,
    ticket: Ticket | None = None,
    subject: str = "",
    body: str = "",
    priority: int = Priority.NORMAL,
) -> Draft | None:
    """Keep the words as this person's draft in this place, instead of what was kept; return None for no words.

    Nothing is refused: what is too long is cut, for a draft that is not kept helps nobody.
    """
    values: dict[str, Any] = {
        "subject": _storable(subject)[:LONGEST_SUBJECT],
        "body": _storable(body)[:LONGEST_SOURCE],
        "priority": priority if priority in Priority.values else Priority.NORMAL,
    }
    if not values["subject"].strip() and not values["body"].strip():
        discard_draft(user, kind, ticket=ticket)
        return None
    try:
        with transaction.atomic():
            draft, _made = Draft.objects.update_or_create(user=user, kind=kind, ticket=ticket, defaults=values)
    except IntegrityError:  # two tabs kept their first words at the same moment: the later ones win
        draft = Draft.objects.get(user=user, kind=kind, ticket=ticket)
        for name, value in values.items():
            setattr(draft, name, value)
        draft.save()
    return draft


def discard_draft(user: User, kind: str, *, ticket: Ticket | None = None) -> None:
    """Throw away this person's draft in this place, if there is one."""
    Draft.objects.filter(user=user, kind=kind, ticket=ticket).delete()


def _storable(text: str) -> str:
    """Return the text without what no database keeps: zero bytes and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
