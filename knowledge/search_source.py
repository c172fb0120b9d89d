"""What knowledge offers to be found: articles part by part, questions, and videos line by line of what is said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from content.articles import parts_of
from knowledge.models import Article, Kind, Status, Video
from knowledge.permissions import audience_tokens, published_for, reader_tokens
from search.engine import Document, Key

BATCH = 100
LONGEST_TRANSCRIPT_PART = 300
FRESH, OLD = timedelta(days=180), timedelta(days=730)


class KnowledgeSource:
    """Published articles of every kind, each for its audience."""

    kinds = frozenset({Kind.ARTICLE.value, Kind.FAQ.value, Kind.VIDEO.value})

    def documents(self, pks: Iterable[int]) -> Mapping[Key, Sequence[Document]]:
        """Return the parts of these articles; an article that readers do not see has none.

        The kind of an article never changes, so its key may be asked for under any kind: it answers under its own.
        """
        now = timezone.now()
        return {
            Key(article.kind, article.pk): _documents(article, now)
            for article in _with_all(Article.objects.filter(pk__in=list(pks)))
        }

    def all_documents(self) -> Iterator[tuple[Key, Sequence[Document]]]:
        """Return every published article."""
        pks = Article.objects.filter(status=Status.PUBLISHED).order_by("pk").values_list("pk", flat=True).iterator()
        while batch := list(islice(pks, BATCH)):
            yield from self.documents(batch).items()

    def tokens(self, actor: Actor) -> frozenset[str]:
        """Return what this reader holds."""
        return reader_tokens(actor)

    def visible(self, actor: Actor, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """Return those that this reader sees published, with their section: the rule of the portal's pages."""
        found = published_for(actor).filter(pk__in=[key.pk for key in keys]).select_related("section")
        return {Key(article.kind, article.pk): article for article in found}


def _with_all(articles: QuerySet[Article]) -> QuerySet[Article]:
    return articles.select_related("section", "video").prefetch_related("tiers")


def _documents(article: Article, now: datetime) -> list[Document]:
    audience = audience_tokens(article)
    if not audience:
        return []
    address = article.get_absolute_url()
    shared: dict[str, Any] = {
        "key": Key(article.kind, article.pk),
        "title": article.title,
        "tags": tuple(str(tag) for tag in article.tags),
        "language": article.language,
        "section": article.section.path if article.section else "",
        "audience": audience,
        "boost": _boost(article, now),
        "source": article.source,
    }
    made = []
    for number, part in enumerate(parts_of(article.html)):
        body = f"{article.summary}\n{part.text}" if number == 0 and article.summary else part.text
        if number == 0 or part.heading or body:
            url = f"{address}#{part.anchor}" if part.anchor else address
            made.append(Document(part=part.anchor, heading=part.heading, body=body.strip(), url=url, **shared))
    if article.kind == Kind.VIDEO and hasattr(article, "video"):
        for second, chapter, said in _said(article.video):
            made.append(Document(part=str(second), heading=chapter, body=said, url=f"{address}?t={second}", **shared))
    return made


def _said(video: Video) -> Iterator[tuple[int, str, str]]:
    """Return what is said in a video in short stretches: the second it begins at, its chapter's title, the words.

    A stretch ends where a chapter begins; the title stands with the first one of its chapter.
    """
    chapters = [(float(chapter["at_seconds"]), str(chapter["title"])) for chapter in video.chapters]
    began, heading, said = 0, "", ""
    for line in video.transcript:
        second = int(float(line["start_seconds"]))
        chapter = ""
        while chapters and chapters[0][0] <= second:
            chapter = chapters.pop(0)[1]
        if said and (chapter or len(said) > LONGEST_TRANSCRIPT_PART):
            yield began, heading, said
            said, heading = "", ""
        if not said:
            began = second
        heading = chapter or heading
        said = f"{said} {line['text']}".strip()
    if said:
        yield began, heading, said
    for at, title in chapters:
        yield int(at), title, ""


def _boost(article: Article, now: datetime) -> float:
    """Return how much more or less an article counts: what readers found helpful, and what was changed lately.

    From 0.85 (everybody said no) to 1.1 (everybody said yes) for helpfulness, as far as there are enough answers;
    times 1.05 within half a year of a change, 0.97 after two years.
    """
    answers = article.helpful_count + article.unhelpful_count
    share = (article.helpful_count + 2) / (answers + 3)  # two of three, until readers say otherwise
    helpful = 0.85 + 0.25 * share if answers else 1.0
    age = now - (article.changed_at or article.published_at or now)
    fresh = 1.05 if age < FRESH else 0.97 if age > OLD else 1.0
    return round(helpful * fresh, 2)
