"""Handing a draft, or a change of something published, to those who decide."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.errors import InvalidTransition
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def ask_for_review(article: Article, *, by: Actor, at: datetime | None = None) -> Article:
    """Put the newest version before those who publish. Asking twice is nothing.

    Raises NotAllowed, InvalidTransition.
    """
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_writer(by)
        instant = changing.now(at)
        match article.status, article.change_status:
            case (Status.IN_REVIEW, _) | (Status.PUBLISHED, Status.IN_REVIEW):
                return article
            case Status.DRAFT, _:
                article.status = Status.IN_REVIEW
            case Status.PUBLISHED, Status.DRAFT:
                article.change_status = Status.IN_REVIEW
            case Status.PUBLISHED, _:
                raise InvalidTransition(_("Readers see the newest version already. Change something first."))
            case _:
                raise InvalidTransition(_("This is archived. Publish it again, or save a new draft of it."))
        article.review_note = ""
        article.save(update_fields=["status", "change_status", "review_note"])
        changing.record_change(article, ArticleEvent.REVIEW_ASKED, by=by, at=instant, version=article.newest_number)
    return article
