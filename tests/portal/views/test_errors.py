import pytest
from django.test import Client

from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    return browser


def test_a_new_ticket_in_a_form_grown_old_is_given_back(strict):
    response = strict.post(
        "/tickets/new/", {"subject": "SSO loops", "body": "<b>Since</b> yesterday", "priority": "30"}
    )
    html = response.content.decode()
    assert response.status_code == 403
    assert 'value="SSO loops"' in html and "&lt;b&gt;Since&lt;/b&gt; yesterday</textarea>" in html
    assert 'name="priority" value="30"' in html and 'action="/tickets/new/"' in html
    assert "csrfmiddlewaretoken" in html


def test_what_was_given_back_can_be_sent(strict, cast):
    strict.post("/tickets/new/", {"subject": "SSO loops", "body": "Since yesterday", "priority": "30"})
    token = strict.cookies["csrf"].value
    response = strict.post(
        "/tickets/new/",
        {"subject": "SSO loops", "body": "Since yesterday", "priority": "30", "csrfmiddlewaretoken": token},
    )
    assert response.status_code == 302
    assert cast.alice.tickets.get().subject == "SSO loops"


def test_a_reply_in_a_form_grown_old_is_given_back(strict, cast):
    ticket = make_ticket(cast.alice)
    response = strict.post(f"/tickets/{ticket.pk}/replies/", {"body": "It works now"})
    assert response.status_code == 403
    assert "It works now</textarea>" in response.content.decode()


def test_nothing_of_other_forms_is_given_back(strict):
    html = strict.post("/accounts/login/", {"login": "alice@acme.example", "password": "canary-word"}).content.decode()
    assert "canary-word" not in html
