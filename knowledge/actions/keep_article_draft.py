"""Keeping what somebody types in the editor, until a version is saved of it. A person's own: no event is written."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from knowledge import changing
from knowledge.models import Article, ArticleDraft

LONGEST_FIELD = 400_000


def keep_article_draft(article: Article | None, fields: dict[str, Any], *, by: Actor) -> ArticleDraft:
    """Keep the fields of this person's editor; there is one draft for each article, and one for a new one.

    Raises NotAllowed.
    """
    changing.require_writer(by)
    kept = {name: value[:LONGEST_FIELD] if isinstance(value, str) else value for name, value in fields.items()}
    try:
        with transaction.atomic():
            draft, _ = ArticleDraft.objects.update_or_create(user=by.user, article=article, defaults={"fields": kept})
    except IntegrityError:  # two tabs at once: the second finds the row of the first
        draft, _ = ArticleDraft.objects.update_or_create(user=by.user, article=article, defaults={"fields": kept})
    return draft


def discard_article_draft(article: Article | None, *, by: Actor) -> None:
    """Forget what this person typed."""
    ArticleDraft.objects.filter(user=by.user, article=article).delete()
