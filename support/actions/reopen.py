"""Taking a solved ticket up again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from support import permissions, timeline
from support.actions.set_status import change_status
from support.errors import InvalidTransition
from support.models import Status, Ticket


def reopen(ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None) -> Ticket:
    """Open a solved ticket again, as an agent or as the customer. Open already: nothing changes.

    Raises NotAllowed, InvalidTransition (closed), Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.can_solve(by, ticket), _("You cannot reopen this ticket."))
        if ticket.is_closed:
            raise InvalidTransition(_("This ticket is closed. Answer it to start a follow-up."))
        if ticket.status != Status.SOLVED:
            return ticket
        if permissions.works_on(by, ticket) and by.user != ticket.requester:
            timeline.require_no_spam(ticket)
        return change_status(ticket, Status.OPEN, by=by, at=timeline.now(at))
