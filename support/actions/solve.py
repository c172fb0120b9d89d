"""Saying that a ticket is done."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from sla import acts
from support import permissions, timeline
from support.actions.set_status import change_status
from support.models import Status, Ticket


def solve(ticket: Ticket, *, by: Actor, expected_version: int | None = None, at: datetime | None = None) -> Ticket:
    """Mark a ticket solved, as an agent or as the customer. Solved already: nothing changes.

    A customer who solves what nobody has answered has withdrawn it: no answer is owed any more, and none was late.

    Raises NotAllowed, InvalidTransition (closed), Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.can_solve(by, ticket), _("You cannot solve this ticket."))
        if ticket.status == Status.SOLVED:
            return ticket
        is_ours = permissions.works_on(by, ticket) and by.user != ticket.requester
        if is_ours:
            timeline.require_no_spam(ticket)
        reason = acts.UNANSWERED if is_ours else acts.WITHDRAWN
        return change_status(ticket, Status.SOLVED, by=by, at=timeline.now(at), reason=reason)
