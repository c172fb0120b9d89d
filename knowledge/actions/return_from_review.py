"""Giving something back to who wrote it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing, permissions
from knowledge.errors import InvalidTransition
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status

LONGEST_NOTE = 1000


def return_from_review(article: Article, *, by: Actor, note: str = "", at: datetime | None = None) -> Article:
    """Make it a draft again, with what the review asks for. Its owner may take it back, too.

    Raises NotAllowed, Invalid, InvalidTransition.
    """
    with transaction.atomic():
        article = changing.lock(article)
        instant = changing.now(at)
        is_own = by.user is not None and article.owner_id == by.user.pk and permissions.can_write(by)
        changing.require(
            permissions.can_publish(by) or is_own, _("Only who publishes, or its owner, takes this out of the review.")
        )
        if article.status == Status.IN_REVIEW:
            article.status = Status.DRAFT
        elif article.change_status == Status.IN_REVIEW:
            article.change_status = Status.DRAFT
        else:
            raise InvalidTransition(_("This is not in review."))
        article.review_note = changing.one_line("note", note, LONGEST_NOTE)
        article.publish_at = None
        article.save(update_fields=["status", "change_status", "review_note", "publish_at"])
        changing.record_change(article, ArticleEvent.REVIEW_RETURNED, by=by, at=instant, version=article.newest_number)
    return article
