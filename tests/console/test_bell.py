"""The bell: what an agent was told, once each, only of what they still work, and at no query of its own."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from events.record import record
from notifications.models import Alert, Preference
from support.actions.assign import assign
from support.models import Queue
from tests.factories.support import make_ticket

NOTICES = "/admin/notices/"


@pytest.fixture
def ticket(cast):
    ticket = make_ticket(cast.alice, subject="The <b>model</b> stopped")
    assign(ticket, cast.gwen, by=Actor.person(cast.lena))
    return ticket


def step(ticket, percent=100, *, ago=timedelta(minutes=1), noticed=timedelta(minutes=1), timer=1):
    now = timezone.now().replace(microsecond=0)
    with transaction.atomic():
        return record(
            "timer.step_reached",
            subject_type="ticket",
            subject_id=ticket.pk,
            actor=None,
            actor_kind="system",
            data={
                "timer": timer,
                "metric": "first_response",
                "percent": percent,
                "tell": ["assignee", "lead"],
                "due_at": (now - ago).isoformat(),
                "fell_due_at": (now - ago).isoformat(),
            },
            at=now - noticed,
        )


def words(client, url=NOTICES, **headers):
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def older(page):
    return re.search(r'rel="next" href="([^"]+)"', page)[1]


def test_a_breach_stands_in_the_bell_with_word_shape_and_way_to_the_ticket(cast, ticket, signed_in, run_reactions):
    step(ticket)
    run_reactions()
    run_reactions()
    assert Alert.objects.filter(kind="step").count() == 2  # gwen and lena, each once
    page = words(signed_in(cast.gwen))
    assert '<span class="due late">Breached</span>' in page
    assert f"First response of #{ticket.pk} was due" in page
    assert f'href="/admin/tickets/{ticket.pk}/"' in page
    assert "The &lt;b&gt;model&lt;/b&gt; stopped" in page
    assert "<b>2</b>" in words(signed_in(cast.gwen), "/admin/notices/count/")  # assigned, breached
    assert "<b>1</b>" in words(signed_in(cast.lena), "/admin/queue/")
    assert "<b>" not in words(signed_in(cast.hugo), "/admin/notices/count/")


def test_what_one_may_not_see_any_more_is_neither_shown_nor_counted(cast, ticket, signed_in, run_reactions):
    step(ticket)
    run_reactions()
    cast.gwen.queues.set([Queue.objects.get(slug="general")])
    client = signed_in(cast.gwen)
    assert "No notices yet" in words(client)
    assert "<b>" not in words(client, "/admin/notices/count/")
    assert "Nothing yet." in words(client, **{"HX-Request": "true"})


def test_notices_are_read_one_by_one_all_at_once_or_by_looking_at_the_ticket(cast, ticket, signed_in, run_reactions):
    for percent in (75, 90, 100):
        step(ticket, percent, timer=percent)
    run_reactions()
    client = signed_in(cast.gwen)
    unread = Alert.objects.filter(recipient=cast.gwen, read_at=None)
    others = Alert.objects.filter(recipient=cast.lena, read_at=None)
    assert (unread.count(), others.count()) == (4, 3)

    assert client.post(f"{NOTICES}{others.first().pk}/reading/").status_code == 302
    assert others.count() == 3, "another person's notice stays unread"
    response = client.post(f"{NOTICES}{unread.first().pk}/reading/", {"back": "unread="})
    assert (response.url, unread.count()) == (f"{NOTICES}?unread=", 3)

    newest = unread.first().pk
    step(ticket, 200, timer=9)
    run_reactions()
    response = client.post(f"{NOTICES}readings/", {"newest": newest}, headers={"HX-Request": "true"})
    assert response.headers["HX-Trigger"] == "notices-read"
    assert [alert.event.data["percent"] for alert in unread.all()] == [200], "what came since stays unread"

    response = client.get(f"/admin/tickets/{ticket.pk}/")
    assert unread.count() == 1, "reading a page changes nothing (SEC-24)"
    response = client.post(f"/admin/tickets/{ticket.pk}/presence/", headers={"HX-Request": "true"})
    assert (response.headers["HX-Trigger"], unread.count(), others.count()) == ("notices-read", 0, 4)
    assert "Nothing is unread" in words(client, f"{NOTICES}?unread")


def test_the_list_goes_on_by_keys_and_the_bell_counts_to_99(cast, ticket, signed_in, django_assert_max_num_queries):
    event = step(ticket)
    events = Event.objects.bulk_create(
        Event(
            name=event.name,
            subject_type="ticket",
            subject_id=ticket.pk,
            actor_kind="system",
            data=event.data,
            occurred_at=event.occurred_at,
        )
        for _ in range(120)
    )
    Alert.objects.bulk_create(Alert(recipient=cast.gwen, event=one, ticket=ticket, kind="step") for one in events)
    client = signed_in(cast.gwen)
    words(client)
    with django_assert_max_num_queries(5):
        page = words(client)
    assert "<b>99+</b>" in page
    assert page.count('<span class="due late">') == 50
    last = words(client, NOTICES + older(words(client, NOTICES + older(page))))
    assert last.count('<span class="due late">') == 20
    with django_assert_max_num_queries(4):
        words(client, "/admin/notices/count/")


def test_staff_choose_what_the_bell_shows_and_customers_are_not_asked(cast, signed_in):
    where = reverse("account_pages:mail")
    page = words(signed_in(cast.gwen), where)
    assert "Promises in danger or missed" in page and "In the console: news of tickets I follow" in page
    signed_in(cast.gwen).post(where, {"own_tickets": "on", "followed_in_console": "on"})
    preference = Preference.of(cast.gwen)
    assert (preference.promises, preference.assigned_in_console, preference.followed_in_console) == (False, False, True)
    assert "console" not in words(signed_in(cast.alice), where)


def test_what_the_desk_noticed_late_says_so(cast, ticket, signed_in, run_reactions):
    step(ticket, ago=timedelta(hours=8))
    run_reactions()
    assert "noticed late:" in words(signed_in(cast.gwen))
