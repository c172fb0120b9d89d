"""What follows for tickets when people and organisations change."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.event_names import AccountEvent
from accounts.models import Membership, Tier
from events.models import Event
from events.record import record
from support.actions.solve import solve
from support.models import Ticket
from support.permissions import takes_part
from support.reactions import attach_proven_requester, retarget_tickets, tell_people
from tests.factories.support import make_ticket


def happened(name, subject_type, subject_id, **data):
    with transaction.atomic():
        return record(
            name, subject_type=subject_type, subject_id=subject_id, actor=None, actor_kind="system", data=data
        )


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def events_of(ticket, name):
    return Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, name=name).count()


@pytest.fixture
def upgraded(cast):
    """Globex (Team) has become Enterprise, with one ticket waiting, one solved and one of Acme's beside it."""
    waiting, solved, other = make_ticket(cast.bea), make_ticket(cast.bea), make_ticket(cast.alice)
    solve(solved, by=Actor.person(cast.lena))
    old, new = cast.globex.tier, Tier.objects.get(key="enterprise")
    cast.globex.tier = new
    cast.globex.save()
    event = happened(AccountEvent.TIER_CHANGED, "organization", cast.globex.pk, old=old.pk, new=new.pk)
    return waiting, solved, other, event


def test_a_better_tier_brings_its_promise_to_waiting_tickets(upgraded):
    waiting, solved, other, event = upgraded
    before = {ticket.pk: fresh(ticket).next_due_at for ticket in (waiting, solved, other)}
    retarget_tickets(event)
    assert fresh(waiting).next_due_at < before[waiting.pk]
    assert fresh(solved).next_due_at == before[solved.pk]
    assert fresh(other).next_due_at == before[other.pk]
    retiered = Event.objects.get(subject_type="ticket", name="ticket.retiered")
    assert retiered.subject_id == waiting.pk and retiered.data["cause"] == event.pk
    assert retiered.occurred_at == event.occurred_at


def test_the_same_change_twice_changes_nothing(upgraded):
    waiting, _, _, event = upgraded
    retarget_tickets(event)
    once = fresh(waiting)
    retarget_tickets(event)
    assert (fresh(waiting).version, fresh(waiting).next_due_at) == (once.version, once.next_due_at)
    assert events_of(waiting, "ticket.retiered") == 1


def test_a_proven_address_opens_what_was_filed_under_it(cast):
    ticket = make_ticket(cast.carl, by=Actor.anonymous())
    assert not takes_part(Actor.person(cast.carl), ticket)
    Membership.objects.create(user=cast.carl, organization=cast.acme)
    event = happened(AccountEvent.ADDRESS_PROVEN, "user", cast.carl.pk)
    before = fresh(ticket).next_due_at
    attach_proven_requester(event)
    attach_proven_requester(event)
    assert fresh(ticket).is_requester_proven and fresh(ticket).organization == cast.acme
    assert fresh(ticket).next_due_at < before
    assert takes_part(Actor.person(cast.carl), ticket)
    assert events_of(ticket, "ticket.requester_proven") == 1


def test_sec_11_a_proof_opens_nobody_elses_tickets(cast):
    other = make_ticket(cast.bea, by=Actor.anonymous())
    attach_proven_requester(happened(AccountEvent.ADDRESS_PROVEN, "user", cast.carl.pk))
    assert not fresh(other).is_requester_proven
    assert not takes_part(Actor.person(cast.carl), other)


def test_sec_11_an_earlier_proof_says_nothing_of_what_strangers_file_later(cast):
    event = happened(AccountEvent.ADDRESS_PROVEN, "user", cast.alice.pk)
    later = make_ticket(cast.alice, by=Actor.anonymous())
    attach_proven_requester(event)
    assert not fresh(later).is_requester_proven


def test_an_event_of_a_ticket_that_is_gone_tells_nobody(cast):
    event = happened("ticket.solved", "ticket", 10**9, version=2)
    tell_people(event)
    assert event.occurred_at <= timezone.now()
