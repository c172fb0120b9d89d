import json

import pytest

from sla.calculate import answer
from tests.sla.test_examples import ADD, BETWEEN

BERLIN = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": {"2025-12-24": [["09:00", "12:00"]], "2025-12-25": []},
}


def ask(**question):
    return answer(json.dumps({"id": 7, "calendar": BERLIN, **question}))


def test_adding():
    assert ask(kind="add", start="2025-03-28T15:30:00Z", seconds=7200) == {"id": 7, "due": "2025-03-31T08:30:00Z"}


def test_counting():
    assert ask(kind="between", a="2025-06-02T07:00:00Z", b="2025-06-03T07:00:00Z") == {"id": 7, "seconds": 8 * 3600}
    assert ask(kind="between", a="2025-06-03T07:00:00Z", b="2025-06-02T07:00:00Z") == {"id": 7, "seconds": 0}


def test_standing():
    pauses = [["2025-06-02T10:00:00Z", "2025-06-03T09:00:00Z"]]
    found = ask(kind="pause", start="2025-06-02T07:00:00Z", seconds=8 * 3600, pauses=pauses)
    assert found == {"id": 7, "due": "2025-06-03T14:00:00Z"}


@pytest.mark.parametrize(
    ("typed", "fold", "instant", "due"),
    [
        ("2025-03-30T02:30:00", 0, "2025-03-30T01:30:00Z", "2025-03-31T07:01:00Z"),
        ("2025-10-26T02:30:00", 0, "2025-10-26T00:30:00Z", "2025-10-27T08:01:00Z"),
        ("2025-10-26T02:30:00", 1, "2025-10-26T01:30:00Z", "2025-10-27T08:01:00Z"),
    ],
)
def test_a_local_time(typed, fold, instant, due):
    assert ask(kind="local", typed=typed, fold=fold, seconds=60) == {"id": 7, "instant": instant, "due": due}


def test_never_open_is_named_so():
    assert ask(kind="add", start="2025-06-02T07:00:00Z", seconds=10**30) == {"id": 7, "error": "NeverOpen"}


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ({"kind": "divide"}, "kind"),
        ({"kind": ["add"]}, "kind"),
        ({"kind": "add", "seconds": 60}, "start is missing"),
        ({"kind": "add", "start": "2025-06-02", "seconds": 60}, "instant"),
        ({"kind": "add", "start": "2025-06-02T07:00:00+00:00", "seconds": 60}, "instant"),
        ({"kind": "add", "start": "2025-06-31T07:00:00Z", "seconds": 60}, ""),
        ({"kind": "add", "start": "2025-06-02T07:00:00Z", "seconds": -1}, "seconds"),
        ({"kind": "add", "start": "2025-06-02T07:00:00Z", "seconds": 1.5}, "seconds"),
        ({"kind": "add", "start": "2025-06-02T07:00:00Z", "seconds": True}, "seconds"),
        ({"kind": "add", "start": "2025-06-02T07:00:00Z", "seconds": "60"}, "seconds"),
        ({"kind": "add", "start": "9999-12-31T23:59:59Z", "seconds": 10**6}, "NeverOpen"),
        ({"kind": "pause", "start": "2025-06-02T07:00:00Z", "seconds": 60, "pauses": [1]}, "pauses"),
        ({"kind": "local", "typed": "2025-06-02T07:00:00Z", "seconds": 60}, "typed"),
        ({"kind": "local", "typed": "2025-06-02T07:00:00", "fold": 2, "seconds": 60}, "fold"),
        ({"kind": "add", "calendar": {"zone": "Nowhere", "weekly": {}}, "start": "x", "seconds": 1}, "Nowhere"),
        ({"kind": "add", "calendar": None, "start": "2025-06-02T07:00:00Z", "seconds": 1}, "calendar"),
    ],
)
def test_a_bad_question_is_answered_with_what_is_wrong(question, word):
    found = ask(**question)
    assert found["id"] == 7
    assert word in found["error"]
    assert set(found) == {"id", "error"}


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "5", '{"id": 1', "9" * 5000])
def test_what_is_no_question_is_answered_without_an_id(line):
    found = answer(line)
    assert found["id"] is None
    assert found["error"]


def test_the_worked_examples_can_be_asked():
    from tests.sla.test_timers import B

    for _number, name, start, n, due in ADD:
        if name == "B":
            line = {"id": start, "kind": "add", "calendar": B, "start": f"{start}Z", "seconds": n}
            assert answer(json.dumps(line)) == {"id": start, "due": f"{due}Z"}
    assert BETWEEN
