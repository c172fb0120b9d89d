import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from support.actions.assign import assign
from support.actions.close import close
from support.actions.follow import follow
from support.actions.move import move
from support.actions.open_ticket import open_ticket
from support.actions.reply import reply
from support.actions.set_status import set_status
from support.actions.tag import set_tags
from support.models import Message, Queue
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def page(browser, ticket, query="", status=200):
    response = browser.get(f"/tickets/{getattr(ticket, 'pk', ticket)}/{query}")
    assert response.status_code == status
    return response.content.decode()


def test_a_stranger_is_asked_to_sign_in_whether_or_not_it_exists(cast, client):
    ticket = make_ticket(cast.alice)
    assert client.get(f"/tickets/{ticket.pk}/").url == f"/accounts/login/?next=/tickets/{ticket.pk}/"
    assert client.get("/tickets/999999/").url == "/accounts/login/?next=/tickets/999999/"


def test_a_foreign_ticket_is_a_missing_one(cast, signed_in):
    ticket = make_ticket(cast.alice, subject="Canary of Alice")
    for person in (cast.bea, cast.amir, cast.hugo):
        browser = signed_in(person)
        foreign = page(browser, ticket, status=404)
        missing = page(browser, 999_999, status=404)
        token = r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"'
        assert re.sub(token, "", foreign).replace(f"/{ticket.pk}/", "") == re.sub(token, "", missing).replace(
            "/999999/", ""
        )
        assert "Canary" not in foreign


@pytest.mark.parametrize("number", [0, 99_999_999_999_999_999_999_999])
def test_a_number_that_cannot_be_is_a_missing_one(cast, signed_in, number):
    page(signed_in(cast.alice), number, status=404)


def test_the_conversation_holds_letters_and_what_is_public_between_them(cast, signed_in):
    ticket = make_ticket(cast.alice, body="It **loops**.", note="canary-note", noted_by=cast.gwen)
    gwen = Actor.person(cast.gwen)
    assign(ticket, cast.gwen, by=gwen)
    set_tags(ticket, ["canary-tag"], by=gwen)
    reply(ticket, by=gwen, body="Which provider?", then="pending")
    html = page(signed_in(cast.alice), ticket)
    assert "<strong>loops</strong>" in html and "Which provider?" in html
    assert "Gwen Abara is looking after this." in html and "We wait for your answer." in html
    assert "canary" not in html


def test_moves_between_queues_and_agents_who_watch_are_the_desks_business(cast, signed_in):
    ticket = make_ticket(cast.alice)
    lena = Actor.person(cast.lena)
    follow(ticket, cast.lena, by=lena)
    move(ticket, Queue.objects.get(slug="priority"), by=lena)
    html = page(signed_in(cast.alice), ticket)
    assert "Lena" not in html and "riority queue" not in html


def test_when_the_answer_is_due_and_why_is_said(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T10:36:00Z", tick=False)
    html = page(signed_in(cast.alice), make_ticket(cast.alice, priority=30))
    assert "We&#x27;ll reply by 12:36 UTC (in 2 h)." in html
    assert "Enterprise, high priority" in html


def test_a_plan_that_leaves_the_priority_to_us_shows_what_was_suggested(cast, signed_in):
    cast.acme.tier.customers_set_priority = False
    cast.acme.tier.save()
    assert "you suggested Urgent" in page(signed_in(cast.alice), make_ticket(cast.alice, priority=40))


def test_a_closed_ticket_says_that_an_answer_starts_a_new_one(cast, signed_in):
    ticket = make_ticket(cast.alice)
    close(ticket, by=Actor.person(cast.gwen))
    html = page(signed_in(cast.alice), ticket)
    assert "starts a new one that is linked to it" in html
    assert "Mark as solved" not in html


def test_a_follow_up_and_its_origin_lead_to_each_other(cast, signed_in):
    ticket = make_ticket(cast.alice, subject="First of two")
    close(ticket, by=Actor.person(cast.gwen))
    follow_up = reply(ticket, by=Actor.person(cast.alice), body="Again").ticket
    browser = signed_in(cast.alice)
    assert f'href="/tickets/{follow_up.pk}/"' in page(browser, ticket)
    assert f'href="/tickets/{ticket.pk}/"' in page(browser, follow_up)


def test_a_colleagues_follow_up_is_no_link_for_who_cannot_read_it(cast, signed_in):
    ticket = make_ticket(cast.alice)
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    close(ticket, by=Actor.person(cast.gwen))
    follow_up = reply(ticket, by=Actor.person(cast.amir), body="Again").ticket
    assert f'href="/tickets/{follow_up.pk}/"' not in page(signed_in(cast.alice), ticket)


def test_an_agent_is_told_whose_view_this_is(cast, signed_in):
    assert "You see this as its customer does." in page(signed_in(cast.gwen), make_ticket(cast.alice))


def long_ticket(cast, letters):
    """A ticket with many letters and, to each second one, what followed from it."""
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    now = timezone.now().replace(microsecond=0)
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            author=(cast.alice, cast.gwen)[n % 2],
            is_staff_reply=bool(n % 2),
            source=f"Letter no. {n};",
            html=f"<p>Letter no. {n};</p>",
            text=f"Letter no. {n};",
            created_at=now + timedelta(minutes=n),
        )
        for n in range(letters)
    )
    Event.objects.bulk_create(
        Event(
            name="ticket.status_set",
            subject_type="ticket",
            subject_id=ticket.pk,
            actor=cast.gwen,
            actor_kind="person",
            data={"old": "open", "new": "pending"},
            occurred_at=now + timedelta(minutes=n),
        )
        for n in range(letters)
    )
    return ticket


@pytest.mark.parametrize("letters", [3, 300])
def test_the_page_costs_ten_queries_whatever_its_length(cast, signed_in, letters, django_assert_max_num_queries):
    ticket = long_ticket(cast, letters)
    browser = signed_in(cast.alice)
    page(browser, ticket)
    with django_assert_max_num_queries(10):
        page(browser, ticket)


def test_a_long_conversation_shows_its_latest_letters_and_earlier_ones_on_request(cast, signed_in):
    ticket = long_ticket(cast, 70)
    browser = signed_in(cast.alice)
    html = page(browser, ticket)
    assert "Letter no. 69;" in html and "Letter no. 30;" not in html and len(html) < 60_000
    first = html[html.index("?before=") :].split('"')[0]
    earlier = page(browser, ticket, first)
    assert "Letter no. 39;" in earlier and "Letter no. 69;" not in earlier and '<form class="composer"' not in earlier
    part = browser.get(f"/tickets/{ticket.pk}/{first}", headers={"hx-target": "earlier"}).content.decode()
    assert "Letter no. 39;" in part and "<html" not in part


def test_news_are_quiet_until_somebody_else_writes(cast, signed_in):
    ticket = make_ticket(cast.alice)
    last = ticket.messages.latest("pk").pk
    browser = signed_in(cast.alice)
    address = f"/tickets/{ticket.pk}/news/?since={last}"
    assert browser.get(address).status_code == 204
    reply(ticket, by=Actor.person(cast.alice), body="Mine")
    assert browser.get(address).status_code == 204
    reply(ticket, by=Actor.person(cast.gwen), body="Canary of Gwen")
    html = browser.get(address).content.decode()
    assert "Gwen Abara replied just now" in html and "Canary" not in html
    shown = browser.get(address + "&show=1").content.decode()
    assert "Canary of Gwen" in shown and "hx-swap-oob" in shown and "<html" not in shown


def test_a_note_is_no_news(cast, signed_in):
    ticket = make_ticket(cast.alice, note="canary", noted_by=cast.gwen)
    assert signed_in(cast.alice).get(f"/tickets/{ticket.pk}/news/?since=0").status_code == 204


def test_news_of_a_foreign_ticket_are_404(cast, signed_in):
    assert signed_in(cast.bea).get(f"/tickets/{make_ticket(cast.alice).pk}/news/").status_code == 404


def test_a_ticket_filed_under_my_address_is_unread_until_it_is_proven(cast, signed_in):
    ticket = open_ticket(by=Actor.anonymous(), requester=cast.alice, subject="Canary", body="x").ticket
    page(signed_in(cast.alice), ticket, status=404)


def test_times_are_the_readers(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T22:36:00Z", tick=False)
    cast.alice.time_zone = "Asia/Kolkata"
    cast.alice.save()
    ticket = make_ticket(cast.alice, at=timezone.now())
    assert "today 04:06" in page(signed_in(cast.alice), ticket)


@pytest.mark.parametrize("status", ["open", "pending", "hold", "solved", "closed"])
def test_every_state_has_a_page(cast, signed_in, status):
    ticket = make_ticket(cast.alice)
    set_status(ticket, status, by=Actor.person(cast.gwen))
    page(signed_in(cast.alice), ticket)
