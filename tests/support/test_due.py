from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sla.time_words import clock_words, duration
from support.due import customer_due, customer_sentence, due_of

NOW = datetime(2026, 3, 10, 10, 36, tzinfo=UTC)  # a Tuesday


@dataclass
class Row:
    status: str = "new"
    next_due_at: datetime | None = None
    next_due_metric: str = "first_response"
    is_paused: bool = False
    last_public_is_staff: bool = False
    is_spam: bool = False


@pytest.mark.parametrize(
    ("seconds", "short", "full"),
    [
        (0, "under 1 min", "under 1 min"),
        (59, "under 1 min", "under 1 min"),
        (42 * 60 + 59, "42 min", "42 min"),
        (3600, "1 h", "1 h"),
        (6900, "1 h 55", "1 h 55 min"),
        (3 * 3600 + 5 * 60, "3 h 05", "3 h 5 min"),
        (19 * 3600 + 1800, "19 h", "19 h"),
        (47 * 3600, "47 h", "47 h"),
        (3 * 86400 + 5, "3 d", "3 d"),
    ],
)
def test_a_span_is_cut_to_what_matters_and_never_rounded_up(seconds, short, full):
    assert duration(timedelta(seconds=seconds)) == short
    assert duration(timedelta(seconds=seconds), in_full=True) == full


@pytest.mark.parametrize(
    ("left", "kind", "text"),
    [
        (timedelta(hours=1), "ok", "1 h"),
        (timedelta(minutes=42), "soon", "42 min"),
        (timedelta(0), "soon", "under 1 min"),
        (timedelta(minutes=-18), "late", "18 min late"),
    ],
)
def test_what_is_due_has_a_kind_and_a_word(left, kind, text):
    due = due_of(Row(next_due_at=NOW + left), NOW)
    assert (due.kind, due.text, due.is_running) == (kind, text, True)


@pytest.mark.parametrize(
    ("row", "kind", "text", "words"),
    [
        (Row("pending", is_paused=True), "still", "waiting", "waiting for you"),
        (Row("hold"), "still", "on hold", "waiting for somebody else"),
        (Row("open", last_public_is_staff=True), "met", "answered", "answered"),
        (Row("open"), "none", "", ""),
        (Row("solved", next_due_at=NOW), "none", "", ""),
        (Row("closed"), "none", "", ""),
    ],
)
def test_without_a_running_promise_the_state_is_named(row, kind, text, words):
    assert (due_of(row, NOW).kind, due_of(row, NOW).text) == (kind, text)
    assert (customer_due(row, NOW).kind, customer_due(row, NOW).words) == (kind, words)


def test_a_customer_reads_the_promise_in_their_own_zone():
    row = Row(next_due_at=NOW + timedelta(minutes=42))
    with timezone.override(ZoneInfo("Europe/Madrid")):
        assert customer_due(row, NOW).words == "we reply by 12:18 (in 42 min)"
        assert customer_sentence(row, NOW) == "We'll reply by 12:18 (in 42 min)."
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert customer_sentence(row, NOW) == "We'll reply by 16:48 (in 42 min)."


def test_a_late_reply_is_admitted():
    row = Row(next_due_at=NOW - timedelta(minutes=18))
    assert customer_sentence(row, NOW).startswith("We promised a reply by 10:18 UTC and are 18 min late.")


@pytest.mark.parametrize("status", ["pending", "hold", "solved", "closed", "open", "new"])
def test_every_state_has_a_sentence(status):
    assert customer_sentence(Row(status), NOW).endswith(".")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 10, 14, 0, tzinfo=UTC), "14:00 UTC"),
        (datetime(2026, 3, 12, 14, 0, tzinfo=UTC), "Thu 14:00 UTC"),
        (datetime(2026, 3, 17, 14, 0, tzinfo=UTC), "17 Mar 14:00 UTC"),
        (datetime(2027, 3, 10, 14, 0, tzinfo=UTC), "10 Mar 2027 14:00 UTC"),
    ],
)
def test_an_instant_is_no_longer_than_needed(at, words):
    assert clock_words(at, NOW) == words
