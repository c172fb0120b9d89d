"""Leaving a word for colleagues."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Channel
from events.dispatch import hold_rings
from support import permissions, timeline
from support.actions.write import write_message
from support.event_names import TicketEvent
from support.models import Attachment, Message, Ticket


def add_note(
    ticket: Ticket,
    *,
    by: Actor,
    body: str,
    attachments: Iterable[Attachment] = (),
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Message:
    """Add an internal note, which no customer ever sees and which moves no timer.

    The same `submission` twice makes one note. Raises NotAllowed, Invalid.
    """
    submission = submission or uuid.uuid4()
    try:
        with transaction.atomic(), hold_rings():
            ticket = timeline.lock(ticket)
            timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue write notes."))
            instant = timeline.now(at)
            note = write_message(
                ticket,
                author=by.user,
                body=body,
                is_public=False,
                is_staff_reply=False,
                channel=Channel.WEB,
                attachments=attachments,
                submission=submission,
                at=instant,
            )
            ticket.last_message_at = instant
            timeline.commit_change(ticket, TicketEvent.NOTED, by=by, at=instant, message=note.pk)
            return note
    except IntegrityError:
        earlier = Message.objects.filter(submission=submission).first()
        if earlier is None:
            raise
        return earlier
