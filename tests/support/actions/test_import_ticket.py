"""Tickets from elsewhere: in once, told to nobody, with promises only where they are asked for (sla.md, section 6)."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.actors import Actor
from accounts.models import User
from events.models import Delivery
from sla.models import Calendar, Target, Timer
from support.actions.reply import reply
from support.models import Message, Ticket
from support.verifying import verify

MESSAGES: list[dict[str, Any]] = [
    {"at": "2025-03-04T10:00:00+01:00", "body": "It **fails**."},
    {"at": "2025-03-04T11:00:00Z", "body": "Look at the log.", "public": False, "desk": True},
    {"at": "2025-03-04T12:00:00Z", "body": "Try again.", "author": {"email": "gwen@desk.example"}},
]
LINE: dict[str, Any] = {
    "reference": "ZD-1",
    "subject": "Login  fails",
    "requester": {"email": "Alice@acme.example", "name": "Alice"},
    "status": "open",
    "priority": "high",
    "channel": "email",
    "messages": MESSAGES,
}


def run(tmp_path, *lines, timers=False):
    """Import lines; return what was printed, and on standard error."""
    file = tmp_path / "tickets.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    out, err = StringIO(), StringIO()
    try:
        call_command("import_tickets", str(file), start_timers=timers, stdout=out, stderr=err)
    except CommandError as error:
        return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


def test_a_line_becomes_a_ticket_once_and_tells_nobody(cast, tmp_path):
    assert run(tmp_path, LINE) == ("1 imported, 0 here already, 0 refused.\n", "")
    assert run(tmp_path, LINE, "") == ("0 imported, 1 here already, 0 refused.\n", "")
    ticket = Ticket.objects.get()
    assert (ticket.external_reference, ticket.subject, ticket.requester) == ("ZD-1", "Login fails", cast.alice)
    assert (ticket.queue.slug, ticket.priority, ticket.was_answered, ticket.last_public_is_staff) == (
        "enterprise", 30, True, True,
    )  # fmt: skip
    assert ticket.created_at.isoformat() == "2025-03-04T09:00:00+00:00"
    assert [(m.author, m.is_public, m.is_staff_reply) for m in Message.objects.order_by("pk")] == [
        (cast.alice, True, False), (None, False, False), (cast.gwen, True, True),
    ]  # fmt: skip
    # It is found by search, and that is all that follows.
    assert not Timer.objects.exists()
    assert {delivery.reaction.rpartition(".")[2] for delivery in Delivery.objects.all()} == {"index"}


@pytest.mark.parametrize(
    ("status", "said", "metrics"),
    [
        ("new", 1, {"first_response", "resolution"}),
        ("open", 3, {"resolution"}),
        ("open", 4, {"resolution", "next_response"}),
        ("pending", 3, {"resolution"}),
        ("closed", 3, set()),
    ],
)
def test_open_tickets_have_their_promises_from_the_import_on_request(cast, tmp_path, status, said, metrics):
    Target.objects.create(
        metric="resolution", source="desk", seconds=8 * 3600, calendar=Calendar.objects.get(), pause_on=["pending"],
        steps=[{"percent": 100, "tell": ["assignee"]}],
    )  # fmt: skip
    messages = [*MESSAGES, {"at": "2025-03-05T10:00:00Z", "body": "It still fails."}][:said]
    run(tmp_path, {**LINE, "status": status, "messages": messages}, timers=True)
    ticket = Ticket.objects.get()
    timers = {timer.metric: timer for timer in Timer.objects.all()}
    assert timers.keys() == metrics
    imported = ticket.updated_at
    assert all(timer.started_at == imported for timer in timers.values())
    assert ticket.is_paused == (status == "pending")
    assert [found.differences for found in verify()] == [[]]
    if status == "open" and said == 4:
        answered = reply(ticket, by=Actor.person(cast.gwen), body="Fixed.").ticket
        assert answered.next_due_metric == "resolution"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 line: This is no JSON"),
        ("[]", "line 1 line: Give an object"),
        ({**LINE, "prio": 1}, "line 1 line: Not known here: prio"),
        ({**LINE, "requester": {"email": "nobody"}}, "line 1 requester: “nobody” is no email address"),
        ({**LINE, "reference": " "}, "line 1 reference: Give it a reference"),
        ({**LINE, "status": "lost"}, "line 1 status: “lost” is not known"),
        ({**LINE, "priority": "9"}, "line 1 priority: “9” is no priority"),
        ({**LINE, "messages": [{"body": "a", "at": "2025-03-04T10:00:00"}]}, "line 1 messages[0].at: Write a time"),
        ({**LINE, "messages": [{"body": "a", "at": "2999-03-04T10:00:00Z"}]}, "line 1 messages: A time is in the"),
        ({**LINE, "messages": [{"body": "", "at": "2025-03-04T10:00:00Z"}]}, "line 1 body: Write a few words"),
        ({**LINE, "messages": [{**MESSAGES[1]}]}, "line 1 messages: A ticket has at least one public"),
    ],
)
def test_a_line_that_cannot_be_is_told_by_its_number_and_the_rest_goes_on(cast, tmp_path, line, said):
    before = User.objects.count()
    printed, refused = run(tmp_path, line, {**LINE, "reference": "ZD-2"})
    assert printed == "1 imported, 0 here already, 1 refused."
    assert refused.startswith(said)
    assert Ticket.objects.get().external_reference == "ZD-2" and User.objects.count() == before


def test_a_file_that_is_not_there_is_said(db):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_tickets", "/nowhere/tickets.jsonl")
