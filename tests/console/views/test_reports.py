"""Reports in the console: who sees whose figures, and that each number is as long as the list behind it."""

import csv
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from sla.models import Timer
from support.actions.assign import assign
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.solve import solve
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 18, 12, tzinfo=UTC)
LINK = re.compile(r'<a href="(/admin/reports/timers/\?[^"]+)">([^<]+)</a>')


@pytest.fixture
def desk(cast, time_machine):
    """Four weeks of a desk: kept and missed answers by two people, by mail and on the web, and what stands beside it."""
    gwen, lena = Actor.person(cast.gwen), Actor.person(cast.lena)
    for n in range(12):
        time_machine.move_to(NOW - timedelta(days=28 - 2 * n), tick=False)
        ticket = make_ticket(
            cast.alice if n % 3 else cast.bea, subject=f"=HYPERLINK({n})", channel="email" if n % 2 else "web"
        )
        time_machine.shift(timedelta(hours=(1, 3, 30)[n % 3]))
        reply(ticket, by=lena if n % 4 == 0 or n % 3 == 0 else gwen, body="Like this.")
        if n == 5:
            reply(ticket, by=Actor.person(cast.alice), body="And then?")
    waiting = make_ticket(cast.alice, subject="Still waits")
    assign(waiting, cast.gwen, by=lena)
    solved = make_ticket(cast.alice)
    solve(solved, by=gwen)
    loose = make_ticket(cast.alice, priority=40)
    set_priority(loose, 10, by=gwen)
    time_machine.move_to(NOW, tick=False)
    Timer.objects.filter(ticket=waiting).update(
        state="breached", breached_at=NOW - timedelta(hours=1), due_at=NOW - timedelta(hours=1)
    )
    return cast


def numbers(page):
    """Return each number of a page that leads to a list, with the address of that list."""
    return [(unescape(url), text) for url, text in LINK.findall(page.text)]


def length(client, url):
    page = client.get(url)
    assert page.status_code == 200, url
    return page.text.count('<th scope="row">')


@pytest.mark.parametrize("who", ["lena", "gwen"])
def test_each_number_is_as_long_as_the_list_behind_it(desk, signed_in, who):
    client = signed_in(getattr(desk, who))
    found = numbers(client.get("/admin/reports/?period=90d"))
    lengths = {url: length(client, url) for url in dict(found)}
    for url, text in found:
        if text.isdecimal():
            assert lengths[url] == int(text), url
        elif text.endswith(" %"):
            met, missed = ("mail_in_time", "mail_late") if "outcome=mail" in url else ("met", "breached")
            kept = lengths.get(re.sub(r"outcome=\w+", f"outcome={met}", url), 0)
            late = lengths.get(re.sub(r"outcome=\w+", f"outcome={missed}", url), 0)
            if kept + late:  # a week of one tier leads to all of its verdicts alone
                assert lengths[url] == kept + late and text == f"{kept * 1000 // (kept + late) / 10} %"
    outcomes = {"decided", "met", "breached", "answered", "mail"}
    if who == "lena":  # nobody is behind these
        outcomes |= {"unanswered", "loosened"}
    assert {outcome for url in lengths for outcome in re.findall(r"outcome=(\w+)", url)} >= outcomes


def test_leads_see_everybody_and_agents_their_own(desk, signed_in):
    lead, agent = signed_in(desk.lena).get("/admin/reports/"), signed_in(desk.gwen).get("/admin/reports/")
    for words in ("by agent", "Gwen Abara", "Lena Fuchs", "Unanswered", "Loosened", "Mail answered within 24 hours"):
        assert words in lead.text
    assert "My figures" in agent.text
    assert "by agent" not in agent.text and "Lena Fuchs" not in agent.text
    url = f"/admin/reports/timers/?period=90d&outcome=decided&agent={desk.lena.pk}"
    assert length(signed_in(desk.lena), url) > 0
    assert length(signed_in(desk.gwen), url) == 0
    assert signed_in(desk.gwen).get("/admin/reports/tables/agents/").status_code == 404
    assert "No verdicts" in signed_in(desk.hugo).get("/admin/reports/").text


def test_the_agent_of_a_verdict_is_who_answered_else_the_assignee(desk, signed_in):
    client = signed_in(desk.lena)
    waits = client.get(f"/admin/reports/timers/?outcome=breached&agent={desk.gwen.pk}").text
    assert "Still waits" in waits
    answered = Timer.objects.filter(state="met", ticket__messages__author=desk.lena, metric="first_response")
    page = client.get(f"/admin/reports/timers/?outcome=met&agent={desk.lena.pk}")
    assert page.text.count('<th scope="row">') == answered.count() > 0


def test_a_report_costs_the_same_at_any_number_of_verdicts(desk, signed_in):
    client, costs = signed_in(desk.lena), []
    for path in ("/admin/reports/", "/admin/reports/timers/?outcome=decided"):
        for more in (0, 8):
            for _ in range(more):
                make_ticket(desk.bea, answered_by=desk.lena)
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            costs.append(len(captured))
    assert costs[0] == costs[1] <= 26 and costs[2] == costs[3] <= 12


WISHES = [
    ("period=dates&first=2025-06-10", "Give both days"),
    ("first=2025-06-10&last=2025-06-01", "before the first"),
    ("first=2001-06-10&last=2025-06-01", "two years at most"),
    ("first=soon&last=2025-06-01", "Enter a valid date"),
    ("tier=gold", "not one of the available choices"),
]


def test_a_wish_that_makes_no_sense_is_answered_in_words(cast, signed_in):
    client = signed_in(cast.lena)
    for query, words in WISHES:
        page = client.get(f"/admin/reports/?{query}")
        assert page.status_code == 200 and words in page.text
        assert "there is not" in client.get(f"/admin/reports/timers/?{query}").text
        assert client.get(f"/admin/reports/tables/weeks/?{query}").status_code == 404
        assert client.get(f"/admin/reports/timers/file/?{query}").status_code == 404
    for query in ("week=2025-06-17", "week=x", "agent=99999999999999999999", "agent=x", "before=x", "outcome=x"):
        assert client.get(f"/admin/reports/timers/?{query}").status_code == 200


def test_filters_narrow_every_number(desk, signed_in):
    client = signed_in(desk.lena)
    for query in ("tier=enterprise", "tier=none", "queue=enterprise", "channel=email", "priority=20"):
        found = numbers(client.get(f"/admin/reports/?period=90d&{query}"))
        assert all(query in url for url, _text in found)
        for url, text in {found[0], found[-1]} if found else ():
            assert not text.isdecimal() or length(client, url) == int(text)


def test_no_data_is_not_a_hundred_percent(cast, signed_in):
    page = signed_in(cast.lena).get("/admin/reports/")
    assert page.text.count("no data") >= 4 and "100" not in page.text.split("<main")[1].split("report-scope")[1]


def test_each_table_can_be_taken_along(desk, signed_in):
    client = signed_in(desk.lena)
    for name in ("promises", "weeks", "tiers", "queues", "agents", "times", "mail"):
        answer = client.get(f"/admin/reports/tables/{name}/?period=90d")
        rows = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))
        assert answer["Content-Type"].startswith("text/csv") and len(rows) >= 2
        assert len({len(row) for row in rows}) == 1
    assert client.get("/admin/reports/tables/secrets/").status_code == 404


def test_the_file_of_a_list_holds_all_of_it_and_no_formula(desk, signed_in):
    url = "period=90d&outcome=decided"
    client = signed_in(desk.lena)
    lines = b"".join(client.get(f"/admin/reports/timers/file/?{url}").streaming_content).decode().splitlines()
    assert len(lines) - 1 == length(client, f"/admin/reports/timers/?{url}")
    assert any("'=HYPERLINK" in line for line in lines)


def test_a_verdict_counts_on_the_readers_day(desk, signed_in):
    """Sunday 23:30 in New York is Monday in UTC."""
    Timer.objects.filter(ticket__subject="Still waits").update(breached_at=datetime(2025, 3, 10, 3, 30, tzinfo=UTC))
    for zone, day, count in (("America/New_York", "2025-03-09", 1), ("UTC", "2025-03-09", 0), ("UTC", "2025-03-10", 1)):
        desk.lena.time_zone = zone
        desk.lena.save()
        url = f"/admin/reports/timers/?outcome=breached&first={day}&last={day}"
        assert length(signed_in(desk.lena), url) == count
