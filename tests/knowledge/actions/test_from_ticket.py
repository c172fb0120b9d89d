"""From a ticket: an answer becomes a draft without the customer's data, and a ticket knows what it was answered with."""

import pytest
from django.conf import settings

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.draft_from_reply import draft_from_reply, told_apart
from knowledge.actions.publish import publish
from knowledge.actions.record_answer import record_answer
from knowledge.customer_data import Names, findings, replaced
from knowledge.errors import Invalid, NotAllowed
from knowledge.models import TicketAnswer
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.models import Message
from tests.factories.support import make_ticket

NAMES = Names(frozenset({"Alice Moreau", "Alice", "Moreau"}), frozenset({"Acme", "acme.example"}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello Alice Moreau, and ALICE", ["Alice Moreau", "ALICE"]),
        ("Malice is no name, nor acmeology", []),
        ("Acme's server at shop.acme.example", ["Acme", "acme.example"]),
        ("Write to a.moreau+x@acme.example.", ["a.moreau+x@acme.example"]),
        ("It is 203.0.113.7/24 and 2001:db8:0:1::7, at 10:20:30", ["203.0.113.7/24", "2001:db8:0:1::7"]),
        ("Version 1.2.3.4000 and 999.1.1.1", []),
        (
            "key sk_live_51H8xKq2eZvKYlo2C and AKIAIOSFODNN7EXAMPLE",
            ["sk_live_51H8xKq2eZvKYlo2C", "AKIAIOSFODNN7EXAMPLE"],
        ),
        ("id 3f2b8c1e-9a4d-4e5f-8b6a-1c2d3e4f5a6b", ["3f2b8c1e-9a4d-4e5f-8b6a-1c2d3e4f5a6b"]),
        ("call +49 (30) 1234-5678 about order 4471203", ["+49 (30) 1234-5678", "4471203"]),
        ("Wait 30 seconds, up to 1000 times, since 2026", []),
    ],
)
def test_what_may_be_the_customers_own_is_pointed_out(text, found):
    assert [each.text for each in findings(text, NAMES)] == found


def test_what_was_pointed_out_is_replaced_but_for_what_is_harmless():
    text = "Alice, set 203.0.113.7 and 203.0.113.8"
    told = findings(text, NAMES)
    assert replaced(text, told, frozenset({"203.0.113.8"})) == "somebody, set 192.0.2.1 and 203.0.113.8"


@pytest.fixture
def answered(cast):
    ticket = make_ticket(cast.alice)
    gwen = Actor.person(cast.gwen)
    return reply(ticket, by=gwen, body="Hello Alice,\n\nopen 203.0.113.7 and log in.").message


@pytest.mark.django_db
def test_a_reply_becomes_a_draft_when_nothing_of_the_customer_is_left(cast, answered):
    gwen = Actor.person(cast.gwen)
    with pytest.raises(Invalid) as refused:
        draft_from_reply(answered, by=gwen, title="Logging in", body=answered.source)
    assert refused.value.field == "body" and "203.0.113.7" in str(refused.value) and "Alice" in str(refused.value)
    with pytest.raises(Invalid) as refused:
        draft_from_reply(answered, by=gwen, title="Logging in at Acme", body="Log in.")
    assert refused.value.field == "title"
    body = replaced(answered.source, told_apart(answered, answered.source))
    article = draft_from_reply(answered, by=gwen, title="Logging in", body=body, accepted=frozenset({"192.0.2.1"}))
    assert (article.status, article.owner) == ("draft", cast.gwen)
    assert "Alice" not in article.html
    assert TicketAnswer.objects.get().is_source


@pytest.mark.django_db
def test_notes_customers_words_and_foreign_tickets_become_no_article(cast, answered):
    gwen, hugo = Actor.person(cast.gwen), Actor.person(cast.hugo)
    with pytest.raises(NotAllowed):
        draft_from_reply(answered, by=hugo, title="x", body="y")
    with pytest.raises(NotAllowed):
        draft_from_reply(answered, by=Actor.person(cast.alice), title="x", body="y")
    first = Message.objects.filter(ticket=answered.ticket).earliest("pk")
    add_note(answered.ticket, by=gwen, body="secret")
    note = Message.objects.filter(is_public=False).get()
    for message in (first, note):
        with pytest.raises(Invalid):
            draft_from_reply(message, by=gwen, title="x", body="y")


@pytest.mark.django_db
def test_a_reply_with_a_link_records_what_it_was_answered_with(cast, run_reactions):
    lead, gwen = Actor.person(cast.lena), Actor.person(cast.gwen)
    article = publish(create_article(by=lead, kind="faq", title="Refunds"), by=lead)
    create_article(by=lead, kind="article", title="Other")
    ticket = make_ticket(cast.alice)
    text = f"See [Refunds]({settings.BASE_URL}/faq/q/refunds/) or https://elsewhere.example/docs/other/"
    reply(ticket, by=gwen, body=text)
    reply(ticket, by=gwen, body=text)
    reply(ticket, by=Actor.person(cast.alice), body=f"{settings.BASE_URL}/docs/other/ did not help")
    run_reactions()
    answer = TicketAnswer.objects.get()
    assert (answer.ticket, answer.article, answer.by, answer.is_source) == (ticket, article, cast.gwen, False)
    with pytest.raises(NotAllowed):
        record_answer(ticket, article, by=Actor.person(cast.hugo))
