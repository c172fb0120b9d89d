"""The life of an article: draft, review, published at once or at its hour, changed, archived."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from knowledge import permissions
from knowledge.actions.archive import archive
from knowledge.actions.ask_for_review import ask_for_review
from knowledge.actions.create_article import create_article
from knowledge.actions.delete_draft import delete_draft
from knowledge.actions.publish import publish
from knowledge.actions.restore_version import restore_version
from knowledge.actions.return_from_review import return_from_review
from knowledge.actions.save_version import save_version
from knowledge.actions.schedule import schedule
from knowledge.errors import Invalid, InvalidTransition, NotAllowed, Stale
from knowledge.models import Article, ArticleVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(cast):
    return Actor.person(cast.gwen)


@pytest.fixture
def lead(cast):
    return Actor.person(cast.lena)


@pytest.fixture
def draft(agent):
    return create_article(by=agent, kind="article", title="Refunds", body="# Ask\n\nFirst words.")


def recorded(article):
    return [
        event.name.removeprefix("article.")
        for event in Event.objects.filter(subject_type="article", subject_id=article.pk).order_by("pk")
    ]


def test_a_new_article_is_a_draft_with_its_first_version_rendered(draft, agent):
    found = Article.objects.get()
    assert (found.status, found.newest_number, found.shown_number) == ("draft", 1, None)
    assert (found.slug, found.path, found.language) == ("refunds", "refunds", "en")
    assert "First words" in found.html and "First words" in found.text and found.renderer
    assert ArticleVersion.objects.get().author == agent.user
    assert not permissions.published_for(Actor.anonymous()).exists()
    assert recorded(found) == ["created"]


def test_a_customer_writes_nothing(cast):
    for actor in (Actor.person(cast.alice), Actor.anonymous(), Actor.guest(cast.alice, frozenset())):
        with pytest.raises(NotAllowed):
            create_article(by=actor, kind="article", title="Mine")
    assert not Article.objects.exists()


def test_a_draft_shows_its_newest_version(draft, agent):
    article = save_version(draft, by=agent, expected_number=1, title="Refunds!", body="Second words.", note="clearer")
    assert (article.title, article.newest_number) == ("Refunds!", 2)
    assert "Second words" in article.html
    assert ArticleVersion.objects.get(number=2).note == "clearer"


def test_saving_the_same_words_writes_nothing(draft, agent):
    save_version(draft, by=agent, expected_number=1, title="Refunds", body=draft.body + "\r\n")
    assert ArticleVersion.objects.count() == 1 and recorded(draft) == ["created"]


def test_the_second_of_two_editors_is_told_and_gets_the_newest(draft, agent, lead):
    save_version(draft, by=agent, expected_number=1, title="Refunds", body="Hers.")
    with pytest.raises(Stale) as stale:
        save_version(draft, by=lead, expected_number=1, title="Refunds", body="His.")
    assert (stale.value.newest.number, stale.value.newest.body) == (2, "Hers.")
    assert Article.objects.get().body == "Hers."


def test_readers_keep_what_was_published_until_the_change_is_published(draft, agent, lead):
    publish(draft, by=lead)
    article = save_version(draft, by=agent, expected_number=1, title="Refunds 2", body="Not yet.")
    assert (article.title, article.shown_number, article.newest_number) == ("Refunds", 1, 2)
    assert article.has_unpublished_change and article.change_status == "draft" and "Not yet" not in article.html
    article = ask_for_review(article, by=agent)
    assert (article.status, article.change_status) == ("published", "in_review")
    article = publish(article, by=lead)
    assert (article.title, article.shown_number, article.change_status) == ("Refunds 2", 2, "")
    assert "Not yet" in article.html
    assert recorded(article) == ["created", "published", "saved", "review_asked", "published"]


def test_an_agent_asks_for_review_and_cannot_publish(draft, agent, lead):
    article = ask_for_review(draft, by=agent)
    assert article.status == "in_review"
    for act in (publish, archive):
        with pytest.raises(NotAllowed, match="Ask for a review"):
            act(article, by=agent)
    with pytest.raises(NotAllowed):
        schedule(article, publish_at=timezone.now() + timedelta(hours=1), by=agent)
    article = return_from_review(article, by=lead, note="Say how long it takes.")
    assert (article.status, article.review_note) == ("draft", "Say how long it takes.")
    assert ask_for_review(article, by=agent).review_note == ""


def test_nobody_publishes_what_they_have_not_read(draft, agent, lead):
    save_version(draft, by=agent, expected_number=1, title="Refunds", body="Sneaked in.")
    with pytest.raises(Stale):
        publish(draft, by=lead, expected_number=1)


def test_publishing_twice_is_nothing(draft, lead):
    publish(draft, by=lead)
    publish(draft, by=lead)
    assert recorded(draft) == ["created", "published"]


def test_what_is_archived_is_gone_for_readers_and_comes_back_published(draft, agent, lead):
    publish(draft, by=lead)
    save_version(draft, by=agent, expected_number=1, title="Refunds", body="Newer.")
    article = archive(draft, by=lead)
    assert (article.status, article.shown_number, article.body) == ("archived", None, "Newer.")
    assert not permissions.published_for(Actor.person(lead.user)).exists()
    with pytest.raises(InvalidTransition):
        ask_for_review(article, by=agent)
    first = article.published_at
    article = publish(article, by=lead)
    assert article.published_at == first and article.shown_number == 2


def test_an_older_version_comes_back_as_the_newest(draft, agent):
    save_version(draft, by=agent, expected_number=1, title="Worse", body="Worse.")
    article = restore_version(draft, 1, by=agent, expected_number=2)
    assert (article.title, article.newest_number) == ("Refunds", 3)
    assert ArticleVersion.objects.get(number=3).note == "Version 1 again"
    with pytest.raises(Stale):
        restore_version(draft, 2, by=agent, expected_number=2)
    with pytest.raises(Invalid):
        restore_version(draft, 9, by=agent, expected_number=3)


def test_an_hour_is_set_and_taken_back(draft, lead):
    now = timezone.now()
    with pytest.raises(Invalid, match="past"):
        schedule(draft, publish_at=now - timedelta(seconds=1), by=lead)
    assert schedule(draft, publish_at=now + timedelta(hours=1), by=lead).publish_at
    assert schedule(draft, publish_at=None, by=lead).publish_at is None
    assert recorded(draft) == ["created", "scheduled", "scheduled"]


def test_a_writer_who_changes_what_waits_for_its_hour_takes_it_out(draft, agent, lead):
    schedule(draft, publish_at=timezone.now() + timedelta(hours=1), by=lead)
    article = save_version(draft, by=agent, expected_number=1, title="Refunds", body="Not what was approved.")
    assert article.publish_at is None
    schedule(draft, publish_at=timezone.now() + timedelta(hours=1), by=lead)
    article = save_version(draft, by=lead, expected_number=2, title="Refunds", body="A lead's own.")
    assert article.publish_at is not None


def test_only_what_nobody_read_is_deleted(cast, draft, agent, lead):
    with pytest.raises(NotAllowed):
        other = create_article(by=lead, kind="article", title="Hers", owner=cast.lena)
        delete_draft(other, by=agent)
    delete_draft(draft, by=agent)
    assert not Article.objects.filter(pk=draft.pk).exists()
    publish(other, by=lead)
    with pytest.raises(InvalidTransition, match="Archive"):
        delete_draft(other, by=lead)
    assert recorded(draft) == ["created", "deleted"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 251}, "title"),
        ({"title": "x", "body": "x" * 300_001}, "body"),
        ({"title": "x", "kind": "poem"}, "kind"),
        ({"title": "x", "slug": "a/b"}, "slug"),
        ({"title": "x", "language": "klingon language"}, "language"),
        ({"title": "x", "audience": "tiers"}, "tiers"),
        ({"title": "x", "audience": "aliens"}, "audience"),
        ({"title": "x", "kind": "faq", "slug": "q"}, "slug"),
    ],
)
def test_a_refusal_names_its_field(agent, fields, named):
    with pytest.raises(Invalid) as refused:
        create_article(by=agent, **{"kind": "article", **fields})
    assert refused.value.field == named and not Article.objects.exists()
