"""Tickets, made by the actions that make them in life."""

import itertools

from accounts.actors import Actor
from support.actions.add_note import add_note
from support.actions.open_ticket import open_ticket
from support.actions.reply import reply
from support.models import Ticket

_count = itertools.count(1)


def make_ticket(
    requester, *, by=None, subject="", body="", answered_by=None, note="", noted_by=None, **fields
) -> Ticket:
    """File a ticket as the requester (or `by`); optionally answered and noted by an agent."""
    n = next(_count)
    ticket = open_ticket(
        by=by or Actor.person(requester),
        requester=requester,
        subject=subject or f"Question {n}",
        body=body or f"How does part {n} work?",
        **fields,
    ).ticket
    if note:
        add_note(ticket, by=Actor.person(noted_by), body=note)
    if answered_by:
        reply(ticket, by=Actor.person(answered_by), body="Like this.")
    return Ticket.objects.select_related("organization__tier", "queue", "requester").get(pk=ticket.pk)
