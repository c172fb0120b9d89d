import uuid

import pytest

from accounts.actors import Actor
from support.actions.close import close
from support.actions.follow import follow
from support.actions.keep_draft import keep_draft
from support.actions.solve import solve
from support.models import Draft, Message, Ticket
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db

ACTS = ["replies/", "solution/", "reopening/", "colleagues/", "draft/", "draft/removal/"]


@pytest.fixture
def ticket(cast):
    return make_ticket(cast.alice, answered_by=cast.gwen)


def post(browser, ticket, act, status=302, **fields):
    response = browser.post(f"/tickets/{ticket.pk}/{act}", fields)
    assert response.status_code == status, response.content.decode()[:2000]
    return response


def test_a_reply_is_sent_and_shown(cast, signed_in, ticket):
    browser = signed_in(cast.alice)
    keep_draft(cast.alice, Draft.Kind.REPLY, ticket=ticket, body="It")
    response = post(browser, ticket, "replies/", body="It **works**")
    message = Message.objects.latest("pk")
    assert response.url == f"/tickets/{ticket.pk}/#message-{message.pk}"
    assert (message.source, message.author, message.is_public) == ("It **works**", cast.alice, True)
    assert not Draft.objects.exists()


def test_a_double_click_sends_one_reply(cast, signed_in, ticket):
    browser, mark, count = signed_in(cast.alice), str(uuid.uuid4()), Message.objects.count()
    for _click in range(2):
        post(browser, ticket, "replies/", body="Once", submission=mark)
    assert Message.objects.count() == count + 1


@pytest.mark.parametrize(
    ("body", "words"), [(" ", "Write a few words first."), ("x" * 100_001, "Send the rest as a file.")]
)
def test_what_cannot_be_sent_comes_back_with_the_reason(cast, signed_in, ticket, body, words):
    html = post(signed_in(cast.alice), ticket, "replies/", 422, body=body).content.decode()
    assert words in html and body in html


def test_without_javascript_a_button_shows_the_preview(cast, signed_in, ticket):
    count = Message.objects.count()
    html = post(signed_in(cast.alice), ticket, "replies/", 200, body="It *works*", preview="1").content.decode()
    assert "<em>works</em>" in html and "It *works*</textarea>" in html
    assert Message.objects.count() == count


def test_an_answer_to_a_closed_ticket_leads_to_the_new_one(cast, signed_in, ticket):
    close(ticket, by=Actor.person(cast.gwen))
    response = post(signed_in(cast.alice), ticket, "replies/", body="It is back")
    follow_up = Ticket.objects.latest("pk")
    assert follow_up.follow_up_of == ticket
    assert response.url == f"/tickets/{follow_up.pk}/"


def test_whoever_was_signed_out_while_writing_gets_the_words_back(client, ticket):
    html = post(client, ticket, "replies/", 403, body="My long answer").content.decode()
    assert "My long answer</textarea>" in html and f"next=/tickets/{ticket.pk}/" in html


def test_a_customer_solves_and_opens_again(cast, signed_in, ticket):
    browser = signed_in(cast.alice)
    post(browser, ticket, "solution/")
    ticket.refresh_from_db()
    assert ticket.status == "solved"
    assert "You marked this as solved." in browser.get(f"/tickets/{ticket.pk}/").content.decode()
    post(browser, ticket, "reopening/")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_closed_ticket_refuses_with_a_notice(cast, signed_in, ticket):
    close(ticket, by=Actor.person(cast.gwen))
    browser = signed_in(cast.alice)
    post(browser, ticket, "reopening/")
    assert "This ticket is closed. Answer it" in browser.get(f"/tickets/{ticket.pk}/").content.decode()


def test_a_colleague_is_added_and_leaves(cast, signed_in, ticket):
    browser = signed_in(cast.alice)
    post(browser, ticket, "colleagues/", email="Amir@acme.example")
    assert "Amir Haddad" in browser.get(f"/tickets/{ticket.pk}/").content.decode()
    amir = signed_in(cast.amir)
    assert amir.get(f"/tickets/{ticket.pk}/").status_code == 200
    response = post(amir, ticket, f"colleagues/{cast.amir.pk}/removal/")
    assert response.url == "/tickets/"
    assert amir.get(f"/tickets/{ticket.pk}/").status_code == 404


def test_the_requester_takes_a_colleague_off_again(cast, signed_in, ticket):
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    post(signed_in(cast.alice), ticket, f"colleagues/{cast.amir.pk}/removal/")
    assert not ticket.followers.exists()


@pytest.mark.parametrize("email", ["bea@globex.example", "gwen@desk.example", "nobody@acme.example"])
def test_only_members_of_the_organisation_are_added_and_nobody_else_is_known(cast, signed_in, ticket, email):
    html = post(signed_in(cast.alice), ticket, "colleagues/", 422, email=email).content.decode()
    assert "Nobody with this address belongs to your organisation here." in html
    assert f'value="{email}"' in html
    assert not ticket.followers.exists()


@pytest.mark.parametrize("email", ["", "amir", "a\x00@acme.example"])
def test_what_is_no_address_is_said_at_its_field(cast, signed_in, ticket, email):
    post(signed_in(cast.alice), ticket, "colleagues/", 422, email=email)


def test_who_only_follows_adds_nobody(cast, signed_in, ticket):
    follow(ticket, cast.amir, by=Actor.person(cast.alice))
    post(signed_in(cast.amir), ticket, "colleagues/", 403, email="anna@acme.example")
    post(signed_in(cast.amir), ticket, f"colleagues/{cast.anna.pk}/removal/")


@pytest.mark.parametrize("act", ACTS)
def test_sec_09_acts_on_a_foreign_ticket_are_404_and_change_nothing(cast, signed_in, ticket, act):
    version = Ticket.objects.get(pk=ticket.pk).version
    for person in (cast.bea, cast.amir, cast.hugo):
        post(signed_in(person), ticket, act, 404, body="canary", email="amir@acme.example")
    assert Ticket.objects.get(pk=ticket.pk).version == version
    assert not Draft.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_sec_24_acts_are_posted(cast, signed_in, ticket, act):
    assert signed_in(cast.alice).get(f"/tickets/{ticket.pk}/{act}").status_code == 405


def test_a_solved_ticket_opens_with_an_answer(cast, signed_in, ticket):
    solve(ticket, by=Actor.person(cast.gwen))
    post(signed_in(cast.alice), ticket, "replies/", body="Not yet")
    ticket.refresh_from_db()
    assert ticket.status == "open"
