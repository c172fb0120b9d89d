"""Saying where a ticket stands."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.dispatch import hold_rings
from sla import acts, timers
from support import permissions, timeline
from support.errors import Invalid, InvalidTransition
from support.event_names import TicketEvent
from support.models import Status, Ticket

# What each status may become. Closed is final: an answer starts a follow-up.
TRANSITIONS: dict[str, set[str]] = {
    Status.NEW: {Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED, Status.CLOSED},
    Status.OPEN: {Status.PENDING, Status.HOLD, Status.SOLVED, Status.CLOSED},
    Status.PENDING: {Status.OPEN, Status.HOLD, Status.SOLVED, Status.CLOSED},
    Status.HOLD: {Status.OPEN, Status.PENDING, Status.SOLVED, Status.CLOSED},
    Status.SOLVED: {Status.OPEN, Status.PENDING, Status.HOLD, Status.CLOSED},
    Status.CLOSED: set(),
}


def set_status(
    ticket: Ticket, status: str, *, by: Actor, expected_version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Set any status, as an agent. The same status again changes nothing.

    Raises NotAllowed, InvalidTransition, Stale.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket, expected_version=expected_version)
        timeline.require(permissions.works_on(by, ticket), _("Only agents of this ticket's queue can set its status."))
        if status == ticket.status:
            return ticket
        timeline.require_no_spam(ticket)
        return change_status(ticket, status, by=by, at=timeline.now(at))


def change_status(ticket: Ticket, status: str, *, by: Actor, at: datetime, reason: str = acts.UNANSWERED) -> Ticket:
    """Change a locked ticket's status, its timers with it, and record which change it was.

    The timers of spam are left alone. `reason` is why a response that still waits is owed no more once the ticket is
    done (sla.md, section 3). Raises InvalidTransition for a step that the table above does not have, Invalid for an
    unknown status.
    """
    if status not in Status.values:
        raise Invalid("status", _("Choose one of the statuses."))
    if status not in TRANSITIONS[ticket.status]:
        raise InvalidTransition(
            _("A ticket that is %(old)s cannot become %(new)s.")
            % {"old": Status(ticket.status).words, "new": Status(status).words}
        )
    old = ticket.status
    ticket.status = status
    if not ticket.is_spam:
        timeline.apply_standing(
            ticket,
            timers.status_changed(
                timeline.facts_of(ticket),
                at=at,
                old_status=old,
                last_public_is_staff=ticket.last_public_is_staff,
                reason=reason,
            ),
        )
    if status == Status.SOLVED:
        ticket.solved_at = at
    elif status == Status.CLOSED:
        ticket.closed_at = at
        ticket.solved_at = ticket.solved_at or at
    else:
        ticket.solved_at = None
    event = {Status.SOLVED: TicketEvent.SOLVED, Status.CLOSED: TicketEvent.CLOSED}.get(
        Status(status), TicketEvent.REOPENED if old == Status.SOLVED else TicketEvent.STATUS_SET
    )
    left = (
        {"reason": reason} if status in acts.DONE and old not in acts.DONE and not ticket.last_public_is_staff else {}
    )
    timeline.commit_change(ticket, event, by=by, at=at, old=old, new=status, **left)
    return ticket
