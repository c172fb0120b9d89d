"""Putting an article elsewhere; who asks for its old address is sent on."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.actions.create_article import LONGEST_SLUG
from knowledge.addresses import article_address
from knowledge.errors import Invalid
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Section


def move(article: Article, *, section: Section | None, slug: str, by: Actor, at: datetime | None = None) -> Article:
    """Give an article another section or address part. A draft that nobody read leaves no redirect.

    Writers move drafts, publishers the rest. Moving to where it stands is nothing. Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        section = changing.lock_section(section)
        article = changing.lock(article)
        changing.require_writer(by)
        if article.published_at is not None:
            changing.require_publisher(by)
        instant = changing.now(at)
        if len(slug) > LONGEST_SLUG:
            raise Invalid("slug", _("At most %(limit)s characters fit.") % {"limit": LONGEST_SLUG})
        path, old = changing.path_of(article.kind, section, slug), article.path
        if path == old and article.section == section:
            return article
        if not changing.is_free(article.kind, path, but=article):
            raise changing.taken(path)
        article.section, article.slug, article.path = section, slug, path
        try:
            with transaction.atomic():
                article.save(update_fields=["section", "slug", "path"])
        except IntegrityError:
            raise changing.taken(path) from None
        changing.take_over(article_address(article.kind, path))
        if article.published_at is not None and path != old:
            changing.send_on(article_address(article.kind, old), article=article)
        changing.record_change(article, ArticleEvent.MOVED, by=by, at=instant, old=old, new=path)
    return article
