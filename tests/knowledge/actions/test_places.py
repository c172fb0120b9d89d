"""Where things stand: addresses, sections, redirects, translations, snippets."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Tier
from knowledge.actions.archive_section import archive_section
from knowledge.actions.create_article import create_article
from knowledge.actions.delete_snippet import delete_snippet
from knowledge.actions.keep_section import keep_section
from knowledge.actions.move import move
from knowledge.actions.publish import publish
from knowledge.actions.save_snippet import save_snippet
from knowledge.actions.save_version import save_version
from knowledge.actions.set_audience import set_audience
from knowledge.actions.set_details import set_details
from knowledge.addresses import article_address, section_address
from knowledge.errors import Invalid, InvalidTransition, NotAllowed
from knowledge.models import Article, Redirect, Section, SnippetUse
from knowledge.permissions import published_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast):
    return Actor.person(cast.lena)


@pytest.fixture
def agent(cast):
    return Actor.person(cast.gwen)


def section(lead, title, **more):
    return keep_section(None, by=lead, kind="article", title=title, **more)


def published(lead, title, **more):
    return publish(create_article(by=lead, kind="article", title=title, body="Words.", **more), by=lead)


def redirects():
    return {row.old_path: (row.article or row.section).path for row in Redirect.objects.all()}


def test_addresses_are_what_the_pages_have(lead):
    billing = section(lead, "Billing")
    article = published(lead, "Refunds", section=billing)
    assert article_address("article", article.path) == article.get_absolute_url() == "/docs/billing/refunds/"
    assert section_address("article", billing.path) == billing.get_absolute_url()
    for kind in ("faq", "video"):
        group = keep_section(None, by=lead, kind=kind, title="Group")
        entry = create_article(by=lead, kind=kind, title="Entry", section=group)
        assert article_address(kind, entry.path) == entry.get_absolute_url()
        assert section_address(kind, group.path) == group.get_absolute_url()


def test_an_address_made_of_a_title_is_free_and_a_chosen_one_must_be(lead):
    billing = section(lead, "Billing")
    made = [published(lead, "How to pay?", section=billing).slug for _n in range(3)]
    assert made == ["how-to-pay", "how-to-pay-2", "how-to-pay-3"]
    assert published(lead, "Billing").slug == "billing-2"
    assert published(lead, "支払い方法").slug == "article"
    with pytest.raises(Invalid, match="already") as refused:
        published(lead, "Other", section=billing, slug="how-to-pay")
    assert refused.value.field == "slug"


def test_old_addresses_lead_straight_to_where_it_stands_now(lead):
    billing, money = section(lead, "Billing"), section(lead, "Money")
    article = published(lead, "Refunds", section=billing)
    article = move(article, section=money, slug="refunds", by=lead)
    article = move(article, section=money, slug="money-back", by=lead)
    assert redirects() == {
        "/docs/billing/refunds/": "money/money-back",
        "/docs/money/refunds/": "money/money-back",
    }
    move(article, section=billing, slug="refunds", by=lead)
    assert redirects() == {
        "/docs/money/refunds/": "billing/refunds",
        "/docs/money/money-back/": "billing/refunds",
    }


def test_a_new_article_takes_an_old_address_over_when_it_is_published(lead):
    article = published(lead, "Refunds")
    move(article, section=None, slug="money-back", by=lead)
    new = create_article(by=lead, kind="article", title="Refunds")
    assert new.path == "refunds" and redirects() == {"/docs/refunds/": "money-back"}
    publish(new, by=lead)
    assert redirects() == {}


def test_a_draft_moves_without_a_trace_and_an_agent_moves_drafts_alone(lead, agent):
    draft = create_article(by=agent, kind="article", title="Refunds")
    draft = move(draft, section=None, slug="money-back", by=agent)
    assert redirects() == {} and draft.path == "money-back"
    publish(draft, by=lead)
    with pytest.raises(NotAllowed):
        move(draft, section=None, slug="refunds", by=agent)


def test_a_section_takes_along_what_stands_below(lead):
    docs = section(lead, "Docs")
    billing = section(lead, "Billing", parent=docs)
    inner = section(lead, "Cards", parent=billing)
    article = published(lead, "Expired", section=inner)
    create_article(by=lead, kind="article", title="Draft", section=inner)
    keep_section(billing, by=lead, kind="article", title="Money", slug="money", parent=None, icon="💶", order=3)
    assert sorted(Article.objects.values_list("path", flat=True)) == ["money/cards/draft", "money/cards/expired"]
    assert sorted(Section.objects.values_list("path", flat=True)) == ["docs", "money", "money/cards"]
    assert redirects() == {
        "/docs/docs/billing/": "money",
        "/docs/docs/billing/cards/": "money/cards",
        "/docs/docs/billing/cards/expired/": "money/cards/expired",
    }
    keep_section(Section.objects.get(path="money"), by=lead, kind="article", title="Money", slug="billing", parent=docs)
    assert redirects() == {
        "/docs/money/": "docs/billing",
        "/docs/money/cards/": "docs/billing/cards",
        "/docs/money/cards/expired/": "docs/billing/cards/expired",
    }
    assert Article.objects.get(pk=article.pk).path == "docs/billing/cards/expired"


def test_a_section_cannot_stand_inside_of_itself(lead):
    outer = section(lead, "Outer")
    inner = section(lead, "Inner", parent=outer)
    with pytest.raises(Invalid, match="inside of itself"):
        keep_section(outer, by=lead, kind="article", title="Outer", parent=inner)


def test_keeping_a_section_as_it_is_writes_nothing(lead):
    billing = section(lead, "Billing")
    with CaptureQueriesContext(connection) as asked:
        keep_section(billing, by=lead, kind="article", title="Billing")
    assert not [query for query in asked if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]


def test_agents_keep_no_sections(agent):
    with pytest.raises(NotAllowed):
        section(agent, "Mine")


def test_an_archived_section_hides_its_articles_until_it_comes_back(lead):
    billing = section(lead, "Billing")
    inner = section(lead, "Cards", parent=billing)
    published(lead, "Refunds", section=inner)
    archive_section(billing, by=lead)
    assert not published_for(lead).exists()
    inner.refresh_from_db()
    keep_section(inner, by=lead, kind="article", title="Cards", parent=billing)
    assert published_for(lead).exists()


def test_an_audience_is_set_by_publishers_once_readers_see_it(lead, agent):
    draft = create_article(by=agent, kind="article", title="Inside", audience="staff")
    tier = Tier.objects.get(key="enterprise")
    draft = set_audience(draft, audience="tiers", tiers=[tier], by=agent)
    assert list(draft.tiers.all()) == [tier]
    publish(draft, by=lead)
    with pytest.raises(NotAllowed):
        set_audience(draft, audience="everyone", by=agent)
    assert not set_audience(draft, audience="everyone", by=lead).tiers.exists()


def test_a_translation_knows_which_version_it_was_made_from(lead):
    original = published(lead, "Refunds")
    german = create_article(by=lead, kind="article", title="Rückerstattung", language="de", translation_of=original)
    assert (german.translated_number, german.slug) == (1, "ruckerstattung")
    save_version(original, by=lead, expected_number=1, title="Refunds", body="Newer.")
    assert set_details(german, by=lead, translated_number=2).translated_number == 2
    with pytest.raises(Invalid, match="no such version"):
        set_details(german, by=lead, translated_number=3)
    with pytest.raises(Invalid, match="already"):
        create_article(by=lead, kind="article", title="Noch eine", language="de", translation_of=original)


def test_details_are_set_and_a_new_day_of_review_is_a_new_reminder(cast, lead, agent):
    draft = create_article(by=agent, kind="article", title="Refunds", tags=["Money", "money ", "VAT"])
    assert draft.tags == ["money", "vat"]
    draft = set_details(draft, by=agent, owner=cast.gwen, order=4, is_listed=False)
    assert (draft.owner, draft.order, draft.is_listed) == (cast.gwen, 4, False)
    with pytest.raises(Invalid):
        set_details(draft, by=agent, owner=cast.alice)
    with pytest.raises(TypeError):
        set_details(draft, by=agent, html="<script>")


def test_a_changed_snippet_reaches_its_articles(lead, run_reactions):
    save_snippet("phone", by=lead, body="Call **1234**.")
    article = published(lead, "Contact")
    save_version(article, by=lead, expected_number=1, title="Contact", body="Hello.\n\n[snippet:phone]\n")
    article = publish(article, by=lead)
    assert "1234" in article.html and SnippetUse.objects.get().article == article
    save_snippet("phone", by=lead, body="Call **9999**.")
    run_reactions()
    article.refresh_from_db()
    assert "9999" in article.html and "1234" not in article.text
    snippet = SnippetUse.objects.get().snippet
    with pytest.raises(InvalidTransition):
        delete_snippet(snippet, by=lead)
    save_version(article, by=lead, expected_number=2, title="Contact", body="Hello.")
    publish(article, by=lead)
    delete_snippet(snippet, by=lead)


def test_links_to_what_moved_are_set_right_when_rendered(lead):
    article = published(lead, "Refunds")
    move(article, section=None, slug="money-back", by=lead)
    other = create_article(by=lead, kind="article", title="See", body="[there](/docs/refunds/#how)")
    assert 'href="/docs/money-back/#how"' in other.html
