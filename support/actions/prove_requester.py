"""Believing that a ticket is from the person whose address it was filed under."""

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership
from events.dispatch import hold_rings
from events.models import Event
from sla import timers
from support import timeline
from support.event_names import TicketEvent
from support.models import Ticket


def prove_requester(ticket: Ticket, *, cause: Event) -> Ticket:
    """Give a ticket that was filed unproven to its requester, who has proven the address since.

    They may read it from now on, and it belongs to their organisation with what its tier promises, as of the
    proof. The requester themselves never changes, so a proof opens nobody else's tickets, and a proof says
    nothing of what a stranger files under the address later (SEC-11). Proven already: nothing changes.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket)
        if ticket.is_requester_proven or ticket.requester_id != cause.subject_id:
            return ticket
        if not _was_filed_before(ticket, cause):
            return ticket
        ticket.is_requester_proven = True
        membership = Membership.objects.select_related("organization__tier").filter(user=ticket.requester_id).first()
        if membership and ticket.organization_id is None:
            ticket.organization = membership.organization
            if ticket.is_active and ticket.created_at <= cause.occurred_at:
                timeline.apply_standing(
                    ticket, timers.retarget(timeline.facts_of(ticket), at=cause.occurred_at, lowered=False)
                )
        timeline.commit_change(
            ticket,
            TicketEvent.REQUESTER_PROVEN,
            by=Actor.system(),
            at=cause.occurred_at,
            organization=ticket.organization_id,
            cause=cause.pk,
        )
        return ticket


def _was_filed_before(ticket: Ticket, cause: Event) -> bool:
    return Event.objects.filter(
        subject_type="ticket", subject_id=ticket.pk, name=TicketEvent.OPENED, pk__lt=cause.pk
    ).exists()
