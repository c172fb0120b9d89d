"""Moving a ticket to another queue."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from support import permissions, timeline
from support.errors import InvalidTransition
from support.event_names import TicketEvent
from support.models import Queue, Ticket


def move(
    ticket: Ticket,
    queue: Queue,
    *,
    by: Actor,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Move a ticket to any queue of the desk, also to one the mover does not see. Its promises stay as they are.

    An assignee who does not work in the new queue is taken off. The same queue again changes nothing.
    Raises NotAllowed, InvalidTransition (closed), Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can move it."))
        if queue.pk == ticket.queue_id:
            return ticket
        if ticket.is_closed:
            raise InvalidTransition(_("This ticket is closed."))
        instant = timeline.now(at)
        old, ticket.queue = ticket.queue_id, queue
        timeline.commit_change(ticket, TicketEvent.MOVED, by=by, at=instant, old=old, new=queue.pk)
        if ticket.assignee_id and not permissions.assignable_people(ticket).filter(pk=ticket.assignee_id).exists():
            assignee, ticket.assignee = ticket.assignee_id, None
            timeline.commit_change(ticket, TicketEvent.ASSIGNED, by=by, at=instant, old=assignee, new=None)
        return ticket
