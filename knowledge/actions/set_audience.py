"""Deciding who may read an article."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Tier
from knowledge import changing
from knowledge.actions.create_article import plans_of
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def set_audience(
    article: Article, *, audience: str, tiers: Iterable[Tier] = (), by: Actor, at: datetime | None = None
) -> Article:
    """Set who may read it; `tiers` are the plans of Audience.TIERS. Of what is published only publishers decide.

    Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_writer(by)
        if article.status == Status.PUBLISHED:
            changing.require_publisher(by)
        instant = changing.now(at)
        chosen = sorted(plans_of(audience, tiers), key=lambda tier: tier.pk)
        before = sorted(article.tiers.values_list("pk", flat=True))
        after = [tier.pk for tier in chosen]
        if article.audience == audience and before == after:
            return article
        old, article.audience = article.audience, audience
        article.save(update_fields=["audience"])
        article.tiers.set(chosen)
        changing.record_change(
            article,
            ArticleEvent.AUDIENCE_SET,
            by=by,
            at=instant,
            old={"audience": old, "tiers": before},
            new={"audience": audience, "tiers": after},
        )
    return article
