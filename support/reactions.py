"""What follows from an event for tickets and for those who are told of them.

Each may run late, again, and in any order: what was done already is not done twice.
"""

from accounts.models import User
from events.models import Event
from search import indexing
from search.engine import Key
from support.actions import prove_requester, recalculate, retier, tell
from support.models import ACTIVE_STATUSES, Ticket
from support.search_source import KIND


def tell_people(event: Event) -> None:
    """Tell everybody who is to be told of a ticket's event, by mail and in the console, once each."""
    number = event.data.get("ticket", event.subject_id) if event.subject_type != "ticket" else event.subject_id
    ticket = (
        Ticket.objects.select_related(
            "requester", "assignee", "queue", "organization__tier", "organization__named_agent"
        )
        .filter(pk=number)
        .first()
    )
    if ticket is not None:
        tell.tell(event, ticket)


def retarget_tickets(event: Event) -> None:
    """Give every active ticket of an organisation the promises of its new tier, as of the change."""
    for number in Ticket.objects.filter(organization=event.subject_id, status__in=ACTIVE_STATUSES).values_list(
        "pk", flat=True
    ):
        retier.retier(Ticket(pk=number), cause=event)


def attach_proven_requester(event: Event) -> None:
    """Let a person read what was filed under their address before they had proven it."""
    person = User.objects.filter(pk=event.subject_id).first()
    if person is None:
        return
    for number in Ticket.objects.filter(requester=person, is_requester_proven=False).values_list("pk", flat=True):
        prove_requester.prove_requester(Ticket(pk=number), cause=event)


def recalculate_timers(event: Event) -> None:
    """Begin to let running promises follow an edit; what this does not finish goes on by the clock."""
    recalculate.recalculate()


def index(event: Event) -> None:
    """Bring the index up to what a ticket is now: found by the agents of its queue, unless it is spam."""
    indexing.reindex([Key(KIND, event.subject_id)])
