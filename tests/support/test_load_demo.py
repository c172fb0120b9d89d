from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organization, User
from events.models import Delivery, Event
from notifications.models import OutgoingMail
from sla.models import Timer
from support.actions.open_ticket import open_ticket
from support.management.commands import load_demo
from support.models import Message, Queue, Status, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(load_demo, "LIVING", 60)


def load(**options):
    call_command("load_demo", stdout=type("Quiet", (), {"write": lambda self, text: None})(), **options)


def consistent():
    """Every ticket's versions are its events, and what it says is due is what its timers and its events say."""
    events = dict(
        Event.objects.filter(subject_type="ticket")
        .exclude(name="timer.step_reached")
        .values_list("subject_id")
        .annotate(n=Count("pk"))
    )
    assert {ticket.pk: ticket.version for ticket in Ticket.objects.all()} == events
    for ticket in Ticket.objects.prefetch_related("timers"):
        due = min((t.due_at for t in ticket.timers.all() if t.is_live and t.due_at), default=None)
        assert ticket.next_due_at == due, ticket
    call_command("sla_verify", stdout=StringIO())  # no timer differs from what its ticket's events say


def test_the_demo_looks_like_a_living_desk(small):
    load(tickets=60)
    assert Ticket.objects.count() == 60
    assert Organization.objects.count() == 30
    assert User.objects.filter(is_staff=True).count() >= 14
    assert all(queue.members.exists() for queue in Queue.objects.all())
    statuses = Counter(Ticket.objects.values_list("status", flat=True))
    assert set(statuses) >= {Status.NEW, Status.PENDING, Status.CLOSED}
    assert Message.objects.filter(is_public=False).exists()
    assert not Ticket.objects.filter(created_at__gt=timezone.now()).exists()
    consistent()


def test_nobody_is_told_of_a_made_up_past(small):
    load(tickets=60)
    assert not Delivery.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_the_printed_logins_work(small, client):
    load(tickets=60)
    for _role, email, password in load_demo.LOGINS:
        assert User.objects.get(email=email).check_password(password)


@pytest.mark.once
def test_the_same_seed_makes_the_same_desk(small):
    def picture():
        with transaction.atomic():
            load(tickets=60, seed=3)
            seen = list(
                Ticket.objects.order_by("pk").values_list("subject", "status", "requester__email", "queue__slug")
            )
            transaction.set_rollback(True)
        return seen

    assert picture() == picture()


def test_a_large_desk_is_as_consistent_as_a_small_one(small):
    load(tickets=360)
    assert Ticket.objects.count() == 360
    consistent()
    assert not Timer.objects.filter(state="running", next_check_at=None).exists()
    requester = User.objects.get(email="mara@nordbank.example")
    ticket = open_ticket(by=Actor.person(requester), requester=requester, subject="After", body="x").ticket
    assert ticket.pk > max(Ticket.objects.exclude(pk=ticket.pk).values_list("pk", flat=True))


def test_a_desk_in_use_is_left_alone(cast):
    load(if_empty=True)
    assert Organization.objects.count() == 2
    with pytest.raises(CommandError):
        load()


def test_production_never_gets_known_passwords(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        load()
