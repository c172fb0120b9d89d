"""Bringing a ticket in from elsewhere, with what was said in it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actors import Actor
from accounts.models import Channel, Membership, Organization, User
from events.dispatch import hold_rings
from sla import acts, timers
from support import timeline
from support.actions.open_ticket import LONGEST_SUBJECT, first_line
from support.actions.write import write_message
from support.errors import Invalid
from support.event_names import TicketEvent
from support.models import ACTIVE_STATUSES, Message, Priority, Status, Ticket
from support.queries import queue_for

LONGEST_REFERENCE = 100


@dataclass(frozen=True)
class SaidBefore:
    """A message as it was said elsewhere. `by_desk`: a person of the staff, who may not work here any more."""

    body: str
    at: datetime
    email: str = ""
    name: str = ""
    by_desk: bool = False
    is_public: bool = True


@dataclass(frozen=True)
class Elsewhere:
    """A ticket as it stood elsewhere; instants are UTC. `reference` is what it was called there."""

    reference: str
    subject: str
    email: str
    messages: list[SaidBefore]
    name: str = ""
    status: str = Status.CLOSED
    priority: int = Priority.NORMAL
    channel: str = Channel.EMAIL
    created_at: datetime | None = None


@dataclass(frozen=True)
class Imported:
    """The ticket, and whether this call brought it in: the same reference again finds the first one's."""

    ticket: Ticket
    is_new: bool


def import_ticket(found: Elsewhere, *, by: Actor, start_timers: bool = False, at: datetime | None = None) -> Imported:
    """Bring in a ticket under a number of ours, once for each reference. Nobody is told of the past.

    It gets no promises; with `start_timers` one that is open gets those that it would have now, counted from the
    import (sla.md, section 6). `at` is UTC. Raises Invalid naming the field.
    """
    instant = timeline.now(at)
    _check(found, instant)
    earlier = Ticket.objects.filter(external_reference=found.reference).first()
    if earlier is not None:
        return Imported(earlier, is_new=False)
    try:
        with transaction.atomic(), hold_rings():
            return Imported(_import(found, by, instant, start_timers=start_timers), is_new=True)
    except IntegrityError:
        earlier = Ticket.objects.filter(external_reference=found.reference).first()
        if earlier is None:
            raise
        return Imported(earlier, is_new=False)


def _check(found: Elsewhere, now: datetime) -> None:
    """Raise Invalid for what cannot be brought in."""
    if not found.reference or len(found.reference) > LONGEST_REFERENCE:
        raise Invalid(
            "reference", _("Give it a reference of at most %(count)s characters.") % {"count": LONGEST_REFERENCE}
        )
    if not found.subject.strip() or len(found.subject) > LONGEST_SUBJECT:
        raise Invalid("subject", _("Give it a subject of at most %(count)s characters.") % {"count": LONGEST_SUBJECT})
    for name, value, known in (
        ("status", found.status, Status.values),
        ("priority", found.priority, Priority.values),
        ("channel", found.channel, Channel.values),
    ):
        if value not in known:
            raise Invalid(name, _("“%(value)s” is not known here.") % {"value": value})
    if not any(message.is_public for message in found.messages):
        raise Invalid("messages", _("A ticket has at least one public message."))
    if any(message.at > now for message in found.messages) or (found.created_at and found.created_at > now):
        raise Invalid("messages", _("A time is in the future."))


def _import(found: Elsewhere, by: Actor, now: datetime, *, start_timers: bool) -> Ticket:
    requester = _person("requester", found.email, found.name, found.channel)
    membership = Membership.objects.select_related("organization__tier").filter(user=requester).first()
    organization: Organization | None = membership.organization if membership else None
    said = sorted(found.messages, key=lambda message: message.at)
    authors = [_author(message, found, requester) for message in said]
    ours = [_is_ours(message, author, requester) for message, author in zip(said, authors, strict=True)]
    public = [is_ours for message, is_ours in zip(said, ours, strict=True) if message.is_public]
    last_at = said[-1].at
    ticket = Ticket(
        subject=" ".join(found.subject.split()),
        requester=requester,
        organization=organization,
        channel=found.channel,
        queue=queue_for(organization),
        priority=found.priority,
        status=found.status,
        external_reference=found.reference,
        last_public_is_staff=public[-1],
        was_answered=any(public),
        created_at=min(found.created_at or said[0].at, said[0].at),
        last_message_at=last_at,
        updated_at=now,
        solved_at=last_at if found.status in acts.DONE else None,
        closed_at=last_at if found.status == Status.CLOSED else None,
    )
    ticket.save(force_insert=True)
    written: list[Message] = []
    for message, author, is_ours in zip(said, authors, ours, strict=True):
        written.append(
            write_message(
                ticket,
                author=author,
                body=message.body,
                is_public=message.is_public,
                is_staff_reply=is_ours and message.is_public,
                channel=found.channel,
                attachments=(),
                submission=None,
                at=message.at,
            )
        )
    asked = [message for message in written if message.is_public and not message.is_staff_reply] or written
    ticket.first_line = first_line(asked[-1].text)
    has_promises = start_timers and ticket.status in ACTIVE_STATUSES
    if has_promises:
        _promise(ticket, now)
    ticket.save()
    timeline.record_event(
        ticket,
        TicketEvent.IMPORTED,
        by=by,
        at=now,
        reference=ticket.external_reference,
        queue=ticket.queue_id,
        status=ticket.status,
        messages=len(written),
        has_promises=has_promises,
    )
    return ticket


def _promise(ticket: Ticket, now: datetime) -> None:
    """Start what would run had the ticket come in now and stood as it does."""
    facts = timeline.facts_of(ticket)
    if not ticket.was_answered:
        timeline.apply_standing(ticket, timers.customer_wrote(facts, at=now, is_first=True, is_answered=False))
    else:
        timeline.apply_standing(ticket, timers.opened_by_staff(facts, at=now))
        if not ticket.last_public_is_staff:
            timeline.apply_standing(ticket, timers.customer_wrote(facts, at=now, is_first=False, is_answered=True))
    timeline.apply_standing(
        ticket,
        timers.status_changed(facts, at=now, old_status=Status.OPEN, last_public_is_staff=ticket.last_public_is_staff),
    )


def _author(message: SaidBefore, found: Elsewhere, requester: User) -> User | None:
    """Return who wrote it: somebody of the staff who is known here, or nobody by name; else a customer."""
    if message.by_desk:
        return (
            User.objects.filter(email=message.email.strip().lower(), is_staff=True).first() if message.email else None
        )
    return _person("messages", message.email, message.name, found.channel) if message.email else requester


def _is_ours(message: SaidBefore, author: User | None, requester: User) -> bool:
    return message.by_desk or (author is not None and author.is_staff and author != requester)


def _person(field_name: str, email: str, name: str, channel: str) -> User:
    try:
        return find_or_create_person(email, name, channel)
    except ValidationError:
        raise Invalid(field_name, _("“%(email)s” is no email address.") % {"email": email}) from None
