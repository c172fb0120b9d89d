"""Adding people to a ticket's conversation, and letting them leave it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from events.dispatch import hold_rings
from support import permissions, timeline
from support.errors import Invalid
from support.event_names import TicketEvent
from support.models import Follower, Ticket

MOST_FOLLOWERS = 50


def follow(ticket: Ticket, person: User, *, by: Actor, at: datetime | None = None) -> Ticket:
    """Let somebody follow a ticket: an agent for themselves, or a colleague whom the customer's side adds.

    A customer may add colleagues of the ticket's organisation only. Following already: nothing changes.
    Raises NotAllowed, Invalid.
    """
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket)
        timeline.require(
            permissions.can_add_colleague(by, ticket), _("Only the requester can add people to this ticket.")
        )
        if person.pk == ticket.requester_id or Follower.objects.filter(ticket=ticket, user=person).exists():
            return ticket
        if not permissions.may_follow(person, ticket, added_by=by):
            raise Invalid("email", _("This person is not a member of your organisation here."))
        if Follower.objects.filter(ticket=ticket).count() >= MOST_FOLLOWERS:
            raise Invalid("email", _("At most %(count)s people follow a ticket.") % {"count": MOST_FOLLOWERS})
        Follower.objects.create(ticket=ticket, user=person)
        timeline.commit_change(ticket, TicketEvent.FOLLOWED, by=by, at=timeline.now(at), user=person.pk)
        return ticket


def unfollow(ticket: Ticket, person: User, *, by: Actor, at: datetime | None = None) -> Ticket:
    """Take somebody off a ticket: oneself, or anybody for those who may add people. Raises NotAllowed."""
    with transaction.atomic(), hold_rings():
        ticket = timeline.lock(ticket)
        timeline.require(
            (by.user is not None and by.user.pk == person.pk) or permissions.can_add_colleague(by, ticket),
            _("Only the requester can take people off this ticket."),
        )
        gone, _rows = Follower.objects.filter(ticket=ticket, user=person).delete()
        if gone:
            timeline.commit_change(ticket, TicketEvent.UNFOLLOWED, by=by, at=timeline.now(at), user=person.pk)
        return ticket
