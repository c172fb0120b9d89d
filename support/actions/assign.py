"""Giving a ticket to somebody."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from events.dispatch import hold_rings
from support import permissions, timeline
from support.errors import Invalid, InvalidTransition
from support.event_names import TicketEvent
from support.models import Ticket


def assign(
    ticket: Ticket,
    assignee: User | None,
    *,
    by: Actor,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give a ticket to an agent of its queue, or to nobody. The same assignee again changes nothing.

    Raises NotAllowed, Invalid (not somebody who works this queue), InvalidTransition (closed), Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can assign it."))
        new = assignee.pk if assignee else None
        if new == ticket.assignee_id:
            return ticket
        timeline.require_no_spam(ticket)
        if ticket.is_closed:
            raise InvalidTransition(_("This ticket is closed."))
        if assignee and not permissions.assignable_people(ticket).filter(pk=assignee.pk).exists():
            raise Invalid("assignee", _("%(name)s does not work in this queue.") % {"name": assignee})
        old, ticket.assignee = ticket.assignee_id, assignee
        timeline.commit_change(ticket, TicketEvent.ASSIGNED, by=by, at=timeline.now(at), old=old, new=new)
        return ticket
