import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from events import deliver as delivering
from events import record as recording
from events.models import Delivery, Event
from events.record import record


def did(event):
    """Stands for a reaction; what it does is put in its place by `reacting`."""


@pytest.fixture
def reacting(monkeypatch):
    """Return a function that makes one reaction follow from ticket.solved."""

    def use(function):
        monkeypatch.setattr(recording, "reactions", lambda: {"ticket.solved": {"tests.did": function}})
        monkeypatch.setattr(delivering, "reactions", lambda: {"ticket.solved": {"tests.did": function}})

    return use


def happened():
    with transaction.atomic():
        return record("ticket.solved", subject_type="ticket", subject_id=1, actor=None, actor_kind="system")


def wait_over():
    Delivery.objects.filter(state="pending").update(next_attempt_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_a_name_that_the_table_does_not_know_is_refused():
    with pytest.raises(KeyError), transaction.atomic():
        record("ticket.exploded", subject_type="ticket", subject_id=1, actor=None, actor_kind="system")
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        record("ticket.solved", subject_type="ticket", subject_id=1, actor=None, actor_kind="system")
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["save", "update", "delete", "raw update", "raw delete"])
def test_the_database_refuses_to_change_or_delete_an_event(reacting, act):
    reacting(did)
    event = happened()
    Delivery.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if act == "save":
            event.save()
        elif act == "update":
            Event.objects.filter(pk=event.pk).update(name="ticket.closed")
        elif act == "delete":
            event.delete()
        else:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE events_event SET name = 'x'" if act == "raw update" else "DELETE FROM events_event"
                )
    assert Event.objects.get().name == "ticket.solved"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_empty_the_events_at_a_stroke(reacting):
    reacting(did)
    happened()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event CASCADE")
    assert Event.objects.get().name == "ticket.solved"


@pytest.mark.django_db
def test_an_event_asks_for_a_reaction_once(reacting):
    reacting(did)
    event = happened()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(event=event, reaction="tests.did")
    assert Delivery.objects.get().event == event


@pytest.mark.django_db
def test_a_reaction_runs_once_however_often_the_bell_rings(reacting):
    seen = []
    reacting(seen.append)
    event = happened()
    assert delivering.deliver_event(event.pk) == 1
    assert delivering.deliver_event(event.pk) == 0
    wait_over()
    assert delivering.sweep() == 0
    assert seen == [event]


@pytest.mark.django_db
def test_the_sweeper_leaves_the_doorbell_its_head_start(reacting):
    seen = []
    reacting(seen.append)
    happened()
    assert delivering.sweep() == 0 and not seen
    wait_over()
    assert delivering.sweep() == 1 and len(seen) == 1


@pytest.mark.django_db
def test_a_failure_waits_longer_each_time_and_is_given_up_in_the_end(reacting):
    def fail(event):
        raise RuntimeError("no")

    reacting(fail)
    happened()
    waits = []
    for _ in range(delivering.MAX_ATTEMPTS):
        wait_over()
        delivering.sweep()
        delivery = Delivery.objects.get()
        if delivery.next_attempt_at:
            waits.append((delivery.next_attempt_at - timezone.now()).total_seconds())
    assert all(0.7 * 5 * 2**n <= wait <= 1.2 * 5 * 2**n for n, wait in enumerate(waits[:8])), waits
    assert max(waits) <= 1.2 * delivering.LONGEST_WAIT_SECONDS
    assert (delivery.state, delivery.attempts) == ("failed", delivering.MAX_ATTEMPTS)
    assert delivery.last_error == "RuntimeError: no"
    wait_over()
    assert delivering.sweep() == 0


@pytest.mark.django_db
def test_one_failure_does_not_stop_the_others(reacting):
    seen = []

    def fail_first(event):
        if not seen:
            seen.append(event)
            raise RuntimeError("no")
        seen.append(event)

    reacting(fail_first)
    happened(), happened()
    wait_over()
    assert delivering.sweep() == 1


@pytest.mark.django_db
def test_a_reaction_that_no_longer_exists_stays_visible(reacting):
    reacting(did)
    happened()
    Delivery.objects.update(reaction="tests.gone")
    wait_over()
    delivering.sweep()
    assert "tests.gone" in Delivery.objects.get().last_error


@pytest.mark.django_db
def test_what_was_given_up_can_be_replayed(reacting):
    seen = []
    reacting(seen.append)
    happened(), happened()
    Delivery.objects.update(state="failed", attempts=12, next_attempt_at=None, last_error="x")
    first, _ = Delivery.objects.order_by("pk")
    delivering.replay(first)
    assert delivering.sweep() == 1
    assert delivering.replay_failed() == 1
    assert delivering.sweep() == 1
    assert len(seen) == 2
    assert set(Delivery.objects.values_list("state", "last_error")) == {("done", "")}


@pytest.mark.django_db
def test_a_dead_workers_claim_runs_out(reacting):
    seen = []
    reacting(seen.append)
    event = happened()
    Delivery.objects.update(leased_until=timezone.now() + timedelta(seconds=20))
    assert delivering.deliver_event(event.pk) == 0
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert delivering.deliver_event(event.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_rel_02_twenty_workers_at_once_run_a_reaction_once(reacting):
    seen = []
    reacting(seen.append)
    event = happened()
    start = threading.Barrier(20)

    def work():
        start.wait()
        try:
            delivering.deliver_event(event.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
    assert Delivery.objects.get().attempts == 1
