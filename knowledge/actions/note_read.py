"""Noting that a customer read something: agents see it beside the ticket that came of it."""

from datetime import datetime, timedelta

from accounts.actors import Actor, ActorKind
from knowledge.models import Article, Read

# Opened again within this time it is the same reading: most views write nothing.
SAME_READING = timedelta(hours=1)


def note_read(actor: Actor, article: Article, *, at: datetime) -> None:
    """Note that somebody signed in, and not of the desk, opened an article. `at` is UTC."""
    if actor.kind != ActorKind.PERSON or actor.user is None or actor.is_staff or not article.is_published:
        return
    last = Read.objects.filter(user=actor.user, article=article).values_list("at", flat=True).first()
    if last is None or at - last > SAME_READING:
        Read.objects.update_or_create(user=actor.user, article=article, defaults={"at": at})
