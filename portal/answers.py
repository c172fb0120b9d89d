"""What stands beside a ticket while somebody writes it: the articles that may answer it."""

import uuid
from dataclasses import dataclass

from accounts.actors import Actor
from knowledge.models import Article
from knowledge.permissions import published_for
from portal.search_results import KINDS, Result, results_of
from search.engine import Key
from search.queries import suggest

MOST = 3
SHORTEST, LONGEST = 3, 200


@dataclass(frozen=True)
class Answers:
    """The lines that are shown, and the articles behind them."""

    results: list[Result]
    articles: list[int]


def answers_to(actor: Actor, subject: str) -> Answers:
    """Return what may answer a subject, unfinished as it is; nothing for a few letters, or while the index is away."""
    text = " ".join(subject.replace("\x00", " ").split())[:LONGEST]
    if len(text) < SHORTEST:
        return Answers([], [])
    found = suggest(actor, text, kinds=KINDS, limit=MOST)
    return Answers(results_of(actor, found), [each.hit.key.pk for each in found.hits])


def article_of(actor: Actor, key: Key | None) -> Article | None:
    """Return the article that a key names, if this reader may see it."""
    if key is None:
        return None
    return published_for(actor).filter(kind=key.kind, pk=key.pk).first()


def form_key(text: str) -> uuid.UUID | None:
    """Return the key that a form posted, None for a damaged one."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
