"""Saying that a ticket is no question at all, and taking that back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organization
from events.dispatch import hold_rings
from events.models import Event
from sla import recalculating, timers
from sla.models import Recalculation
from sla.timers import Standing, TicketFacts
from support import permissions, timeline
from support.actions.recalculate import follow
from support.event_names import TicketEvent
from support.models import ACTIVE_STATUSES, Message, Ticket

SPAM = "spam"
# What goes on while a ticket is marked: its customer sees it as before, and the clock closes what is solved.
GOES_ON = (
    TicketEvent.REPLIED,
    TicketEvent.STATUS_SET,
    TicketEvent.SOLVED,
    TicketEvent.REOPENED,
    TicketEvent.CLOSED,
    TicketEvent.RETIERED,
    TicketEvent.REQUESTER_PROVEN,
)


def mark_spam(ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None) -> Ticket:
    """Take a ticket out of the queue and of every count, its promises back, and send no mail about it any more.

    Its customer learns nothing of it: whoever it was finds the ticket as it stood, and what they write is kept.
    Marked already: nothing changes. Raises NotAllowed, Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can mark it as spam."))
        if ticket.is_spam:
            return ticket
        instant = timeline.now(at)
        timeline.apply_standing(ticket, timers.cancel(timeline.facts_of(ticket), at=instant, reason=SPAM))
        ticket.is_spam = True
        timeline.commit_change(
            ticket,
            TicketEvent.SPAM_MARKED,
            by=by,
            at=instant,
            status=ticket.status,
            tier=ticket.tier_id,
            last_public_is_staff=ticket.last_public_is_staff,
        )
        return ticket


def unmark_spam(
    ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Put a ticket back where it was, its promises as if they had run throughout (sla.md, section 3).

    What the customer wrote or did meanwhile counts from when it happened, and so do the edits of hours and targets that
    running promises were to follow. Not marked: nothing changes. Raises NotAllowed, Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(
            permissions.works_on(by, ticket), _("Only agents of this ticket's queue can say that it is not spam.")
        )
        if not ticket.is_spam:
            return ticket
        instant = timeline.now(at)
        timeline.apply_standing(ticket, timers.restore(timeline.facts_of(ticket), reason=SPAM))
        ticket.is_spam = False
        timeline.commit_change(ticket, TicketEvent.SPAM_UNMARKED, by=by, at=instant)
        marked = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, name=TicketEvent.SPAM_MARKED).latest(
            "pk"
        )
        edits = recalculating.gone_past(ticket.pk, since=marked.occurred_at)
        for event, standing in _catch_up(ticket, marked):
            while edits and edits[0].asked_at <= event.occurred_at:
                ticket = _follow_edit(ticket, edits.pop(0))
            timeline.apply_standing(ticket, standing)
            timeline.commit_change(ticket, TicketEvent.CAUGHT_UP, by=by, at=event.occurred_at, cause=event.pk)
        for edit in edits:
            ticket = _follow_edit(ticket, edit)
        return ticket


def _follow_edit(ticket: Ticket, edit: Recalculation) -> Ticket:
    """Let the ticket's promises follow an edit that went past it, as of the edit's instant; return its row as it is."""
    follow(edit, [ticket.pk])
    return timeline.lock(ticket)


def _catch_up(ticket: Ticket, marked: Event) -> Iterator[tuple[Event, Standing]]:
    """Tell the timers what went on since the ticket was marked, each as of then; yield what moved them.

    Told one at a time, each with an event of its own: the record is told again in the same order (`sla.replay`).
    """
    history = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)
    facts = replace(timeline.facts_of(ticket), status=marked.data["status"], tier_id=marked.data["tier"])
    is_ours: bool = marked.data["last_public_is_staff"]
    for event in list(history.filter(pk__gt=marked.pk, name__in=GOES_ON).order_by("pk")):
        standing: Standing | None = None
        if event.name == TicketEvent.REPLIED:
            message = Message.objects.get(pk=event.data["message"])
            if not message.is_automatic:
                standing, is_ours = _wrote(facts, event, message, is_answered=is_ours), False
        elif event.name in {TicketEvent.RETIERED, TicketEvent.REQUESTER_PROVEN}:
            facts = replace(facts, tier_id=_tier_after(event))
            if facts.status in ACTIVE_STATUSES:
                standing = timers.retarget(facts, at=event.occurred_at, lowered=False)
        else:
            facts = replace(facts, status=event.data["new"])
            standing = timers.status_changed(
                facts,
                at=event.occurred_at,
                old_status=event.data["old"],
                last_public_is_staff=is_ours,
                **({"reason": event.data["reason"]} if "reason" in event.data else {}),
            )
        if standing is not None:
            yield event, standing


def _wrote(facts: TicketFacts, event: Event, message: Message, *, is_answered: bool) -> Standing | None:
    return timers.customer_wrote(
        facts,
        at=event.occurred_at,
        is_first=False,
        is_answered=is_answered or timers.was_left_unanswered(facts.number),
        channel=message.channel,
    )


def _tier_after(event: Event) -> int | None:
    if event.name == TicketEvent.RETIERED:
        new: int | None = event.data["new"]
        return new
    organization = Organization.objects.filter(pk=event.data["organization"]).first()
    return organization.tier_id if organization else None
