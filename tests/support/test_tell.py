"""Telling late, telling many things at once, and taking a breach back: once each, whatever runs again."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from events.models import Delivery
from events.record import record
from notifications.deliver import send_all_due
from notifications.models import Alert, OutgoingMail, Preference
from support.actions import gather_late_notices as gathering
from support.actions.assign import assign
from support.actions.gather_late_notices import QUIET, gather_late_notices
from support.models import Queue
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=8)


def happened(ticket, name, **data):
    with transaction.atomic():
        return record(name, subject_type="ticket", subject_id=ticket.pk, actor=None, actor_kind="system", data=data)


def breach(ticket, timer=1, ago=HOURS, percent=100):
    at = (timezone.now() - ago).isoformat()
    tell = ["assignee", "lead"]
    return happened(
        ticket, "timer.step_reached", timer=timer, metric="first_response", percent=percent, tell=tell, due_at=at,
        fell_due_at=at,
    )  # fmt: skip


def later():
    return timezone.now() + QUIET + timedelta(seconds=1)


@pytest.fixture
def tickets(cast, run_reactions):
    """Seven tickets of Gwen's; what filing and assigning them tells is done."""
    tickets = [make_ticket(cast.alice) for _ in range(7)]
    for ticket in tickets:
        assign(ticket, cast.gwen, by=Actor.person(cast.lena))
    run_reactions()
    OutgoingMail.objects.all().delete()
    return tickets


def mails(person):
    return list(OutgoingMail.objects.filter(recipient=person).values_list("kind", flat=True).order_by("pk"))


def test_many_late_notices_of_a_person_come_as_one_mail(cast, tickets, run_reactions, mailoutbox):
    events = [breach(ticket, timer=n, ago=HOURS + timedelta(minutes=n)) for n, ticket in enumerate(tickets)]
    run_reactions()
    assert not OutgoingMail.objects.exists()
    assert Alert.objects.filter(event__in=events, is_mail_waiting=True).count() == 14

    assert gather_late_notices() == 0, "more may come"
    assert gather_late_notices(now=later()) == 2
    assert gather_late_notices(now=later()) == 0
    run_reactions()
    assert (mails(cast.gwen), mails(cast.lena)) == (["digest"], ["digest"])
    send_all_due()
    [letter] = [mail for mail in mailoutbox if mail.to == [cast.gwen.email]]
    assert letter.subject == "While the desk was away: 7 promises were broken"
    html = letter.alternatives[0][0]
    for ticket in tickets:
        assert f"#{ticket.pk} {ticket.subject}" in letter.body
        assert f"/admin/tickets/{ticket.pk}/" in html
    assert "Enterprise" in html and "First response" in html
    assert letter.body.index(f"#{tickets[-1].pk} ") < letter.body.index(f"#{tickets[0].pk} "), "the oldest first"
    assert "In-Reply-To" not in letter.extra_headers and "[#" not in letter.subject


def test_a_few_late_notices_come_as_mails_of_their_own(cast, tickets, run_reactions):
    for n, ticket in enumerate(tickets[:5]):
        breach(ticket, timer=n)
    run_reactions()
    assert gather_late_notices(now=later()) == 10
    assert mails(cast.gwen) == ["step"] * 5
    assert not Alert.objects.filter(is_mail_waiting=True).exists()


def test_what_is_told_in_time_is_mailed_at_once(cast, tickets, run_reactions):
    for n, ticket in enumerate(tickets):
        breach(ticket, timer=n, ago=timedelta(minutes=9))
    run_reactions()
    assert mails(cast.gwen) == ["step"] * 7
    assert not Alert.objects.filter(is_mail_waiting=True).exists()


def test_a_digest_waits_for_what_is_still_to_be_told_but_not_for_ever(cast, tickets, run_reactions):
    for n, ticket in enumerate(tickets[:6]):
        breach(ticket, timer=n)
    run_reactions()
    breach(tickets[6], timer=9)
    assert Delivery.objects.filter(state="pending").exists()
    assert gather_late_notices(now=later()) == 0
    assert gather_late_notices(now=timezone.now() + gathering.LONGEST_WAIT + QUIET) == 2


def test_a_digest_that_dies_half_way_is_written_once_all_the_same(cast, tickets, run_reactions, monkeypatch):
    for n, ticket in enumerate(tickets):
        breach(ticket, timer=n)
    run_reactions()
    compose = gathering.compose

    def compose_and_die(letter):
        compose(letter)
        raise KeyboardInterrupt

    monkeypatch.setattr(gathering, "compose", compose_and_die)
    with pytest.raises(KeyboardInterrupt):
        gather_late_notices(now=later())
    assert not OutgoingMail.objects.exists()
    monkeypatch.setattr(gathering, "compose", compose)
    assert gather_late_notices(now=later()) == 2
    assert mails(cast.gwen) == ["digest"]


def test_a_digest_holds_only_what_its_reader_may_see_when_it_is_written_and_when_it_leaves(
    cast, tickets, run_reactions, mailoutbox
):
    from support.actions.move import move

    for n, ticket in enumerate(tickets):
        breach(ticket, timer=n)
    run_reactions()
    move(tickets[0], Queue.objects.get(slug="general"), by=Actor.person(cast.lena))
    gather_late_notices(now=later())
    digest = OutgoingMail.objects.get(recipient=cast.gwen, kind="digest")
    assert f"#{tickets[0].pk} " not in digest.text and "6 promises" in digest.subject
    cast.gwen.queues.clear()
    send_all_due()
    digest.refresh_from_db()
    assert (digest.state, digest.last_error) == ("held", "The person may not read all of these tickets any more.")


def test_whoever_was_told_of_a_breach_is_told_once_that_the_promise_was_kept(cast, tickets, run_reactions, mailoutbox):
    ticket, other = tickets[:2]
    breach(ticket, timer=5, ago=timedelta(minutes=2))
    breach(ticket, timer=5, ago=timedelta(minutes=1), percent=200)
    breach(other, timer=6, ago=timedelta(minutes=1))
    run_reactions()
    OutgoingMail.objects.all().delete()
    at = datetime.fromisoformat("2026-03-03T13:50:00+00:00")
    due = at + timedelta(minutes=10)
    happened(
        ticket, "timer.breach_corrected", timer=5, metric="first_response", cycle=0, due_at=due.isoformat(),
        stopped_at=at.isoformat(),
    )  # fmt: skip
    run_reactions()
    run_reactions()
    assert (mails(cast.gwen), mails(cast.lena), mails(cast.ada)) == (["corrected"], ["corrected"], [])
    assert sorted(Alert.objects.filter(kind="corrected").values_list("recipient__display_name", flat=True)) == [
        "Gwen Abara", "Lena Fuchs",
    ]  # fmt: skip
    send_all_due()
    assert mailoutbox[0].subject == f"[#{ticket.pk}] Kept after all: {ticket.subject}"
    assert "First response was due Tue 3 Mar 14:00 (UTC) and kept Tue 3 Mar 13:50 (UTC)." in mailoutbox[0].body


def test_a_breach_that_was_corrected_before_it_was_told_is_not_told(cast, tickets, run_reactions):
    ticket = tickets[0]
    breach(ticket, timer=5)
    happened(ticket, "timer.breach_corrected", timer=5, metric="first_response", cycle=0)
    run_reactions()
    assert not Alert.objects.filter(kind__in=["step", "corrected"]).exists()
    breach(ticket, timer=7)
    run_reactions()
    happened(ticket, "timer.breach_corrected", timer=7, metric="first_response", cycle=0)
    run_reactions()
    assert gather_late_notices(now=later()) == 0, "nor gathered, when its mail was still waiting"


def test_a_breach_is_shown_in_the_console_whatever_one_prefers(cast, tickets, run_reactions):
    off = {"promises": False, "assigned_tickets": False, "assigned_in_console": False}
    Preference.objects.create(user=cast.gwen, **off)
    Alert.objects.all().delete()
    breach(tickets[0], ago=timedelta(minutes=1))
    assign(tickets[1], cast.lena, by=Actor.person(cast.gwen))
    assign(tickets[1], cast.gwen, by=Actor.person(cast.lena))
    run_reactions()
    assert mails(cast.gwen) == []
    assert list(Alert.objects.filter(recipient=cast.gwen).values_list("kind", flat=True)) == ["step"]
    breach(tickets[2])
    run_reactions()
    assert not Alert.objects.filter(recipient=cast.gwen, is_mail_waiting=True).exists()
