"""What the clock does with articles: publishing at the hour that was set, and reminding of the day of review."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from knowledge import changing
from knowledge.actions.publish import publish
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status

AT_ONCE = 100


def publish_due(now: datetime | None = None) -> int:
    """Publish every article whose hour came. Several workers may do this at once: each is published once.

    Return how many were.
    """
    instant = changing.now(now)
    due = Article.objects.filter(publish_at__lte=instant).order_by("publish_at", "pk").values_list("pk", flat=True)
    published = 0
    for pk in list(due[:AT_ONCE]):
        with transaction.atomic():
            # Taken back, or done by somebody else, while we waited for its lock: then it is not due any more.
            locked = Article.objects.select_for_update(of=("self",)).filter(pk=pk, publish_at__lte=instant).first()
            if locked is not None:
                publish(locked, by=Actor.system(), at=instant)
                Article.objects.filter(pk=pk).update(publish_at=None)
                published += 1
    return published


def remind_of_reviews(now: datetime | None = None) -> int:
    """Record for every article whose day of review came that it did, once for each day that was set.

    A day is the desk's (TIME_ZONE of the server). Archived ones are left in peace. Return how many were due.
    """
    instant = now or timezone.now()
    due = (
        Article.objects.filter(review_by__lte=timezone.localdate(instant), reminded_at=None)
        .exclude(status=Status.ARCHIVED)
        .order_by("review_by", "pk")
        .values_list("pk", flat=True)
    )
    reminded = 0
    for pk in list(due[:AT_ONCE]):
        with transaction.atomic():
            if Article.objects.filter(pk=pk, reminded_at=None).update(reminded_at=instant):
                article = Article.objects.get(pk=pk)
                changing.record_change(
                    article,
                    ArticleEvent.REVIEW_DUE,
                    by=Actor.system(),
                    at=instant,
                    review_by=article.review_by.isoformat() if article.review_by else None,
                    owner=article.owner_id,
                )
                reminded += 1
    return reminded
