"""Letting readers see an article's newest version."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.addresses import article_address
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def publish(article: Article, *, by: Actor, expected_number: int | None = None, at: datetime | None = None) -> Article:
    """Show the newest version to the article's audience, at once. Nothing newer than what is shown: nothing is done.

    `expected_number` is the newest version that the publisher saw: nobody publishes what they have not read.
    Raises NotAllowed, Stale.
    """
    with transaction.atomic():
        article = changing.lock(article, expected_number=expected_number)
        changing.require_publisher(by)
        instant = changing.now(at)
        if article.status == Status.PUBLISHED and article.shown_number == article.newest_number:
            return article
        changing.show(article, changing.newest_of(article))
        article.status, article.change_status, article.review_note = Status.PUBLISHED, "", ""
        article.shown_number, article.publish_at = article.newest_number, None
        article.published_at = article.published_at or instant
        article.changed_at = instant
        article.save()
        changing.keep_uses(article)
        changing.take_over(article_address(article.kind, article.path))
        changing.record_change(article, ArticleEvent.PUBLISHED, by=by, at=instant, version=article.newest_number)
    return article
