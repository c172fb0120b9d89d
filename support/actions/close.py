"""Ending a ticket for good."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from support import permissions, timeline
from support.actions.set_status import change_status
from support.models import Status, Ticket

BATCH = 500


def close(ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None) -> Ticket:
    """Close a ticket, as an agent or by the clock. Closed already: nothing changes. Raises NotAllowed, Stale."""
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can close it."))
        if ticket.is_closed:
            return ticket
        timeline.require_no_spam(ticket)
        return change_status(ticket, Status.CLOSED, by=by, at=timeline.now(at))


def close_solved_tickets(*, at: datetime | None = None) -> int:
    """Close what stayed solved for CLOSE_SOLVED_AFTER_DAYS days; return how many.

    A ticket that was reopened meanwhile is left alone: the status is checked again under the lock.
    """
    instant = at or timezone.now()
    until = instant - timedelta(days=settings.CLOSE_SOLVED_AFTER_DAYS)
    closed = 0
    while True:
        waiting = Ticket.objects.filter(status=Status.SOLVED, solved_at__lte=until).order_by("solved_at")[:BATCH]
        numbers = [ticket.pk for ticket in waiting]
        for number in numbers:
            with transaction.atomic(), hold_rings():
                ticket = timeline.lock(Ticket(pk=number))
                if ticket.status == Status.SOLVED and ticket.solved_at and ticket.solved_at <= until:
                    change_status(ticket, Status.CLOSED, by=Actor.system(), at=timeline.now(instant))
                    closed += 1
        if len(numbers) < BATCH:
            return closed
