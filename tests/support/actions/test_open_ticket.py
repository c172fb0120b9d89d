import uuid

import pytest

from accounts.actors import Actor
from accounts.models import Channel
from events.models import Event
from support.actions.open_ticket import open_ticket
from support.errors import Invalid
from support.models import Message, Priority, Status, Ticket


def file_one(person, **fields):
    fields = {"subject": "SSO loops", "body": "It *loops*.", "by": Actor.person(person), **fields}
    return open_ticket(requester=fields.pop("requester", person), **fields).ticket


def test_a_ticket_waits_in_the_queue_of_its_tier_with_the_tiers_promise(cast):
    ticket = file_one(cast.alice)
    assert (ticket.queue.slug, ticket.status, ticket.organization) == ("enterprise", Status.NEW, cast.acme)
    assert (ticket.next_due_at - ticket.created_at).total_seconds() == 4 * 3600
    assert ticket.queue_at == ticket.next_due_at


@pytest.mark.parametrize(("who", "hours", "queue"), [("bea", 24, "priority"), ("carl", 48, "general")])
def test_each_tier_has_its_own_hours(cast, who, hours, queue):
    ticket = file_one(getattr(cast, who))
    assert (ticket.next_due_at - ticket.created_at).total_seconds() == hours * 3600
    assert ticket.queue.slug == queue


def test_a_stranger_by_mail_has_the_channels_own_promise(cast):
    ticket = file_one(cast.carl, channel=Channel.EMAIL)
    assert (ticket.next_due_at - ticket.created_at).total_seconds() == 24 * 3600


def test_the_message_is_rendered_once_and_sanitised(cast):
    message = Message.objects.get(ticket=file_one(cast.alice, body="**Hi** <script>alert(1)</script>"))
    assert "<strong>Hi</strong>" in message.html
    assert "<script" not in message.html
    assert message.text == "Hi <script>alert(1)</script>"


def test_what_happened_is_recorded_in_the_same_transaction(cast):
    ticket = file_one(cast.alice)
    event = Event.objects.get(subject_type="ticket", subject_id=ticket.pk)
    assert (event.name, event.actor, event.data["channel"]) == ("ticket.opened", cast.alice, "web")
    assert "loops" not in str(event.data)


def test_the_same_form_sent_twice_makes_one_ticket(cast):
    submission = uuid.uuid4()
    first = file_one(cast.alice, submission=submission)
    second = open_ticket(
        by=Actor.person(cast.alice),
        requester=cast.alice,
        subject="SSO loops",
        body="x",
        submission=submission,
    )
    assert (second.ticket, second.is_new) == (first, False)
    assert Ticket.objects.count() == 1


def test_the_named_agent_is_the_assignee(cast):
    cast.acme.named_agent = cast.gwen
    cast.acme.save()
    assert file_one(cast.alice).assignee == cast.gwen


def test_a_developer_only_suggests_a_priority(cast):
    cast.acme.tier.customers_set_priority = False
    cast.acme.tier.save()
    ticket = file_one(cast.alice, priority=Priority.URGENT)
    assert (ticket.priority, ticket.suggested_priority) == (Priority.NORMAL, Priority.URGENT)


def test_a_call_that_was_answered_starts_no_response_timer(cast):
    ticket = file_one(cast.hugo, requester=cast.bea, channel=Channel.PHONE)
    assert (ticket.status, ticket.next_due_at, ticket.last_public_is_staff) == (Status.OPEN, None, True)


def test_a_missed_call_starts_one(cast):
    ticket = file_one(cast.hugo, requester=cast.bea, channel=Channel.PHONE, was_missed_call=True)
    assert (ticket.next_due_at - ticket.created_at).total_seconds() == 24 * 3600
    assert Message.objects.get(ticket=ticket).author == cast.bea


def test_a_ticket_under_an_unproven_address_belongs_to_no_organisation_yet(cast):
    ticket = file_one(cast.alice, by=Actor.anonymous())
    assert (ticket.organization, ticket.is_requester_proven) == (None, False)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": "  "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"body": " \n"}, "body"),
        ({"body": "x" * 100_001}, "body"),
        ({"priority": 25}, "priority"),
    ],
)
def test_bad_input_names_its_field_and_leaves_nothing_behind(cast, fields, field):
    with pytest.raises(Invalid) as refused:
        file_one(cast.alice, **fields)
    assert refused.value.field == field
    assert not Ticket.objects.exists()
    assert not Event.objects.exists()
