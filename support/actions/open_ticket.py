"""Filing a ticket."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import Channel, Membership, Organization, User
from events.dispatch import hold_rings
from sla import timers
from support import timeline
from support.actions.write import write_message
from support.errors import Invalid
from support.event_names import TicketEvent
from support.models import Attachment, Message, Priority, Queue, Status, Ticket
from support.permissions import is_agent
from support.queries import queue_for

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Opened:
    """The ticket, and whether this call made it: a form sent twice finds the first one's."""

    ticket: Ticket
    is_new: bool


def open_ticket(
    *,
    by: Actor,
    requester: User,
    subject: str,
    body: str,
    channel: str = Channel.WEB,
    priority: int = Priority.NORMAL,
    queue: Queue | None = None,
    attachments: Iterable[Attachment] = (),
    submission: uuid.UUID | None = None,
    was_missed_call: bool = False,
    follow_up_of: Ticket | None = None,
    offer: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Opened:
    """File a ticket with its first message and start its timers.

    It takes its place by what the requester's tier promises, in the queue of the organisation or tier, and goes
    to the named agent if there is one. Filed by the desk for a customer (a call that was answered), the first
    message is a staff reply and starts no response timer; a missed call starts one (sla.md, section 3).
    `offer` is the key under which it was noted what stood beside the form; the event takes it along.
    `at` is UTC; a mail's arrival. Raises Invalid naming the field.
    """
    subject = " ".join(subject.split())
    if not subject:
        raise Invalid("subject", _("Give your question a subject: a few words are enough."))
    if len(subject) > LONGEST_SUBJECT:
        raise Invalid("subject", _("Keep the subject under %(count)s characters.") % {"count": LONGEST_SUBJECT})
    if priority not in Priority.values:
        raise Invalid("priority", _("Choose one of the priorities."))
    submission = submission or uuid.uuid4()
    try:
        with transaction.atomic(), hold_rings():
            return Opened(
                _open(
                    by,
                    requester,
                    subject,
                    body,
                    channel,
                    priority,
                    queue,
                    attachments,
                    submission,
                    was_missed_call,
                    follow_up_of,
                    offer,
                    timeline.now(at),
                ),
                is_new=True,
            )
    except IntegrityError:
        earlier = Message.objects.filter(submission=submission).select_related("ticket").first()
        if earlier is None:
            raise
        return Opened(earlier.ticket, is_new=False)


def _open(
    by: Actor,
    requester: User,
    subject: str,
    body: str,
    channel: str,
    priority: int,
    queue: Queue | None,
    attachments: Iterable[Attachment],
    submission: uuid.UUID,
    was_missed_call: bool,
    follow_up_of: Ticket | None,
    offer: uuid.UUID | None,
    at: datetime,
) -> Ticket:
    is_by_desk = is_agent(by) and by.user != requester
    is_proven = by.kind != ActorKind.ANONYMOUS
    membership: Membership | None = getattr(requester, "membership", None) if is_proven else None
    organization: Organization | None = membership.organization if membership else None
    suggested = None
    if not is_by_desk and not (organization and organization.tier and organization.tier.customers_set_priority):
        suggested, priority = (priority if priority != Priority.NORMAL else None), Priority.NORMAL
    is_answered = is_by_desk and not was_missed_call
    ticket = Ticket(
        subject=subject,
        requester=requester,
        is_requester_proven=is_proven,
        organization=organization,
        channel=channel,
        queue=queue or queue_for(organization),
        priority=priority,
        suggested_priority=suggested,
        status=Status.OPEN if is_answered else Status.NEW,
        assignee_id=organization.named_agent_id if organization else None,
        follow_up_of=follow_up_of,
        last_public_is_staff=is_answered,
        was_answered=is_answered,
        created_at=at,
        last_message_at=at,
        updated_at=at,
    )
    ticket.save(force_insert=True)
    message = write_message(
        ticket,
        author=by.user if is_answered or not is_by_desk else requester,
        body=body,
        is_public=True,
        is_staff_reply=is_answered,
        channel=channel,
        attachments=attachments,
        submission=submission,
        at=at,
        fallback_author=requester,
    )
    ticket.first_line = first_line(message.text)
    facts = timeline.facts_of(ticket)
    timeline.apply_standing(
        ticket,
        timers.opened_by_staff(facts, at=at)
        if is_answered
        else timers.customer_wrote(facts, at=at, is_first=True, is_answered=False),
    )
    ticket.save(update_fields=["first_line", "next_due_at", "next_due_metric", "is_paused", "queue_at"])
    timeline.record_event(
        ticket,
        TicketEvent.OPENED,
        by=by,
        at=at,
        message=message.pk,
        channel=channel,
        queue=ticket.queue_id,
        priority=priority,
        assignee=ticket.assignee_id,
        **({"follow_up_of": follow_up_of.pk} if follow_up_of else {}),
        **({"offer": str(offer)} if offer else {}),
    )
    return ticket


def first_line(text: str) -> str:
    """Return the beginning of a message for lists, at most 160 characters, without line ends."""
    return " ".join(text[:400].split())[:160]
