"""Taking an article from its readers, and keeping it."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def archive(article: Article, *, by: Actor, at: datetime | None = None) -> Article:
    """Archive an article; publishing it brings it back. Archiving twice is nothing. Raises NotAllowed."""
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_publisher(by)
        instant = changing.now(at)
        if article.status == Status.ARCHIVED:
            return article
        if article.has_unpublished_change:
            changing.show(article, changing.newest_of(article))
        article.status, article.change_status, article.review_note = Status.ARCHIVED, "", ""
        article.shown_number, article.publish_at = None, None
        article.save()
        changing.keep_uses(article)
        changing.record_change(article, ArticleEvent.ARCHIVED, by=by, at=instant)
    return article
