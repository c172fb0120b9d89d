"""Simulator and dry run as pages: what they say, who may see them, and that they write nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from sla.models import Calendar, Target, Timer
from support.actions.reply import reply
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/simulator/"
NIGHT = "tier=enterprise&channel=email&priority=20&arrival=2025-03-30T02:30"


def policy(**changes):
    """Return what the form of a dry run sends, with some hours changed by "tier priority"."""
    data = {}
    for target in Target.objects.filter(metric__endswith="response"):
        key = f"{target.metric}_{target.where}_{target.priority}".lower()
        data[f"hours_{target.pk}"] = changes.get(key, target.seconds // 3600)
        data[f"minutes_{target.pk}"] = target.seconds // 60 % 60
        data[f"calendar_{target.pk}"] = target.calendar_id
    return data


def test_the_simulator_says_which_row_and_why_and_when(cast, signed_in):
    page = signed_in(cast.lena).get(f"{PAGE}?{NIGHT}&zone=Europe/Berlin")
    # 02:30 does not exist on that night: it is moved forward by the hour that is skipped (sla.md, section 1).
    assert "Sun 30 Mar 2025 05:30:00 (UTC)" in page.text
    for words in ("row of the tier", "75 %", "the named agent", "4 rows passed over", "<svg", "no promise"):
        assert words in page.text
    assert Timer.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    [
        "tier=gold",
        "zone=Mars/Olympus",
        "zone=localtime",
        "arrival=soon",
        "arrival=9999-12-31T23:00",
        "priority=11",
        "tier=%00",
    ],
)
def test_a_ticket_that_cannot_be_is_answered_in_words(cast, signed_in, query):
    page = signed_in(cast.lena).get(f"{PAGE}?{query}")
    assert page.status_code == 200
    if query != "tier=%00":
        assert "aria-invalid" in page.text


def test_a_dry_run_tells_what_would_have_been_and_writes_nothing(cast, signed_in, time_machine):
    now = datetime(2025, 6, 18, 12, tzinfo=UTC)
    gwen, tickets = Actor.person(cast.gwen), []
    for hours in (1, 3, 5):  # Enterprise: 4 h
        time_machine.move_to(now - timedelta(days=3), tick=False)
        tickets.append(make_ticket(cast.alice, subject=f"Took {hours} hours"))
        time_machine.shift(timedelta(hours=hours))
        reply(tickets[-1], by=gwen, body="Like this.")
    time_machine.move_to(now, tick=False)
    before = serializers.serialize("json", [*Timer.objects.all(), *Target.objects.all(), *Calendar.objects.all()])
    client = signed_in(cast.lena)
    with CaptureQueriesContext(connection) as captured:
        page = client.post("/admin/reports/dry-run/", policy(first_response_enterprise_none=2))
    assert "2 would have been missed" in page.text and "(1 were)" in page.text
    assert "Would have been missed, and were kept: 1" in page.text and "Took 3 hours" in page.text
    assert "changed" in page.text
    looser = client.post("/admin/reports/dry-run/", policy(first_response_enterprise_none=6))
    assert "Would have been kept, and were missed: 1" in looser.text and "Took 5 hours" in looser.text
    same = client.post("/admin/reports/dry-run/", policy())
    assert "No row was changed yet" in same.text
    assert len(captured) <= 14
    assert (
        serializers.serialize("json", [*Timer.objects.all(), *Target.objects.all(), *Calendar.objects.all()]) == before
    )
    assert not [q for q in captured if q["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "_timer" in q["sql"]]


def test_a_policy_that_cannot_be_keeps_what_was_typed(cast, signed_in):
    page = signed_in(cast.lena).post("/admin/reports/dry-run/", policy(first_response_enterprise_none=0))
    assert "Promise at least a minute" in page.text and "is kept" in page.text
    assert "would have been missed" not in page.text


def test_agents_have_neither_page_nor_a_link_to_it(cast, signed_in):
    client = signed_in(cast.gwen)
    assert client.get(PAGE).status_code == client.get("/admin/reports/dry-run/").status_code == 403
    assert "simulator" not in client.get("/admin/reports/").text
