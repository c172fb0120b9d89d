"""Names of what happens to articles, as the record keeps them (subject_type "article")."""

from enum import StrEnum


class ArticleEvent(StrEnum):
    """Past tense. `data` holds ids, numbers of versions and old/new values, never text."""

    CREATED = "article.created"  # version
    SAVED = "article.saved"  # version: a newer one, shown or not (changed_shown)
    REVIEW_ASKED = "article.review_asked"  # version
    REVIEW_RETURNED = "article.review_returned"  # version
    SCHEDULED = "article.scheduled"  # publish_at, None when taken back
    PUBLISHED = "article.published"  # version
    ARCHIVED = "article.archived"
    MOVED = "article.moved"  # old and new path
    AUDIENCE_SET = "article.audience_set"  # old and new
    DETAILS_SET = "article.details_set"  # owner, review_by, tags, order, listed, language: what changed
    RENDERED = "article.rendered"  # a snippet changed, or the renderer
    DELETED = "article.deleted"  # drafts that were never published
    REVIEW_DUE = "article.review_due"  # the day of review_by came


class SnippetEvent(StrEnum):
    """What happens to texts kept once (subject_type "snippet")."""

    SAVED = "snippet.saved"  # key, is_new: the articles that hold it are rendered again
