"""What tickets offer to be found: by agents alone, each in the queues that they work."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from accounts.actors import Actor
from search.engine import Document, Key
from support.models import Message, Ticket
from support.permissions import is_agent, queue_ids, sees_all_queues, worked_tickets
from support.queries import with_people

KIND = "ticket"
BATCH = 200
ALL_QUEUES = "queues"
# Of a conversation without end the first words and the last ones are found.
MOST_MESSAGES = 200
LONGEST_MESSAGE = 50_000


class TicketSource:
    """Tickets message by message, notes as well, as only agents find them; spam is left out."""

    kinds = frozenset({KIND})

    def documents(self, pks: Iterable[int]) -> Mapping[Key, Sequence[Document]]:
        """Return the messages of these tickets, each with its subject."""
        tickets = list(
            Ticket.objects.filter(pk__in=list(pks), is_spam=False).prefetch_related("tags").select_related("queue")
        )
        messages: dict[int, list[tuple[int, str]]] = defaultdict(list)
        said = Message.objects.filter(ticket__in=tickets).order_by("pk")
        for ticket, pk, text in said.values_list("ticket_id", "pk", "text"):
            messages[ticket].append((pk, text))
        return {Key(KIND, ticket.pk): _documents(ticket, messages[ticket.pk]) for ticket in tickets}

    def all_documents(self) -> Iterator[tuple[Key, Sequence[Document]]]:
        """Return every ticket, the newest first."""
        pks = Ticket.objects.filter(is_spam=False).order_by("-pk").values_list("pk", flat=True).iterator()
        while batch := list(islice(pks, BATCH)):
            yield from self.documents(batch).items()

    def tokens(self, actor: Actor) -> frozenset[str]:
        """Return the queues in which this actor works: none for customers."""
        if sees_all_queues(actor):
            return frozenset({ALL_QUEUES})
        if not is_agent(actor) or actor.user is None:
            return frozenset()
        return frozenset(f"queue:{pk}" for pk in queue_ids(actor.user))

    def visible(self, actor: Actor, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Return those that this actor works, by the rule of the console's pages."""
        found = with_people(worked_tickets(actor).filter(pk__in=[key.pk for key in keys], is_spam=False))
        return {Key(KIND, ticket.pk): ticket for ticket in found}


def _documents(ticket: Ticket, messages: Sequence[tuple[int, str]]) -> list[Document]:
    half = MOST_MESSAGES // 2
    kept = messages if len(messages) <= MOST_MESSAGES else [*messages[:half], *messages[-half:]]
    address = reverse("console:ticket", args=[ticket.pk])
    shared: dict[str, Any] = {
        "key": Key(KIND, ticket.pk),
        "title": ticket.subject,
        "heading": "",
        "tags": (str(ticket.pk), *sorted(tag.name for tag in ticket.tags.all()), ticket.external_reference),
        "language": "en",
        "audience": frozenset({ALL_QUEUES, f"queue:{ticket.queue_id}"}),
    }
    made = [
        Document(part=str(pk), body=text[:LONGEST_MESSAGE], url=f"{address}#message-{pk}", **shared)
        for pk, text in kept
    ]
    return made or [Document(part="", body="", url=address, **shared)]
