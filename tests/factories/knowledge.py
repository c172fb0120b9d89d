"""Articles as the desk makes them: written, published and in the index, as readers would find them."""

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.publish import publish
from knowledge.models import Article, Kind
from search.engine import Key
from search.indexing import write


def make_article(title: str, body: str = "", *, kind: str = Kind.ARTICLE, published: bool = True, **fields) -> Article:
    """Return an article; the index knows it at once."""
    system = Actor.system()
    article = create_article(by=system, kind=kind, title=title, body=body, **fields)
    if published:
        article = publish(article, by=system)
    write([Key(article.kind, article.pk)])
    return article
