"""What follows for what stood beside a form when a ticket came of it. May run late and again."""

import uuid

from events.models import Event
from knowledge.actions.offer_articles import tie_ticket
from support.models import Ticket


def tie_to_offer(event: Event) -> None:
    """Note under the form's key that a ticket was filed all the same."""
    ticket = Ticket.objects.select_related("requester").filter(pk=event.subject_id).first()
    if ticket is None:
        return
    key = event.data.get("offer")
    tie_ticket(ticket, uuid.UUID(key) if key else None, at=event.occurred_at)
