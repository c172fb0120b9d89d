"""Deciding that something is published at an hour to come."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.errors import Invalid, InvalidTransition
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def schedule(article: Article, *, publish_at: datetime | None, by: Actor, at: datetime | None = None) -> Article:
    """Let the clock publish the newest version at `publish_at` (UTC); None takes that back.

    Raises NotAllowed, Invalid for a past instant, InvalidTransition where readers see the newest version already.
    """
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_publisher(by)
        instant = changing.now(at)
        if publish_at is not None:
            publish_at = publish_at.replace(microsecond=0)
            if publish_at <= instant:
                raise Invalid("publish_at", _("This is in the past. Publish it at once, or choose a later time."))
            if article.status == Status.PUBLISHED and not article.has_unpublished_change:
                raise InvalidTransition(_("Readers see the newest version already. Change something first."))
        if article.publish_at == publish_at:
            return article
        article.publish_at = publish_at
        article.save(update_fields=["publish_at"])
        changing.record_change(
            article,
            ArticleEvent.SCHEDULED,
            by=by,
            at=instant,
            publish_at=publish_at.isoformat() if publish_at else None,
        )
    return article
