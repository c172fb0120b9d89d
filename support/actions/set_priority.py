"""Saying how urgent a ticket is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from sla import timers
from support import permissions, timeline
from support.errors import Invalid, InvalidTransition
from support.event_names import TicketEvent
from support.models import Priority, Ticket


def set_priority(
    ticket: Ticket,
    priority: int,
    *,
    by: Actor,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Set the priority and with it what is promised (sla.md, section 6). The same again changes nothing.

    Raises NotAllowed, Invalid, InvalidTransition (closed), Stale.
    """
    if priority not in Priority.values:
        raise Invalid("priority", _("Choose one of the priorities."))
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue set its priority."))
        if priority == ticket.priority:
            return ticket
        timeline.require_no_spam(ticket)
        if ticket.is_closed:
            raise InvalidTransition(_("This ticket is closed."))
        instant = timeline.now(at)
        old, ticket.priority = ticket.priority, priority
        ticket.suggested_priority = None
        timeline.apply_standing(ticket, timers.retarget(timeline.facts_of(ticket), at=instant, lowered=priority < old))
        timeline.commit_change(ticket, TicketEvent.PRIORITY_SET, by=by, at=instant, old=old, new=priority)
        return ticket
