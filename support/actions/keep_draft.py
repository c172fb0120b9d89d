"""Keeping what somebody has typed and not sent yet, and the files they added to it."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from content.markdown import LONGEST_SOURCE
from database.prepared import prepared
from support.actions.attach import remove_unsent
from support.actions.open_ticket import LONGEST_SUBJECT
from support.models import Attachment, Draft, Priority, Ticket


def keep_draft(
    user: User,
    kind: str,
    *,
    ticket: Ticket | None = None,
    subject: str = "",
    body: str = "",
    priority: int = Priority.NORMAL,
    attachments: Sequence[Attachment] = (),
) -> Draft | None:
    """Keep words and files as this person's draft in this place, instead of what was kept; None for neither.

    Nothing is refused: what is too long is cut, for a draft that is not kept helps nobody. `attachments` are uploads
    that the caller found in `permissions.unsent_files`; one that is not named any more is let go, not deleted.
    """
    values: dict[str, Any] = {
        "subject": _storable(subject)[:LONGEST_SUBJECT],
        "body": _storable(body)[:LONGEST_SOURCE],
        "priority": priority if priority in Priority.values else Priority.NORMAL,
    }
    if not values["subject"].strip() and not values["body"].strip() and not attachments:
        Draft.objects.filter(user=user, kind=kind, ticket=ticket).delete()
        return None
    try:
        with transaction.atomic():
            draft, is_new = Draft.objects.update_or_create(user=user, kind=kind, ticket=ticket, defaults=values)
    except IntegrityError:  # two tabs kept their first words at the same moment: the later ones win
        draft, is_new = Draft.objects.get(user=user, kind=kind, ticket=ticket), False
        for name, value in values.items():
            setattr(draft, name, value)
        draft.save()
    keys = [attachment.pk for attachment in attachments]
    if not is_new:
        draft.files.exclude(pk__in=keys).update(draft=None)
    if keys:
        Attachment.objects.filter(pk__in=keys, message=None).update(draft=draft)
    return draft


def discard_draft(user: User, kind: str, *, ticket: Ticket | None = None) -> None:
    """Throw away this person's draft in this place, if there is one, with those of its files that were not sent."""
    found = _drafts(user.pk, kind) if ticket is None else Draft.objects.filter(user=user, kind=kind, ticket=ticket)
    for draft in found:
        for attachment in draft.unsent_files():
            remove_unsent(attachment)
        draft.delete()


@prepared
def _drafts(user: int, kind: str) -> QuerySet[Draft]:
    return Draft.objects.filter(user=user, kind=kind, ticket=None)


def _storable(text: str) -> str:
    """Return the text without what no database keeps: zero bytes and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
