"""Lifecycle of timers: the worked examples of sla.md, section 9, and the rules of sections 3, 6 and 7."""

from datetime import UTC, datetime

import pytest

from accounts.models import Tier
from events.models import Event
from sla import lifecycle, timers
from sla.models import Calendar, CalendarVersion, Notice, Target, Timer
from sla.sweep import sweep
from sla.timers import TicketFacts
from tests.factories.support import make_ticket
from tests.sla.test_examples import WORKDAYS

B = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in WORKDAYS},
    "exceptions": {"2025-12-24": [["09:00", "12:00"]], "2025-12-25": [], "2025-12-26": []},
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text}").replace(tzinfo=UTC)


@pytest.fixture
def ticket(cast):
    """A ticket of which only the row matters: its own timers are taken away."""
    ticket = make_ticket(cast.alice)
    Timer.objects.all().delete()
    return ticket


def facts(ticket, tier="enterprise", priority=20, channel="email", status="new") -> TicketFacts:
    tier_id = Tier.objects.get(key=tier).pk if tier else None
    return TicketFacts(ticket.pk, tier_id, priority, channel, status)


def first(ticket, at, **fields):
    return timers.customer_wrote(facts(ticket, **fields), at=at, is_first=True, is_answered=False)


@pytest.fixture
def berlin(db) -> Calendar:
    calendar = Calendar.objects.create(key="berlin", name="Berlin office")
    calendar.current = CalendarVersion.objects.create(calendar=calendar, content=B, valid_from=utc("01-01T00:00:00"))
    calendar.save()
    return calendar


@pytest.fixture
def resolution(berlin) -> Target:
    return Target.objects.create(
        metric="resolution", source="desk", seconds=8 * 3600, calendar=berlin, pause_on=["pending"],
        steps=[{"percent": p, "tell": ["assignee"]} for p in (75, 90, 100)],
    )  # fmt: skip


def test_example_20_enterprise_urgent(ticket):
    assert first(ticket, utc("06-02T08:00:00"), priority=40).next_due_at == utc("06-02T09:00:00")


@pytest.mark.parametrize(
    ("tier", "channel", "due"),
    [
        ("developer", "email", "06-04T08:00:00"),
        ("developer", "web", "06-04T08:00:00"),
        (None, "email", "06-03T08:00:00"),
    ],
)
def test_example_21_the_tier_wins_over_the_channel(ticket, tier, channel, due):
    assert first(ticket, utc("06-02T08:00:00"), tier=tier, channel=channel).next_due_at == utc(due)


def test_example_22_when_each_step_is_checked(ticket, resolution):
    first(ticket, utc("06-02T07:00:00"))
    timer = Timer.objects.get(metric="resolution")
    assert [lifecycle.step_at(timer, n).falls_at for n in range(3)] == [
        utc("06-02T13:00:00"), utc("06-02T14:12:00"), utc("06-02T15:00:01"),
    ]  # fmt: skip


def test_example_23_pending_stops_the_clock(ticket, resolution):
    first(ticket, utc("06-02T07:00:00"))
    timers.staff_replied(facts(ticket, status="open"), at=utc("06-02T09:00:00"))
    standing = timers.status_changed(
        facts(ticket, status="pending"),
        at=utc("06-02T10:00:00"),
        old_status="open",
        last_public_is_staff=True,
    )
    assert (standing.next_due_at, standing.is_paused) == (None, True)
    assert Timer.objects.get(metric="resolution").remaining == 5 * 3600
    standing = timers.status_changed(
        facts(ticket, status="open"),
        at=utc("06-03T09:00:00"),
        old_status="pending",
        last_public_is_staff=False,
    )
    assert standing.next_due_at == utc("06-03T14:00:00")


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ("06-02T09:00:00", "06-02T12:00:00"),
        ("06-03T14:00:00", "06-03T15:00:00"),
        ("06-04T07:30:00", "06-04T08:00:00"),
    ],
)
def test_examples_24_and_25_a_better_tier(ticket, changed, due):
    first(ticket, utc("06-02T08:00:00"), tier="developer")
    assert timers.retarget(facts(ticket), at=utc(changed), lowered=False).next_due_at == utc(due)


@pytest.mark.parametrize(
    ("changed", "due"), [("06-02T08:30:00", "06-02T09:00:00"), ("06-02T08:50:00", "06-02T09:05:00")]
)
def test_example_26_a_higher_priority(ticket, changed, due):
    first(ticket, utc("06-02T08:00:00"))
    assert timers.retarget(facts(ticket, priority=40), at=utc(changed), lowered=False).next_due_at == utc(due)


def test_example_27_met_to_the_second(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T12:00:00"))
    assert Timer.objects.get().state == "met"


def test_example_27_breached_one_second_later(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T12:00:01"))
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at, timer.stopped_at) == (
        "breached",
        utc("06-02T12:00:00"),
        utc("06-02T12:00:01"),
    )


def test_example_28_after_an_outage_only_the_last_step_is_told(ticket):
    first(ticket, utc("06-02T08:00:00"))
    Event.objects.filter(name="timer.step_reached")
    assert sweep(now=utc("06-02T14:00:00")) == 1
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at, timer.noticed_at) == (
        "breached",
        utc("06-02T12:00:00"),
        utc("06-02T14:00:00"),
    )
    assert list(Notice.objects.order_by("step").values_list("percent", "is_superseded")) == [
        (75, True),
        (90, True),
        (100, False),
    ]
    assert [event.data["percent"] for event in Event.objects.filter(name="timer.step_reached")] == [100]


def test_example_29_reopened_with_what_remained(ticket, resolution):
    first(ticket, utc("06-02T07:00:00"))
    timers.staff_replied(facts(ticket, status="open"), at=utc("06-02T08:00:00"))
    timers.status_changed(
        facts(ticket, status="solved"), at=utc("06-02T13:00:00"), old_status="open", last_public_is_staff=True
    )
    standing = timers.status_changed(
        facts(ticket, status="open"),
        at=utc("06-06T14:00:00"),
        old_status="solved",
        last_public_is_staff=False,
    )
    assert standing.next_due_at == utc("06-09T08:00:00")


def test_a_sweep_repeated_changes_nothing(ticket):
    first(ticket, utc("06-02T08:00:00"))
    assert sweep(now=utc("06-02T11:00:00")) == 1
    assert sweep(now=utc("06-02T11:00:00")) == 0
    assert Notice.objects.count() == 1
    assert sweep(now=utc("06-02T16:00:01")) == 1
    assert Timer.objects.get().next_check_at is None


def test_a_downgrade_changes_nothing(ticket):
    first(ticket, utc("06-02T08:00:00"))
    assert timers.retarget(facts(ticket, tier="developer"), at=utc("06-02T09:00:00"), lowered=False).next_due_at == utc(
        "06-02T12:00:00"
    )


def test_a_lowered_priority_may_loosen_and_is_marked(ticket):
    first(ticket, utc("06-02T08:00:00"), priority=40)
    standing = timers.retarget(facts(ticket, priority=20), at=utc("06-02T08:30:00"), lowered=True)
    assert standing.next_due_at == utc("06-02T12:00:00")
    assert Timer.objects.get().loosened_at == utc("06-02T08:30:00")


def test_a_breach_is_for_good(ticket):
    first(ticket, utc("06-02T08:00:00"))
    sweep(now=utc("06-02T13:00:00"))
    assert timers.retarget(facts(ticket, priority=10), at=utc("06-02T14:00:00"), lowered=True) is None
    timers.staff_replied(facts(ticket), at=utc("06-02T15:00:00"))
    timer = Timer.objects.get()
    assert (timer.state, timer.consumed) == ("breached", 7 * 3600)


def test_late_and_unanswered_stays_first_in_the_queue(ticket):
    standing = first(ticket, utc("06-02T08:00:00"))
    sweep(now=utc("06-02T13:00:00"))
    ticket.refresh_from_db()
    assert standing.next_due_at == utc("06-02T12:00:00")


def test_next_response_starts_with_the_first_unanswered_word_only(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T09:00:00"))
    wrote = lambda at, answered: timers.customer_wrote(  # noqa: E731
        facts(ticket, status="open"), at=utc(at), is_first=False, is_answered=answered
    )
    assert wrote("06-02T10:00:00", True).next_due_at == utc("06-02T14:00:00")
    assert wrote("06-02T11:00:00", False) is None
    assert wrote("06-02T11:00:00", True) is None
    timers.staff_replied(facts(ticket, status="open"), at=utc("06-02T12:00:00"))
    assert wrote("06-02T13:00:00", True).next_due_at == utc("06-02T17:00:00")
    assert list(Timer.objects.filter(metric="next_response").values_list("cycle", "state")) == [
        (1, "met"),
        (2, "running"),
    ]


def test_solved_without_an_answer_is_cancelled_and_reported_apart(ticket):
    first(ticket, utc("06-02T08:00:00"))
    standing = timers.status_changed(
        facts(ticket, status="solved"), at=utc("06-02T09:00:00"), old_status="new", last_public_is_staff=False
    )
    timer = Timer.objects.get()
    assert (timer.state, timer.reason, standing.next_due_at) == ("cancelled", "unanswered", None)


def test_solved_late_without_an_answer_stays_breached(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.status_changed(
        facts(ticket, status="solved"), at=utc("06-02T13:00:00"), old_status="new", last_public_is_staff=False
    )
    timer = Timer.objects.get()
    assert (timer.state, timer.reason) == ("breached", "unanswered")


def test_not_spam_after_all_is_as_if_it_had_run_throughout(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.cancel(facts(ticket), at=utc("06-02T09:00:00"), reason="spam")
    assert timers.restore(facts(ticket), reason="spam").next_due_at == utc("06-02T12:00:00")
    timers.staff_replied(facts(ticket), at=utc("06-02T11:00:00"))
    assert Timer.objects.get().consumed == 3 * 3600


def test_a_pending_ticket_on_which_the_customer_has_not_been_asked_keeps_running(ticket, resolution):
    first(ticket, utc("06-02T07:00:00"))
    standing = timers.status_changed(
        facts(ticket, status="pending"),
        at=utc("06-02T08:00:00"),
        old_status="new",
        last_public_is_staff=False,
    )
    assert standing is None
    assert Timer.objects.get(metric="resolution").state == "running"


def test_the_promise_before_filing_is_the_promise_after(ticket):
    at = utc("06-02T08:00:00")
    promise = timers.promise_for(facts(ticket).tier_id, "web", 30, at)
    assert promise.due_at == first(ticket, at, priority=30, channel="web").next_due_at


@pytest.mark.parametrize("metric_count", [1, 2])
def test_starting_costs_two_queries(ticket, metric_count, request, django_assert_num_queries):
    if metric_count == 2:
        request.getfixturevalue("resolution")
    given = facts(ticket)
    with django_assert_num_queries(2):
        timers.customer_wrote(given, at=utc("06-02T08:00:00"), is_first=True, is_answered=False)


# --- What an act finds undone: the sweep was late, or something was logged late -----------------------


def notices(timer=None):
    return list(Notice.objects.order_by("pk").values_list("generation", "percent", "is_superseded"))


def test_a_late_reply_notices_the_breach_that_no_sweep_has_seen(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T13:00:00"))
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at, timer.noticed_at, timer.next_check_at) == (
        "breached",
        utc("06-02T12:00:00"),
        utc("06-02T13:00:00"),
        None,
    )
    assert notices() == [(1, 75, True), (1, 90, True), (1, 100, False)]
    assert Notice.objects.get(percent=75).fell_due_at == utc("06-02T11:00:00")
    assert sweep(now=utc("06-02T14:00:00")) == 0


def test_a_reply_in_time_gives_no_warning_any_more(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T11:59:00"))
    assert notices() == []


def test_a_step_that_fell_before_a_pause_is_noticed_as_of_then(ticket, resolution):
    timers.opened_by_staff(facts(ticket, status="open"), at=utc("06-02T07:00:00"))
    timers.status_changed(
        facts(ticket, status="pending"), at=utc("06-02T14:00:00"), old_status="open", last_public_is_staff=True
    )
    assert notices() == [(1, 75, False)]
    assert Notice.objects.get().fell_due_at == utc("06-02T13:00:00")


def test_a_reply_that_was_in_time_and_logged_late_corrects_the_breach(ticket):
    first(ticket, utc("06-02T08:00:00"))
    sweep(now=utc("06-02T12:05:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T11:50:00"))
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at, timer.stopped_at, timer.next_check_at) == (
        "met",
        None,
        utc("06-02T11:50:00"),
        None,
    )
    assert Event.objects.filter(name="timer.breach_corrected", subject_id=ticket.pk).count() == 1


def test_microseconds_never_break_a_promise(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.staff_replied(facts(ticket), at=utc("06-02T12:00:00.900000"))
    assert Timer.objects.get().state == "met"


# --- Nothing to do means nothing written ----------------------------------------------------------------


def test_the_same_tier_and_priority_again_write_nothing(ticket, django_assert_num_queries):
    first(ticket, utc("06-02T08:00:00"))
    given = facts(ticket)
    with django_assert_num_queries(2):  # timers, targets
        assert timers.retarget(given, at=utc("06-02T09:00:00"), lowered=False) is None


def test_a_lowered_priority_with_the_same_promise_buys_no_time(ticket):
    first(ticket, utc("06-02T08:00:00"))
    standing = timers.retarget(facts(ticket, priority=10), at=utc("06-02T11:50:00"), lowered=True)
    assert standing.next_due_at == utc("06-02T12:00:00")
    timer = Timer.objects.get()
    assert (timer.generation, timer.loosened_at, timer.priority) == (1, None, 10)


def test_closing_what_is_solved_asks_nothing(ticket, django_assert_num_queries):
    given = facts(ticket, status="closed")
    with django_assert_num_queries(0):
        assert (
            timers.status_changed(given, at=utc("06-02T09:00:00"), old_status="solved", last_public_is_staff=True)
            is None
        )


def test_a_staff_reply_costs_two_queries(ticket, django_assert_num_queries):
    first(ticket, utc("06-02T08:00:00"))
    given = facts(ticket)
    with django_assert_num_queries(2):
        timers.staff_replied(given, at=utc("06-02T09:00:00"))


def test_another_word_of_a_customer_who_waits_asks_nothing(ticket, django_assert_num_queries):
    first(ticket, utc("06-02T08:00:00"))
    given = facts(ticket)
    with django_assert_num_queries(0):
        assert timers.customer_wrote(given, at=utc("06-02T09:00:00"), is_first=False, is_answered=False) is None


# --- Tier and priority ----------------------------------------------------------------------------------


def test_a_breach_keeps_the_tier_and_priority_it_was_broken_under(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.retarget(facts(ticket, tier="team", priority=40), at=utc("06-02T12:30:00"), lowered=False)
    timer = Timer.objects.get()
    assert (timer.state, timer.tier.key, timer.priority) == ("breached", "enterprise", 20)


def test_a_downgraded_ticket_counts_for_its_new_tier_with_its_old_promise(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.retarget(facts(ticket, tier="developer"), at=utc("06-02T09:00:00"), lowered=False)
    timer = Timer.objects.get()
    assert (timer.tier.key, timer.target_seconds, timer.generation) == ("developer", 4 * 3600, 1)


def test_a_change_that_is_heard_of_late_never_counts_from_before_the_clock_ran(ticket):
    first(ticket, utc("06-02T08:00:00"), tier="developer")
    standing = timers.retarget(facts(ticket), at=utc("06-02T07:00:00"), lowered=False)
    assert standing.next_due_at == utc("06-02T12:00:00")


def test_a_tighter_promise_is_warned_of_anew(ticket):
    first(ticket, utc("06-02T08:00:00"), tier="developer")
    timers.retarget(facts(ticket), at=utc("06-03T14:00:00"), lowered=False)  # an hour of four is left: 75 %
    sweep(now=utc("06-03T14:00:10"))
    assert notices() == [(2, 75, False)]


# --- Pause, resume, reopen ----------------------------------------------------------------------------------


def test_a_clock_never_resumes_before_it_stood(ticket, resolution):
    timers.opened_by_staff(facts(ticket, status="open"), at=utc("06-02T07:00:00"))
    moved = lambda status, old, at: timers.status_changed(  # noqa: E731
        facts(ticket, status=status), at=utc(at), old_status=old, last_public_is_staff=True
    )
    moved("pending", "open", "06-02T10:00:00")
    assert moved("open", "pending", "06-02T09:30:00").next_due_at == utc("06-02T15:00:00")


def test_solving_while_the_clock_stands_keeps_the_promise(ticket, resolution):
    timers.opened_by_staff(facts(ticket, status="open"), at=utc("06-02T07:00:00"))
    timers.status_changed(
        facts(ticket, status="pending"), at=utc("06-02T10:00:00"), old_status="open", last_public_is_staff=True
    )
    timers.status_changed(
        facts(ticket, status="solved"), at=utc("06-09T10:00:00"), old_status="pending", last_public_is_staff=True
    )
    assert Timer.objects.get().state == "met"


def test_a_breached_resolution_goes_on_while_pending_and_stays_breached_when_reopened(ticket, resolution):
    timers.opened_by_staff(facts(ticket, status="open"), at=utc("06-02T07:00:00"))
    sweep(now=utc("06-03T07:00:01"))
    for status, old, at in (
        ("pending", "open", "06-03T08:00:00"),
        ("solved", "pending", "06-03T09:00:00"),
        ("open", "solved", "06-04T07:00:00"),
        ("solved", "open", "06-04T08:00:00"),
    ):
        standing = timers.status_changed(
            facts(ticket, status=status), at=utc(at), old_status=old, last_public_is_staff=True
        )
        if status == "open":
            assert standing.next_due_at == utc("06-02T15:00:00")
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at, timer.consumed) == ("breached", utc("06-02T15:00:00"), 11 * 3600)


def test_who_writes_again_to_a_ticket_solved_without_an_answer_is_promised_one(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.status_changed(
        facts(ticket, status="solved"), at=utc("06-02T09:00:00"), old_status="new", last_public_is_staff=False
    )
    standing = timers.customer_wrote(
        facts(ticket, status="solved"), at=utc("06-02T10:00:00"), is_first=False, is_answered=False
    )
    assert (standing.next_due_at, standing.metric) == (utc("06-02T14:00:00"), "next_response")


def test_a_message_by_mail_has_the_promise_of_mail(ticket):
    first(ticket, utc("06-02T08:00:00"), tier=None, channel="web")
    timers.staff_replied(facts(ticket, tier=None), at=utc("06-02T09:00:00"))
    standing = timers.customer_wrote(
        facts(ticket, tier=None, channel="web"),
        at=utc("06-02T10:00:00"),
        is_first=False,
        is_answered=True,
        channel="email",
    )
    assert standing.next_due_at == utc("06-03T10:00:00")


def test_a_target_that_no_calendar_can_keep_still_lets_customers_write(ticket, berlin):
    Target.objects.create(
        metric="resolution", source="desk", seconds=2_000_000_000, calendar=berlin,
        steps=[{"percent": 100, "tell": ["assignee"]}],
    )  # fmt: skip
    first(ticket, utc("06-02T08:00:00"))
    assert Timer.objects.get(metric="resolution").due_at == utc("06-02T08:00:00").replace(year=2037)


# --- Spam, withdrawn ----------------------------------------------------------------------------------------


def test_not_spam_after_the_promise_is_broken(ticket):
    first(ticket, utc("06-02T08:00:00"))
    timers.cancel(facts(ticket), at=utc("06-02T09:00:00"), reason="spam")
    assert sweep(now=utc("06-02T13:00:00")) == 0
    timers.restore(facts(ticket), reason="spam")
    assert sweep(now=utc("06-02T13:00:15")) == 1
    timer = Timer.objects.get()
    assert (timer.state, timer.breached_at) == ("breached", utc("06-02T12:00:00"))


def test_a_withdrawn_question_is_cancelled_with_its_reason(ticket, resolution):
    first(ticket, utc("06-02T08:00:00"))
    standing = timers.cancel(facts(ticket), at=utc("06-02T09:00:00"), reason="withdrawn")
    assert standing.next_due_at is None
    assert set(Timer.objects.values_list("state", "reason", "next_check_at")) == {("cancelled", "withdrawn", None)}


def test_a_calendar_version_never_changes(berlin):
    berlin.current.content = {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}
    with pytest.raises(ValueError, match="never changes"):
        berlin.current.save()
