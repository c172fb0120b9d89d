"""What every page for writing shares: who may open it, and the frame around it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.actors import Actor, actor_of
from console import knowledge
from knowledge.models import Article
from knowledge.permissions import can_publish, can_write


def writer(request: HttpRequest) -> Actor:
    """Return who asks. Raises PermissionDenied for staff who do not write."""
    actor = actor_of(request)
    if not can_write(actor):
        raise PermissionDenied
    return actor


def publisher(request: HttpRequest) -> Actor:
    """Return who asks. Raises PermissionDenied for staff who do not publish."""
    actor = actor_of(request)
    if not can_publish(actor):
        raise PermissionDenied
    return actor


def article_or_404(request: HttpRequest, pk: int) -> tuple[Actor, Article]:
    """Return who asks, and an article that they may write on. Raises PermissionDenied, Http404."""
    actor = writer(request)
    article = knowledge.article_for(actor, pk)
    if article is None:
        raise Http404
    return actor, article


def framed(request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
    """Return the context of a page of the console."""
    frame = admin.site.frame(request, with_counts=False)  # type: ignore[attr-defined]
    return {**frame, "title": title, "may": knowledge.may(actor_of(request)), **context}
