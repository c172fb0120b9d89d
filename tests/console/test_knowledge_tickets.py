"""Between tickets and articles, on the console's ticket page."""

import pytest
from django.conf import settings

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.keep_template import keep_template
from knowledge.actions.publish import publish
from knowledge.actions.record_answer import record_answer
from knowledge.actions.save_snippet import save_snippet
from knowledge.actions.save_version import save_version
from knowledge.models import Article, TicketAnswer
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.models import Message
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(cast):
    ticket = make_ticket(cast.alice)
    return reply(ticket, by=Actor.person(cast.gwen), body="Dear Alice,\n\nopen 203.0.113.7.").message


def url(message):
    return f"/admin/tickets/{message.ticket_id}/messages/{message.pk}/article/"


def test_the_ticket_page_offers_public_answers_of_the_desk_alone(cast, signed_in, answered):
    add_note(answered.ticket, by=Actor.person(cast.gwen), body="secret")
    page = signed_in(cast.gwen).get(f"/admin/tickets/{answered.ticket_id}/").text
    assert page.count("Make an article of this") == 1 and url(answered) in page


def test_the_customers_data_is_pointed_out_and_must_go_first(cast, signed_in, answered):
    gwen = signed_in(cast.gwen)
    page = gwen.get(url(answered)).text
    for text in ("Alice", "203.0.113.7"):
        assert f'name="harmless" value="{text}"' in page
    data = {"title": "Logging in", "kind": "faq", "body": answered.source}
    refused = gwen.post(url(answered), data)
    assert refused.status_code == 422 and "203.0.113.7" in refused.text and not Article.objects.exists()
    page = gwen.post(url(answered), {**data, "replace": "1", "harmless": "203.0.113.7"}).text
    assert "Dear somebody," in page and "open 203.0.113.7." in page
    saved = gwen.post(url(answered), {**data, "body": "Dear somebody,\n\nopen 203.0.113.7.", "harmless": "203.0.113.7"})
    article = Article.objects.get()
    assert saved["Location"] == f"/admin/knowledge/articles/{article.pk}/"
    assert (article.kind, article.owner, article.status) == ("faq", cast.gwen, "draft")
    assert "Made of its answer" in gwen.get(f"/admin/tickets/{answered.ticket_id}/articles/").text


def test_it_is_404_for_who_does_not_work_the_ticket_and_for_what_is_no_answer(cast, signed_in, answered):
    assert signed_in(cast.hugo).get(url(answered)).status_code == 404
    assert signed_in(cast.alice).get(url(answered)).status_code == 404
    first = Message.objects.filter(ticket=answered.ticket).earliest("pk")
    assert signed_in(cast.gwen).get(url(first)).status_code == 404


def test_articles_to_answer_with_are_found_and_drafts_are_not(cast, signed_in):
    system = Actor.system()
    publish(create_article(by=system, kind="article", title="Refunds [old]", audience="staff"), by=system)
    create_article(by=system, kind="article", title="Refunds draft")
    page = signed_in(cast.gwen).get("/admin/knowledge/insertion/?article-search=refunds").text
    assert f'data-insert="[Refunds (old)]({settings.BASE_URL}/docs/refunds-old/)"' in page
    assert "Staff only" in page and "Refunds draft" not in page
    assert (
        "No article has these words" in signed_in(cast.gwen).get("/admin/knowledge/insertion/?article-search=zz").text
    )


def test_the_ticket_shows_what_it_was_answered_with_until_that_is_taken_back(cast, signed_in, answered):
    system, gwen = Actor.system(), Actor.person(cast.gwen)
    article = publish(create_article(by=system, kind="article", title="Refunds"), by=system)
    answer = record_answer(answered.ticket, article, by=gwen)
    path = f"/admin/tickets/{answered.ticket_id}/articles/"
    page = signed_in(cast.gwen).get(path, headers={"HX-Request": "true"}).text
    assert "Refunds" in page
    removal = f"/admin/tickets/{answered.ticket_id}/answers/{answer.pk}/removal/"
    assert signed_in(cast.hugo).post(removal).status_code == 404
    signed_in(cast.gwen).post(removal)
    assert not TicketAnswer.objects.exists()


def test_hostile_words_are_shown_and_do_nothing(cast, signed_in, answered):
    hostile = '"><img src=x onerror=alert(1)>[x](javascript:alert(1))'
    system, gwen = Actor.system(), signed_in(cast.gwen)
    article = create_article(by=system, kind="article", title=f"Refunds {hostile}", body=hostile)
    save_version(article, by=system, expected_number=1, title=f"Other {hostile}", body=f"New {hostile}", note=hostile)
    publish(article, by=system)
    save_snippet("hostile", by=system, body=hostile)
    keep_template(None, by=system, name=hostile, body=hostile)
    keep_section(None, by=system, kind="article", title=hostile, icon="<b>")
    here = "/admin/knowledge/"
    pages = [
        gwen.get(f"{here}insertion/?article-search=other"),
        gwen.get(f"{here}articles/{article.pk}/comparison/?old=1&new=2"),
        gwen.get(f"{here}articles/{article.pk}/comparison/?old=1&new=2&beside=1"),
        gwen.get(f"{here}articles/{article.pk}/versions/"),
        gwen.post(f"{here}articles/{article.pk}/", {"title": hostile, "body": hostile, "number": 1}),
        gwen.post(f"{here}preview/", {"text": hostile}),
        gwen.get(f"{here}new/"),
        gwen.get(f"{here}sections/"),
        gwen.get(f"{here}texts/"),
        gwen.post(url(answered), {"title": hostile, "body": f"{hostile} 203.0.113.7", "kind": "faq"}),
        signed_in(cast.lena).get(f"{here}snippets/hostile/"),
    ]
    for number, page in enumerate(pages):
        assert page.status_code < 500 and "<img src=x" not in page.text, number
        assert 'href="javascript' not in page.text and "<b></" not in page.text, number
