"""Saying that a ticket is done."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from support import permissions, timeline
from support.actions.set_status import change_status
from support.models import Status, Ticket


def solve(ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None) -> Ticket:
    """Mark a ticket solved, as an agent or as the customer. Solved already: nothing changes.

    Raises NotAllowed, InvalidTransition (closed), Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.can_solve(by, ticket), _("You cannot solve this ticket."))
        if ticket.status == Status.SOLVED:
            return ticket
        return change_status(ticket, Status.SOLVED, by=by, at=timeline.now(at))
