"""Reactions that are tried by the process that recorded the event, as soon as it is committed."""

import pytest
from django.db import transaction

from events import dispatch, prompt
from events.models import Delivery
from events.record import reactions, record_many
from knowledge.event_names import ArticleEvent

pytestmark = pytest.mark.django_db(transaction=True)


def happens(*subjects):
    with transaction.atomic():
        record_many(
            ArticleEvent.PUBLISHED,
            [(subject, {}) for subject in subjects],
            subject_type="article",
            actor=None,
            actor_kind="system",
        )
        assert not Delivery.objects.filter(state="done").exists()


@pytest.fixture
def done(monkeypatch):
    """What a prompt reaction was called with; it fails while `done` holds "fail"."""
    calls = []

    def reaction(event):
        if "fail" in calls:
            raise OSError("away")
        calls.append(event.subject_id)

    follow = dict.fromkeys(reactions()[ArticleEvent.PUBLISHED], prompt.prompt(reaction))
    monkeypatch.setitem(reactions(), ArticleEvent.PUBLISHED, follow)
    return calls


def test_a_prompt_reaction_is_done_when_its_event_is_committed_and_once(done):
    happens(7)
    assert done == [7]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_one_that_fails_is_left_to_the_workers(done, run_reactions):
    done.append("fail")
    happens(7)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    done.clear()
    run_reactions()
    assert done == [7]


def test_many_events_and_silent_ones_are_left_to_the_workers(done):
    happens(*range(50))
    with dispatch.silence():
        happens(1)
    assert done == []
    assert Delivery.objects.filter(state="pending").count() == 51
