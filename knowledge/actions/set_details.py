"""Setting what stands beside an article's words: owner, review day, tags, place in its list, language."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from knowledge import changing
from knowledge.actions.create_article import language_of, tags_of
from knowledge.errors import Invalid
from knowledge.event_names import ArticleEvent
from knowledge.models import Article


def set_details(article: Article, *, by: Actor, at: datetime | None = None, **changes: Any) -> Article:
    """Set any of owner, review_by, tags, order, is_listed, language, translated_number, source, source_digest.

    A new day of review is a new reminder. What is set already is nothing; no change, nothing written.
    Raises NotAllowed, Invalid, and TypeError for a detail that there is not.
    """
    if unknown := changes.keys() - CHECKS.keys():
        raise TypeError(f"No such detail of an article: {sorted(unknown)}")
    with transaction.atomic():
        article = changing.lock(article)
        changing.require_writer(by)
        instant = changing.now(at)
        new = {name: CHECKS[name](article, value) for name, value in changes.items()}
        changed = {name: value for name, value in new.items() if getattr(article, name) != value}
        if not changed:
            return article
        told = {}
        for name, value in changed.items():
            told[name] = [_told(getattr(article, name)), _told(value)]
            setattr(article, name, value)
        if "review_by" in changed:
            article.reminded_at = None
        article.save(update_fields=[*changed, "reminded_at"])
        if told.keys() - {"source_digest"}:
            changing.record_change(article, ArticleEvent.DETAILS_SET, by=by, at=instant, changed=told)
    return article


def _told(value: Any) -> Any:
    """Return a value as the record keeps it: an id, a day, or itself."""
    if isinstance(value, User):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def _owner(_article: Article, owner: User | None) -> User | None:
    if owner is not None and not (owner.is_staff and owner.is_active):
        raise Invalid("owner", _("Only somebody of the staff can own an article."))
    return owner


def _language(article: Article, language: str) -> str:
    code = language_of(language)
    original = article.translation_of
    if original is not None and code != article.language:
        others = Article.objects.filter(translation_of=original, language=code).exclude(pk=article.pk)
        if code == original.language or others.exists():
            raise Invalid("language", _("There is a translation into this language already."))
    return code


def _translated(article: Article, number: int | None) -> int | None:
    original = article.translation_of
    if number is not None and (original is None or not 0 < number <= original.newest_number):
        raise Invalid("translated_number", _("The original has no such version."))
    return number


CHECKS: dict[str, Callable[[Article, Any], Any]] = {
    "owner": _owner,
    "review_by": lambda _article, day: day,
    "tags": lambda _article, tags: tags_of(tags),
    "order": lambda _article, order: int(order),
    "is_listed": lambda _article, is_listed: bool(is_listed),
    "language": _language,
    "translated_number": _translated,
    "source": lambda _article, source: str(source),
    "source_digest": lambda _article, digest: str(digest),
}
