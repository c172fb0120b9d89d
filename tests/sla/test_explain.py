"""Why a timer stands as it does: stretches that add up, the row behind the promise, and what comes next."""

import json

import pytest

from accounts.actors import Actor
from accounts.models import Tier
from sla.explain import exact_span, explain, explain_ticket
from sla.models import Target, Timer
from sla.sweep import sweep
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from tests.factories.support import make_ticket
from tests.sla.test_timers import berlin, resolution, utc  # noqa: F401


@pytest.fixture
def story(cast, resolution):  # noqa: F811
    """Example 23: eight hours of Berlin's office, pending from 10:00Z to the next day's 09:00Z."""
    ticket = make_ticket(cast.alice, at=utc("06-02T07:00:00"))
    reply(ticket, by=Actor.person(cast.gwen), body="Which one?", then="pending", at=utc("06-02T10:00:00"))
    reply(ticket, by=Actor.person(cast.alice), body="This one.", at=utc("06-03T09:00:00"))
    return ticket


def told_of(ticket, metric, at):
    return next(each for each in explain_ticket(ticket.pk, utc(at)) if each.metric == metric)


def lines(told):
    return [
        (f"{each.begins_at:%d %H:%M}", f"{each.ends_at:%d %H:%M}", each.is_counted, each.seconds)
        for each in told.stretches
    ]


def test_each_stretch_is_told_and_they_add_up(story):
    told = told_of(story, "resolution", "06-03T10:00:00")
    assert lines(told) == [
        ("02 07:00", "02 10:00", True, 3 * 3600),
        ("02 10:00", "03 09:00", False, 0),
        ("03 09:00", "03 10:00", True, 3600),
    ]
    assert told.stretches[1].why == "waiting for the customer"
    assert told.stretches[2].is_ongoing
    assert told.counted == told.consumed == 4 * 3600
    assert told.remaining == 4 * 3600
    assert told.due_at == utc("06-03T14:00:00")
    assert told.verdict == "Running; 4 h are left."
    assert told.is_recorded


def test_the_promise_and_its_row_are_told_in_words(story):
    told = told_of(story, "resolution", "06-03T10:00:00")
    assert told.promise == "Solved within 8 h of the hours “Berlin office (Europe/Berlin)”."
    assert told.origin.startswith("Neither the tier nor the channel has a row for resolution")
    answered = told_of(story, "first_response", "06-03T10:00:00")
    assert answered.promise == "A first answer within 4 h, by night and on holidays, too."
    assert answered.origin.startswith("Enterprise, normal: the row of the tier.")
    assert answered.verdict == "Kept, 1 h early."


def test_what_comes_next_is_told_with_its_instant_and_whom_it_tells(story):
    ahead = told_of(story, "resolution", "06-03T10:00:00").ahead
    assert [(step.at, step.percent, step.tell) for step in ahead] == [
        (utc("06-03T12:00:00"), 75, ["assignee"]),
        (utc("06-03T13:12:00"), 90, ["assignee"]),
        (utc("06-03T14:00:01"), 100, ["assignee"]),
    ]
    assert ahead[2].words == "The promise is broken. Told: the assignee (without one, the queue)."


def test_a_clock_that_stands_says_why_and_waits_for_nothing(story, cast):
    set_status(story, "hold", by=Actor.person(cast.gwen), at=utc("06-03T09:30:00"))
    told = told_of(story, "resolution", "06-03T10:00:00")
    assert not told.ahead or told.state == "running"  # on hold it runs: the row does not name that status
    reply(story, by=Actor.person(cast.gwen), body="So?", then="pending", at=utc("06-03T11:00:00"))
    told = told_of(story, "resolution", "06-03T12:00:00")
    assert (told.state, told.ahead) == ("paused", [])
    assert told.verdict == "The clock stands; 3 h are left when it runs again."
    assert told.stretches[-1].is_ongoing and told.stretches[-1].why == "waiting for the customer"


def test_a_change_of_priority_says_what_it_did(cast):
    ticket = make_ticket(cast.alice, at=utc("06-02T08:00:00"))
    set_priority(ticket, 40, by=Actor.person(cast.gwen), at=utc("06-02T08:50:00"))
    told = told_of(ticket, "first_response", "06-02T08:51:00")
    change = told.changes[0]
    assert (change.kind, change.due_before, change.due_after) == (
        "retargeted",
        utc("06-02T12:00:00"),
        utc("06-02T09:05:00"),
    )
    assert change.words == (
        "The priority changed from normal to urgent. The promise is 1 h now, instead of 4 h. "
        "A quarter of that is left to act."
    )
    assert "It names the priority urgent" in told.origin
    set_priority(ticket, 20, by=Actor.person(cast.gwen), at=utc("06-02T08:52:00"))
    told = told_of(ticket, "first_response", "06-02T08:53:00")
    assert (told.changes[-1].kind, told.loosened_at) == ("loosened", utc("06-02T08:52:00"))


def test_an_earlier_promise_that_stays_is_told_of(cast):
    ticket = make_ticket(cast.bea, at=utc("06-02T08:00:00"))
    set_priority(ticket, 40, by=Actor.person(cast.hugo), at=utc("06-03T07:30:00"))
    told = told_of(ticket, "first_response", "06-03T07:31:00")
    assert told.changes[-1].kind == "kept"
    assert told.changes[-1].words.endswith("6 h would end later, so the promise of 24 h stays.")


def test_a_breach_says_when_it_was_noticed_and_how_late_it_is(cast):
    ticket = make_ticket(cast.alice, at=utc("06-02T08:00:00"))
    sweep(now=utc("06-02T14:00:00"))
    told = explain(Timer.objects.get(ticket=ticket.pk), utc("06-02T14:30:00"))
    assert told.verdict == "Broken, 2 h 30 min late so far."
    assert (told.breached_at, told.noticed_at) == (utc("06-02T12:00:00"), utc("06-02T14:00:00"))
    assert [change.words for change in told.changes] == ["Noticed: 75 %, 90 % and the breach."]
    assert [step.percent for step in told.ahead] == [200]


def test_a_row_that_was_edited_since_is_told_as_it_was(cast):
    ticket = make_ticket(cast.alice, at=utc("06-02T08:00:00"))
    Target.objects.filter(metric="first_response", tier=Tier.objects.get(key="enterprise")).delete()
    told = told_of(ticket, "first_response", "06-02T09:00:00")
    assert told.is_recorded
    assert told.origin.startswith("Enterprise, normal: the row of the tier.")
    assert told.origin.endswith("The row itself was taken out of the policy since; the promise stays.")


def test_a_record_that_is_not_whole_is_said_so_and_breaks_no_page(story):
    Timer.objects.filter(ticket=story.pk, metric="resolution").update(consumed=5)
    told = told_of(story, "resolution", "06-03T10:00:00")
    assert not told.is_recorded
    assert told.counted == told.consumed == 5 + 3600


def test_all_of_it_is_json_in_utc(story):
    found = json.loads(json.dumps(told_of(story, "resolution", "06-03T10:00:00").as_dict()))
    assert found["due_at"] == "2025-06-03T14:00:00Z"
    assert found["stretches"][1] == {
        "begins_at": "2025-06-02T10:00:00Z", "ends_at": "2025-06-03T09:00:00Z", "seconds": 0, "is_counted": False,
        "is_ongoing": False, "hours": "Berlin office (Europe/Berlin)", "why": "waiting for the customer",
    }  # fmt: skip
    assert (found["percent"], found["ahead"][0]["percent"]) == (50, 75)


def test_it_costs_the_same_few_questions_however_much_happened(story, cast, django_assert_max_num_queries):
    for day in range(4, 9):
        reply(story, by=Actor.person(cast.gwen), body="And now?", then="pending", at=utc(f"06-{day:02}T08:00:00"))
        reply(story, by=Actor.person(cast.alice), body="No.", at=utc(f"06-{day:02}T10:00:00"))
    with django_assert_max_num_queries(4):
        assert len(explain_ticket(story.pk, utc("06-09T10:00:00"))) == 8


def test_a_ticket_without_promises_has_nothing_to_explain(cast, django_assert_max_num_queries):
    Target.objects.all().delete()
    ticket = make_ticket(cast.alice)
    with django_assert_max_num_queries(1):
        assert explain_ticket(ticket.pk) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (48 * 3600, "48 h"), (5405, "1 h 30 min 5 s"), (-61, "−1 min 1 s")]
)
def test_spans_are_exact(seconds, words):
    assert exact_span(seconds) == words
