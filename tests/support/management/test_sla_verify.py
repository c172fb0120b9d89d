"""`manage.py sla_verify`: every stored timer is what its ticket's events say, or a line says where not."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import Actor
from sla.models import Notice, Target, Timer
from sla.sweep import sweep
from support import verifying
from support.actions.reply import reply
from support.models import Ticket
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def run(**options):
    out = StringIO()
    try:
        call_command("sla_verify", stdout=out, **options)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_a_desk_whose_timers_are_as_told_is_said_to_be_so(cast):
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    reply(ticket, by=Actor.person(cast.alice), body="And then?")
    make_ticket(cast.bea)
    assert run() == (["Looked at 2 tickets: no differences."], "")
    assert run(ticket=ticket.pk) == (["Looked at 1 ticket: no differences."], "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("consumed", 7), ("remaining", 7), ("generation", 2), ("next_step", 2), ("reason", "spam"), ("priority", 40),
        ("state", "breached"), ("channel", "api"), ("target_seconds", 60), ("tier_id", None), ("next_check_at", None),
    ],
)  # fmt: skip
def test_a_value_that_was_tampered_with_is_a_line_and_a_failure(cast, column, value):
    ticket = make_ticket(cast.alice)
    Timer.objects.filter(ticket=ticket.pk).update(**{column: value})
    lines, error = run()
    assert any(line.startswith(f"#{ticket.pk} first_response {column}: kept {value}") for line in lines)
    assert error.startswith("Looked at 1 ticket:")


def test_the_tickets_own_copy_and_a_timer_too_few_are_differences(cast):
    one, two = make_ticket(cast.alice), make_ticket(cast.alice)
    Ticket.objects.filter(pk=one.pk).update(is_paused=True)
    Timer.objects.filter(ticket=two.pk).delete()
    lines, error = run()
    assert f"#{one.pk} ticket is_paused: kept True, replayed False" in lines
    assert f"#{two.pk} first_response row: kept none, replayed there" in lines
    assert error == "Looked at 2 tickets: 5 differences in 2 of them."


def test_an_answer_of_which_the_timers_were_never_told_is_found(cast, monkeypatch):
    ticket = make_ticket(cast.alice)
    monkeypatch.setattr("sla.timers.staff_replied", lambda facts, **rest: None)
    reply(ticket, by=Actor.person(cast.gwen), body="Like this.")
    lines, _error = run()
    assert any("ticket.replied: a response still waits" in line for line in lines)


def test_a_row_of_the_policy_that_was_edited_or_deleted_since_is_no_difference(cast):
    make_ticket(cast.alice)
    make_ticket(cast.bea)
    Target.objects.filter(tier__key="enterprise").delete()
    Target.objects.update(seconds=60, steps=[])
    assert run()[1] == ""


def test_steps_that_the_sweep_noticed_are_replayed_as_of_then(cast):
    ticket = make_ticket(cast.alice)
    due = Timer.objects.get().due_at
    sweep(now=due - timedelta(minutes=30))
    sweep(now=due + timedelta(hours=3))
    assert Notice.objects.count() == 3
    assert run()[1] == ""
    Timer.objects.filter(ticket=ticket.pk).update(noticed_at=due)
    assert any(" noticed_at: " in line for line in run()[0])


def test_tickets_are_read_in_batches_each_with_the_same_few_questions(cast, django_assert_num_queries):
    for _n in range(5):
        make_ticket(cast.alice)
    with django_assert_num_queries(3 * 5 + 1):  # tickets, events, timers, calendars, rows of the policy; and no more
        assert [looked.differences for looked in verifying.verify(batch=2)] == [[]] * 5
    assert connection.vendor in {"sqlite", "postgresql"}


def test_a_ticket_that_is_not_there_is_said_so(cast):
    assert run(ticket=404) == ([], "There is no ticket 404.")
