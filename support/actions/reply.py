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
from events.models import Event
from sla import timers
from sla.choose import RESPONSES
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
    call_at: datetime | None = None,
    is_automatic: bool = False,
) -> Replied:
    """Add a public message. `then` is the status that a member of the staff sets in the same stroke.

    A staff reply stops the response timers; a customer's reopens a pending or solved ticket, and on a closed
    one starts a linked follow-up. On spam it is kept, and its promise waits for "not spam". An automatic message
    (`Auto-Submitted`) is kept, and starts, stops and reopens nothing. The same `submission` twice makes one message.

    `at` is a mail's arrival. `call_at` is when a member of the staff spoke to the customer, if that is told of later:
    it answers what was asked before it, so a promise that seemed broken may have been kept, and what was asked after
    it still waits. Both are UTC. Raises NotAllowed, Invalid, InvalidTransition, Stale.
    """
    submission = submission or uuid.uuid4()
    try:
        with transaction.atomic(), hold_rings():
            return _reply(
                ticket,
                by,
                body,
                channel,
                list(attachments),
                then,
                submission,
                expected_version,
                at,
                call_at,
                is_automatic,
            )
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
    call_at: datetime | None,
    is_automatic: bool,
) -> Replied:
    ticket = timeline.lock(ticket, expected_version=expected_version)
    now = timeline.now(at)
    instant = now if call_at is None else timeline.now(call_at)
    timeline.require(permissions.can_reply(by, ticket), _("You cannot answer this ticket."))
    is_by_staff = permissions.works_on(by, ticket) and not by.is_system and by.user != ticket.requester
    is_staff_reply = is_by_staff and not is_automatic
    if is_staff_reply:
        timeline.require_no_spam(ticket)
    if call_at is not None:
        _check_call(ticket, instant, now, is_staff_reply=is_staff_reply)
    if ticket.is_closed and not is_automatic:
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
        is_automatic=is_automatic,
    )
    counts = not by.is_system and not is_automatic
    asked_since = _asked_since(ticket, instant) if call_at is not None else None
    if is_staff_reply:
        is_told_late = call_at is not None
        timeline.apply_standing(
            ticket, timers.staff_replied(timeline.facts_of(ticket), at=instant, is_told_late=is_told_late)
        )
        ticket.was_answered = True
    elif counts:
        if not ticket.is_spam:
            timeline.apply_standing(ticket, _promise_an_answer(ticket, channel, instant))
        ticket.first_line = first_line(message.text)
    if counts and asked_since is None:
        ticket.last_public_is_staff = is_staff_reply
    ticket.last_message_at = max(instant, ticket.last_message_at)
    timeline.commit_change(
        ticket,
        TicketEvent.REPLIED,
        by=by,
        at=instant,
        message=message.pk,
        is_staff=is_staff_reply,
        **({"call_at": instant.isoformat()} if call_at is not None else {}),
        **({"is_automatic": True} if is_automatic else {}),
    )
    if asked_since is not None:
        _count_from(ticket, asked_since, by)
    if is_staff_reply:
        target = then or (Status.OPEN if ticket.status == Status.NEW else ticket.status)
        if target != ticket.status:
            change_status(ticket, target, by=by, at=now)
    elif ticket.status in {Status.PENDING, Status.SOLVED} and counts:
        change_status(ticket, Status.OPEN, by=by, at=instant)
    return Replied(ticket, message, is_new=True)


def _promise_an_answer(ticket: Ticket, channel: str, at: datetime) -> timers.Standing | None:
    """Start what a message of the customer's side starts: also where the last one was never answered, and is owed
    no answer any more.
    """
    is_answered = ticket.last_public_is_staff or (
        ticket.next_due_metric not in RESPONSES and timers.was_left_unanswered(ticket.pk)
    )
    return timers.customer_wrote(
        timeline.facts_of(ticket), at=at, is_first=False, is_answered=is_answered, channel=channel
    )


def _check_call(ticket: Ticket, call_at: datetime, now: datetime, *, is_staff_reply: bool) -> None:
    """Raise Invalid for a call that cannot have been then."""
    if not is_staff_reply:
        raise Invalid("call_at", _("Only a call of the desk is told of later."))
    if call_at > now:
        raise Invalid("call_at", _("This is in the future. Write when the call was, or leave it empty for now."))
    if call_at < ticket.created_at:
        raise Invalid("call_at", _("The ticket was filed after that. Check date and time, or leave it empty for now."))


def _asked_since(ticket: Ticket, call_at: datetime) -> Message | None:
    """Return what the customer's side wrote first after a call that is told of only now."""
    return (
        Message.objects.filter(
            ticket=ticket, is_public=True, is_staff_reply=False, is_automatic=False, created_at__gt=call_at
        )
        .order_by("pk")
        .first()
    )


def _count_from(ticket: Ticket, message: Message, by: Actor) -> None:
    """Let the wait for an answer count from the message that came after a call, if nothing counts yet."""
    if not ticket.last_public_is_staff:
        standing = timers.customer_wrote(
            timeline.facts_of(ticket), at=message.created_at, is_first=False, is_answered=True, channel=message.channel
        )
        if standing is not None:
            timeline.apply_standing(ticket, standing)
            cause = Event.objects.filter(
                name__in=[TicketEvent.REPLIED, TicketEvent.OPENED],
                subject_type="ticket",
                subject_id=ticket.pk,
                data__message=message.pk,
            ).first()
            timeline.commit_change(
                ticket, TicketEvent.CAUGHT_UP, by=by, at=message.created_at, cause=cause.pk if cause else None
            )


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
