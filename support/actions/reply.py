"""Answering a ticket in public, from either side."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Channel
from events.dispatch import hold_rings
from sla import timers
from support import permissions, timeline
from support.actions.open_ticket import first_line, open_ticket
from support.actions.set_status import change_status
from support.actions.write import write_message
from support.errors import Invalid
from support.event_names import TicketEvent
from support.models import Attachment, Message, Status, Ticket


@dataclass(frozen=True)
class Replied:
    """The message and its ticket: the same one, or the follow-up that an answer to a closed ticket starts."""

    ticket: Ticket
    message: Message
    is_new: bool


def reply(
    ticket: Ticket,
    *,
    by: Actor,
    body: str,
    channel: str = Channel.WEB,
    attachments: Iterable[Attachment] = (),
    then: str | None = None,
    submission: uuid.UUID | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Replied:
    """Add a public message. `then` is the status that a member of the staff sets in the same stroke.

    A staff reply stops the response timers; a customer's reopens a pending or solved ticket, and on a closed
    one starts a linked follow-up. The same `submission` twice makes one message. Raises NotAllowed, Invalid,
    InvalidTransition, Stale.
    """
    submission = submission or uuid.uuid4()
    try:
        with transaction.atomic(), hold_rings():
            return _reply(ticket, by, body, channel, list(attachments), then, submission, expected_version, at)
    except IntegrityError:
        earlier = Message.objects.filter(submission=submission).select_related("ticket").first()
        if earlier is None:
            raise
        return Replied(earlier.ticket, earlier, is_new=False)


def _reply(
    ticket: Ticket,
    by: Actor,
    body: str,
    channel: str,
    attachments: list[Attachment],
    then: str | None,
    submission: uuid.UUID,
    expected_version: int | None,
    at: datetime | None,
) -> Replied:
    ticket = timeline.lock(ticket, expected_version=expected_version)
    instant = timeline.now(at)
    timeline.require(permissions.can_reply(by, ticket), _("You cannot answer this ticket."))
    is_staff_reply = permissions.works_on(by, ticket) and not by.is_system and by.user != ticket.requester
    if ticket.is_closed:
        if is_staff_reply:
            raise Invalid("body", _("This ticket is closed. Open a new one for the customer instead."))
        return _follow_up(ticket, by, body, channel, attachments, submission, instant)
    message = write_message(
        ticket,
        author=by.user,
        body=body,
        is_public=True,
        is_staff_reply=is_staff_reply,
        channel=channel,
        attachments=attachments,
        submission=submission,
        at=instant,
    )
    was_answered_last = ticket.last_public_is_staff
    facts = timeline.facts_of(ticket)
    if is_staff_reply:
        timeline.apply_standing(ticket, timers.staff_replied(facts, at=instant))
        ticket.was_answered = True
    elif not by.is_system:
        timeline.apply_standing(
            ticket,
            timers.customer_wrote(facts, at=instant, is_first=False, is_answered=was_answered_last, channel=channel),
        )
        ticket.first_line = first_line(message.text)
    if not by.is_system:
        ticket.last_public_is_staff = is_staff_reply
    ticket.last_message_at = instant
    timeline.commit_change(ticket, TicketEvent.REPLIED, by=by, at=instant, message=message.pk, is_staff=is_staff_reply)
    if is_staff_reply:
        target = then or (Status.OPEN if ticket.status == Status.NEW else ticket.status)
        if target != ticket.status:
            change_status(ticket, target, by=by, at=instant)
    elif ticket.status in {Status.PENDING, Status.SOLVED} and not by.is_system:
        change_status(ticket, Status.OPEN, by=by, at=instant)
    return Replied(ticket, message, is_new=True)


def _follow_up(
    ticket: Ticket,
    by: Actor,
    body: str,
    channel: str,
    attachments: list[Attachment],
    submission: uuid.UUID,
    at: datetime,
) -> Replied:
    """Start a new ticket, linked to the closed one, with the answer as its first message."""
    assert by.user is not None
    opened = open_ticket(
        by=by,
        requester=by.user,
        subject=ticket.subject,
        body=body,
        channel=channel,
        attachments=attachments,
        submission=submission,
        follow_up_of=ticket,
        at=at,
    )
    timeline.commit_change(ticket, TicketEvent.FOLLOW_UP_STARTED, by=by, at=at, follow_up=opened.ticket.pk)
    message = Message.objects.filter(ticket=opened.ticket).earliest("pk")
    return Replied(opened.ticket, message, is_new=True)
