"""Many at once on one article: nobody is written over, nothing is published twice. Real threads, real connections."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from events.models import Event
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.move import move
from knowledge.actions.publish import publish
from knowledge.actions.publish_due import publish_due, remind_of_reviews
from knowledge.actions.save_version import save_version
from knowledge.actions.schedule import schedule
from knowledge.actions.set_details import set_details
from knowledge.errors import Invalid, Stale
from knowledge.models import Article, ArticleVersion, Section
from tests.support.test_concurrency import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
SYSTEM = Actor.system()


def tried(act, *refusals):
    try:
        return act()
    except refusals as refused:
        return type(refused)


def test_of_many_editors_one_saves_and_the_others_are_told(cast):
    article = create_article(by=SYSTEM, kind="article", title="Refunds")
    lead = Actor.person(cast.lena)

    def work(n):
        return tried(lambda: save_version(article, by=lead, expected_number=1, title="R", body=f"{n}"), Stale)

    results = at_once(8, work)
    assert results.count(Stale) == 7 and ArticleVersion.objects.count() == 2


def test_two_workers_publish_and_remind_once():
    hour = timezone.now() + timedelta(hours=1)
    for number in range(5):
        article = create_article(by=SYSTEM, kind="article", title=f"Article {number}")
        schedule(article, publish_at=hour, by=SYSTEM)
        set_details(article, by=SYSTEM, review_by=timezone.localdate())
    at_once(4, lambda n: publish_due(hour) if n % 2 else remind_of_reviews(hour))
    assert Event.objects.filter(name="article.published").count() == 5
    assert Event.objects.filter(name="article.review_due").count() == 5
    assert Article.objects.filter(status="published", publish_at=None).count() == 5


def test_an_address_goes_to_one():
    results = at_once(
        6, lambda n: tried(lambda: create_article(by=SYSTEM, kind="article", title="Same", slug="same"), Invalid)
    )
    assert results.count(Invalid) == 5 and Article.objects.count() == 1


def test_a_section_and_what_is_in_it_move_at_once_and_paths_stay_true():
    one = keep_section(None, by=SYSTEM, kind="article", title="One")
    two = keep_section(None, by=SYSTEM, kind="article", title="Two")
    articles = [
        publish(create_article(by=SYSTEM, kind="article", title=f"A{n}", section=one), by=SYSTEM) for n in range(4)
    ]

    def work(n):
        if n == 0:
            return keep_section(one, by=SYSTEM, kind="article", title="One", slug="first", parent=two)
        article = articles[n - 1]
        return move(article, section=Section.objects.get(pk=two.pk), slug=f"b{n}", by=SYSTEM)

    def begin(n):
        if n == 0:
            return keep_section(two, by=SYSTEM, kind="article", title="Two", slug="second")
        return create_article(by=SYSTEM, kind="article", title=f"C{n}", section=two)

    at_once(5, work)
    at_once(5, begin)
    for article in Article.objects.select_related("section"):
        assert article.path == f"{article.section.path}/{article.slug}"
