"""What follows for what people looked for: a ticket came of it, or they left. May run late and again."""

import uuid

from accounts.readers import reader_of_person
from events.models import Event
from knowledge.actions import offer_articles
from search.actions import forget_searches
from support.models import Ticket


def tie_to_offer(event: Event) -> None:
    """Note under the form's key that a ticket was filed all the same."""
    ticket = Ticket.objects.select_related("requester").filter(pk=event.subject_id).first()
    if ticket is None:
        return
    key = event.data.get("offer")
    offer_articles.tie_ticket(ticket, uuid.UUID(key) if key else None, at=event.occurred_at)


def forget_searches_of_person(event: Event) -> None:
    """Let go of what somebody looked for whose account was closed."""
    reader = reader_of_person(event.subject_id)
    forget_searches.forget_reader(reader)
    offer_articles.forget_reader(reader)
