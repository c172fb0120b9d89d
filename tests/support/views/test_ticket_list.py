import pytest

from accounts.actors import Actor
from support.actions.follow import follow
from support.actions.open_ticket import open_ticket
from support.actions.set_status import set_status
from support.customer_list import PAGE
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def page(browser, query="", status=200, **headers):
    response = browser.get(f"/tickets/{query}", headers=headers)
    assert response.status_code == status
    return response.content.decode()


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get("/tickets/").url == "/accounts/login/?next=/tickets/"


def test_an_empty_list_says_what_will_be_here(cast, signed_in):
    assert "No tickets yet" in page(signed_in(cast.alice))


def test_a_customer_sees_their_own_and_what_they_follow(cast, signed_in):
    make_ticket(cast.alice, subject="Of Alice")
    make_ticket(cast.amir, subject="Of Amir")
    followed = make_ticket(cast.amir, subject="Followed")
    follow(followed, cast.alice, by=Actor.person(cast.amir))
    make_ticket(cast.bea, subject="Of Bea")
    html = page(signed_in(cast.alice))
    assert "Of Alice" in html and "Followed" in html
    assert "Of Amir" not in html and "Of Bea" not in html


def test_an_admin_has_a_list_of_the_whole_organisation(cast, signed_in):
    make_ticket(cast.alice, subject="Of Alice")
    make_ticket(cast.bea, subject="Of Bea")
    browser = signed_in(cast.anna)
    assert "Of Alice" not in page(browser)
    html = page(browser, "?of=organisation")
    assert "Of Alice" in html and "Alice Moreau" in html and "Of Bea" not in html


def test_a_member_who_may_not_see_colleagues_has_no_such_list(cast, signed_in):
    make_ticket(cast.alice, subject="Of Alice")
    html = page(signed_in(cast.amir), "?of=organisation")
    assert "Of Alice" not in html and "organisation&#x27;s" not in html


def test_what_a_stranger_filed_under_my_address_is_not_here_until_it_is_proven(cast, signed_in):
    open_ticket(by=Actor.anonymous(), requester=cast.alice, subject="Canary of a stranger", body="x")
    assert "Canary" not in page(signed_in(cast.alice))


def test_states_are_in_plain_words_and_can_be_chosen(cast, signed_in):
    make_ticket(cast.alice, subject="One")
    waiting = make_ticket(cast.alice, subject="Two", answered_by=cast.gwen)
    set_status(waiting, "pending", by=Actor.person(cast.gwen))
    set_status(make_ticket(cast.alice, subject="Three"), "solved", by=Actor.person(cast.gwen))
    browser = signed_in(cast.alice)
    html = page(browser)
    assert "we reply by" in html and "waiting for you" in html and "Solved" in html
    assert [name in page(browser, "?state=open") for name in ("One", "Two", "Three")] == [True, True, False]
    assert [name in page(browser, "?state=waiting") for name in ("One", "Two", "Three")] == [False, True, False]
    assert [name in page(browser, "?state=done") for name in ("One", "Two", "Three")] == [False, False, True]


def test_words_of_the_subject_and_numbers_find(cast, signed_in):
    found = make_ticket(cast.alice, subject="The SSO login loops")
    make_ticket(cast.alice, subject="Invoice")
    foreign = make_ticket(cast.bea, subject="SSO login of Bea")
    browser = signed_in(cast.alice)
    html = page(browser, "?q=login+sso")
    assert "The SSO login loops" in html and "Invoice" not in html and "of Bea" not in html
    assert "The SSO login loops" in page(browser, f"?q=%23{found.pk}")
    assert "No ticket matches" in page(browser, f"?q={foreign.pk}00")
    assert "of Bea" not in page(browser, f"?q={foreign.pk}")


@pytest.mark.parametrize(
    "query",
    ["?before=abc", "?before=99999999999999999999999", "?after=-1", "?state=nonsense", "?q=%00", "?q=%25_", "?of=x"],
)
def test_nonsense_is_not_asked(cast, signed_in, query):
    make_ticket(cast.alice)
    page(signed_in(cast.alice), query)


def test_pages_follow_one_another_both_ways(cast, signed_in):
    tickets = [make_ticket(cast.alice, subject=f"Question no. {n};") for n in range(2 * PAGE + 5)]
    browser = signed_in(cast.alice)
    numbers = [ticket.pk for ticket in tickets][::-1]
    first = page(browser)
    assert f"?before={numbers[PAGE - 1]}" in first and "after=" not in first
    second = page(browser, f"?before={numbers[PAGE - 1]}")
    assert f"#{numbers[PAGE]}<" in second and f"#{numbers[2 * PAGE - 1]}<" in second
    last = page(browser, f"?before={numbers[2 * PAGE - 1]}")
    assert "before=" not in last
    back = page(browser, f"?after={numbers[2 * PAGE]}")
    assert f"#{numbers[PAGE]}<" in back and f"#{numbers[2 * PAGE - 1]}<" in back


@pytest.mark.parametrize("count", [1, PAGE])
def test_the_list_costs_six_queries_whatever_its_length(cast, signed_in, count, django_assert_max_num_queries):
    for n in range(count):
        ticket = make_ticket(cast.anna, subject=f"Question {n}")
    follow(ticket, cast.alice, by=Actor.person(cast.anna))
    browser = signed_in(cast.anna)
    page(browser)
    with django_assert_max_num_queries(6):
        page(browser)
    with django_assert_max_num_queries(6):
        page(browser, "?of=organisation&q=question&state=open")


def test_htmx_gets_the_list_alone_and_history_gets_the_page(cast, signed_in):
    browser = signed_in(cast.alice)
    part = browser.get("/tickets/", headers={"hx-request": "true", "hx-target": "tickets"})
    assert "<html" not in part.content.decode()
    assert "HX-Target" in part["Vary"]
    whole = page(browser, **{"hx-target": "tickets", "hx-history-restore-request": "true"})
    assert "<html" in whole


def test_subjects_are_text(cast, signed_in):
    make_ticket(cast.alice, subject="<script>alert(1)</script>")
    assert "<script>alert" not in page(signed_in(cast.alice))
