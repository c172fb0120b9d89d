"""Following an organisation into its new tier."""

from django.db import transaction

from accounts.actors import Actor
from events.dispatch import hold_rings
from events.models import Event
from sla import timers
from support import timeline
from support.event_names import TicketEvent
from support.models import Ticket


def retier(ticket: Ticket, *, cause: Event) -> Ticket:
    """Give a ticket the promises of its organisation's tier as of the change (sla.md, section 6).

    The same cause again, a ticket that is done, or one filed after the change: nothing changes.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket)
        if not ticket.is_active or ticket.created_at > cause.occurred_at or _was_done(ticket, cause):
            return ticket
        timeline.apply_standing(ticket, timers.retarget(timeline.facts_of(ticket), at=cause.occurred_at, lowered=False))
        timeline.commit_change(
            ticket,
            TicketEvent.RETIERED,
            by=Actor.system(),
            at=cause.occurred_at,
            old=cause.data.get("old"),
            new=cause.data.get("new"),
            cause=cause.pk,
        )
        return ticket


def _was_done(ticket: Ticket, cause: Event) -> bool:
    return Event.objects.filter(
        subject_type="ticket", subject_id=ticket.pk, name=TicketEvent.RETIERED, data__cause=cause.pk
    ).exists()
