"""Throwing away what was never published."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from content import files
from knowledge import changing, permissions
from knowledge.errors import InvalidTransition
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, ArticleFile


def delete_draft(article: Article, *, by: Actor, at: datetime | None = None) -> None:
    """Delete an article that readers never saw, with its versions and files: its owner may, and who publishes.

    Raises NotAllowed, InvalidTransition for one that was published: that is archived instead.
    """
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_writer(by)
        changing.require(
            permissions.can_publish(by) or article.owner is None or article.owner == by.user,
            _("Only its owner, or somebody who publishes, deletes this draft."),
        )
        if article.published_at is not None:
            raise InvalidTransition(_("Readers have seen this. Archive it instead."))
        paths = [
            path
            for pair in ArticleFile.objects.filter(article=article).values_list("path", "thumbnail_path")
            for path in pair
        ]
        changing.record_change(article, ArticleEvent.DELETED, by=by, at=changing.now(at))
        article.delete()
        transaction.on_commit(lambda: files.remove(*paths))
