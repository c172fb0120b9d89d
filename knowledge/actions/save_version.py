"""Saving what somebody wrote as an article's next version."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from knowledge import changing, permissions
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Status


def save_version(
    article: Article,
    *,
    by: Actor,
    expected_number: int,
    title: str,
    body: str,
    summary: str = "",
    note: str = "",
    at: datetime | None = None,
) -> Article:
    """Save the next version. Readers of a published article keep what they have until somebody publishes this one.

    `expected_number` is the newest version that the writer saw. Nothing changed means nothing written. What waited to
    be published at its hour waits no more when it is changed by somebody who may not publish. Raises NotAllowed,
    Invalid, Stale.
    """
    with transaction.atomic():
        article = changing.lock(article, expected_number=expected_number)
        changing.require_writer(by)
        instant = changing.now(at)
        title = changing.one_line("title", title, changing.LONGEST_TITLE, is_required=True)
        summary = changing.one_line("summary", summary, changing.LONGEST_SUMMARY)
        body, note = changing.body_of(body), changing.one_line("note", note, changing.LONGEST_NOTE)
        newest = changing.newest_of(article)
        if (newest.title, newest.summary, newest.body) == (title, summary, body):
            return article
        version = changing.write_version(article, by=by, title=title, summary=summary, body=body, note=note, at=instant)
        is_shown = article.status != Status.PUBLISHED
        if is_shown:
            changing.show(article, version)
        else:
            article.change_status = article.change_status or Status.DRAFT
        is_unplanned = article.publish_at is not None and not permissions.can_publish(by)
        if is_unplanned:
            article.publish_at = None
        article.save()
        changing.keep_uses(article)
        changing.record_change(
            article, ArticleEvent.SAVED, by=by, at=instant, version=version.number, changed_shown=is_shown
        )
        if is_unplanned:
            changing.record_change(article, ArticleEvent.SCHEDULED, by=by, at=instant, publish_at=None)
    return article
