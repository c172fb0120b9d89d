from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from support.actions.set_status import set_status
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def page(browser):
    response = browser.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_stranger_sees_what_is_promised_and_the_doors_that_exist(client):
    html = page(client)
    assert "Enterprise" in html and "4 h" in html and "48 h" in html
    assert "/tickets/new/" in html and "/accounts/login/" in html
    assert "We&#x27;ll reply within 48 h." in html


def test_a_new_customer_reads_what_will_stand_here(cast, signed_in):
    html = page(signed_in(cast.alice))
    assert "Nothing is open" in html
    assert "What can we do for you, Alice?" in html


def test_open_tickets_say_when_the_answer_is_due_in_the_readers_zone(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T10:36:00Z", tick=False)
    cast.alice.time_zone = "Europe/Madrid"
    cast.alice.save()
    make_ticket(cast.alice, subject="SSO login loops", at=timezone.now() - timedelta(hours=3, minutes=18))
    html = page(signed_in(cast.alice))
    assert "SSO login loops" in html
    assert "we reply by 12:18 (in <span data-due-text>42 min</span>)" in html


def test_what_waits_for_the_customer_comes_first(cast, signed_in):
    waiting = make_ticket(cast.alice, subject="Waits for Alice", answered_by=cast.gwen)
    set_status(waiting, "pending", by=Actor.person(cast.gwen))
    make_ticket(cast.alice, subject="Waits for us")
    html = page(signed_in(cast.alice))
    assert "waiting for you" in html
    assert html.index("Waits for Alice") < html.index("Waits for us")


def test_solved_tickets_and_those_of_others_are_not_here(cast, signed_in):
    make_ticket(cast.bea, subject="Of another company")
    set_status(make_ticket(cast.alice, subject="Long done"), "solved", by=Actor.person(cast.gwen))
    html = page(signed_in(cast.alice))
    assert "Of another company" not in html and "Long done" not in html


def test_a_plan_without_the_web_gets_no_dead_door(cast, signed_in):
    cast.acme.tier.channels = ["email"]
    cast.acme.tier.save()
    html = page(signed_in(cast.alice))
    assert "not part of your plan" in html
    assert 'name="subject"' not in html


@pytest.mark.parametrize("count", [1, 6])
def test_home_costs_the_same_with_one_ticket_and_with_many(cast, signed_in, count, django_assert_max_num_queries):
    for _ticket in range(count):
        make_ticket(cast.alice)
    browser = signed_in(cast.alice)
    page(browser)
    with django_assert_max_num_queries(6):
        page(browser)
