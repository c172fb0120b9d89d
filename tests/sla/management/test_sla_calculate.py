import io
import json
import sys

from django.core.management import call_command

ALWAYS = {
    "zone": "UTC",
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


def test_one_answer_a_line_in_order_and_a_bad_line_stops_nothing(monkeypatch):
    def question(number):
        return json.dumps(
            {"id": number, "kind": "add", "calendar": ALWAYS, "start": "2025-03-28T16:00:00Z", "seconds": number}
        )

    lines = "\n".join([question(1), "not json", question(60), question(-1), question(3600)]) + "\n"
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode() + b"\xff\xfe\n" + question(2).encode()))
    )
    out = io.StringIO()
    call_command("sla_calculate", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [found["id"] for found in answers] == [1, None, 60, -1, 3600, None, 2]
    assert answers[2] == {"id": 60, "due": "2025-03-28T16:01:00Z"}
    assert ["error" in found for found in answers] == [False, True, False, True, False, True, False]
