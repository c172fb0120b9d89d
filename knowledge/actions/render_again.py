"""Rendering articles anew whose words stayed the same: a snippet in them changed, or the renderer did."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from knowledge import changing
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Snippet
from knowledge.rendering import RENDERER

# Articles rendered in one transaction: a worker that dies in between has lost a moment's work.
AT_ONCE = 20


def render_again(article: Article, *, by: Actor, at: datetime | None = None) -> bool:
    """Render what is shown of an article anew. Return whether that made a difference; only then it is recorded."""
    with transaction.atomic():
        article = changing.lock(article)
        before = (article.html, article.text, article.headings)
        changing.render(article)
        is_other = before != (article.html, article.text, article.headings)
        article.save(update_fields=["html", "text", "headings", "renderer"])
        changing.keep_uses(article)
        if is_other:
            changing.record_change(
                article, ArticleEvent.RENDERED, by=by, at=changing.now(at), version=article.newest_number
            )
    return is_other


def render_users_of(key: str) -> int:
    """Render the articles anew that hold a snippet, or that name it and had none. Return how many became others."""
    named = Article.objects.filter(Q(snippet_uses__snippet__key=key) | Q(body__contains=f"[snippet:{key}]"))
    return sum(render_again(article, by=Actor.system()) for article in list(named.only("pk").distinct()))


def render_outdated(limit: int = AT_ONCE) -> int:
    """Render up to `limit` articles anew that an older renderer made. Return how many there were."""
    outdated = list(Article.objects.exclude(renderer=RENDERER).only("pk").order_by("pk")[:limit])
    for article in outdated:
        render_again(article, by=Actor.system())
    return len(outdated)


def key_of(snippet_pk: int) -> str | None:
    """Return a snippet's key, None for one that is gone."""
    return Snippet.objects.filter(pk=snippet_pk).values_list("key", flat=True).first()
