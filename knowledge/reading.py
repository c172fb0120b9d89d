"""Questions about knowledge that several pages ask. All of them start at what the reader may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from accounts.actors import Actor
from knowledge.addresses import normal_address
from knowledge.models import Article, Kind, Read, Redirect, Section, Video
from knowledge.permissions import published_for, visible_articles, visible_sections
from support.models import Ticket

# What a page lists of one section; a section with more belongs split.
MOST_LISTED = 500
# Columns of an article that lists show: never its text.
LISTED = (
    "kind", "path", "title", "summary", "language", "status", "section", "order", "changed_at", "audience",
)  # fmt: skip


@dataclass
class Branch:
    """A section in which the reader finds something, here or further down; `count` is how much."""

    section: Section
    own: int = 0
    count: int = 0
    branches: "list[Branch]" = field(default_factory=list)


def tree(actor: Actor, kind: str, language: str) -> list[Branch]:
    """Return the sections of a kind in which the reader finds something listed: two queries."""
    sections = list(visible_sections(actor).filter(kind=kind, is_archived=False))
    counts = dict(listed(actor, kind, language).order_by().values_list("section").annotate(count=Count("pk")))
    by_pk = {section.pk: Branch(section, counts.get(section.pk, 0)) for section in sections}
    roots: list[Branch] = []
    for section in sections:
        parent = by_pk.get(section.parent_id or 0)
        (parent.branches if parent else roots if section.parent_id is None else []).append(by_pk[section.pk])
    return _with_counts(roots)


def _with_counts(branches: Iterable[Branch]) -> list[Branch]:
    found = []
    for branch in branches:
        branch.branches = _with_counts(branch.branches)
        branch.count = branch.own + sum(child.count for child in branch.branches)
        if branch.count:
            found.append(branch)
    return found


def listed(actor: Actor, kind: str, language: str) -> QuerySet[Article]:
    """Return what lists of this kind show the reader: in their language, or where there is none, as it was written."""
    shown = published_for(actor).filter(kind=kind, is_listed=True)
    own = shown.filter(language=language)
    translated = own.exclude(translation_of=None).values("translation_of")
    return shown.filter(Q(language=language) | Q(translation_of=None) & ~Q(pk__in=translated))


def public(actor: Actor) -> QuerySet[Article]:
    """Return everything listed that this reader may see, in every language."""
    return published_for(actor).filter(is_listed=True)


def published(actor: Actor, pk: int) -> Article | None:
    """Return a published article by its key if this reader may see it."""
    return published_for(actor).filter(pk=pk).first()


def in_section(actor: Actor, section: Section | None, kind: str, language: str) -> list[Article]:
    """Return what a section's page lists, without the texts."""
    found = listed(actor, kind, language).filter(section=section).only(*LISTED)
    return list(found.order_by("order", "title", "pk")[:MOST_LISTED])


def section_at(actor: Actor, kind: str, path: str) -> Section | None:
    """Return the section of a path, whether or not the reader finds something in it."""
    return visible_sections(actor).filter(kind=kind, path=path).first()


def article_at(actor: Actor, kind: str, path: str) -> Article | None:
    """Return the article of a path if the reader may see it."""
    found = visible_articles(actor).select_related("section", "translation_of", "owner")
    return found.filter(kind=kind, path=path).first()


def trail(section: Section | None) -> list[Section]:
    """Return the section with those above it, the outermost first: one query."""
    if section is None:
        return []
    parts = section.path.split("/")
    paths = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return sorted(Section.objects.filter(kind=section.kind, path__in=paths), key=lambda each: len(each.path))


@dataclass(frozen=True)
class Beside:
    """What stands before and after an article in its section."""

    previous: Article | None = None
    following: Article | None = None


def beside(actor: Actor, article: Article) -> Beside:
    """Return an article's neighbours in the order of its section."""
    rows = in_section(actor, article.section, article.kind, article.language)
    place = next((index for index, row in enumerate(rows) if row.pk == article.pk), None)
    if place is None:
        return Beside()
    return Beside(rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None)


def languages_of(actor: Actor, article: Article) -> list[Article]:
    """Return the same article in other languages, as far as the reader may see them."""
    original = article.translation_of_id or article.pk
    same = visible_articles(actor).filter(Q(pk=original) | Q(translation_of=original)).exclude(pk=article.pk)
    return list(same.only(*LISTED).order_by("language"))


def is_behind(article: Article) -> bool:
    """Return whether a translation was made from an older version of its original than readers see today."""
    original = article.translation_of
    return bool(original and original.shown_number and (article.translated_number or 0) < original.shown_number)


def read_before(ticket: Ticket, actor: Actor, *, most: int = 5) -> list[Article]:
    """Return what the requester opened in the week before they asked, the latest first, for who may write knowledge."""
    week = (ticket.created_at - timedelta(days=7), ticket.created_at + timedelta(hours=1))
    reads = (
        Read.objects.filter(user=ticket.requester_id, at__range=week).order_by("-at").values_list("article", flat=True)
    )
    order = list(reads[:most])
    found = {article.pk: article for article in visible_articles(actor).filter(pk__in=order).only(*LISTED)}
    return [found[pk] for pk in order if pk in found]


def video_of(article: Article) -> Video | None:
    """Return what an article of the kind video shows, with its files."""
    return Video.objects.select_related("file", "poster").filter(article=article).first()


def target_of(actor: Actor, address: str) -> Article | Section | None:
    """Return what stood at an address before, if the reader may see it where it is now."""
    redirect = Redirect.objects.select_related("article", "section").filter(old_path=normal_address(address)).first()
    if redirect is None:
        return None
    if redirect.article is not None:
        return visible_articles(actor).filter(pk=redirect.article.pk).first()
    section = visible_sections(actor).filter(pk=redirect.section_id or 0).first()
    return section if section is not None and holds_something(actor, section) else None


def holds_something(actor: Actor, section: Section) -> bool:
    """Return whether the reader finds something in a section or below it: one that is empty for them is missing."""
    found = published_for(actor).filter(is_listed=True, kind=section.kind)
    return found.filter(Q(section=section) | Q(section__path__startswith=f"{section.path}/")).exists()


def public_sections(actor: Actor) -> list[tuple[str, str]]:
    """Return kind and path of every section in which this reader finds something, or below which: one query."""
    found = public(actor).exclude(section=None).order_by().values_list("kind", "section__path").distinct()
    paths = set()
    for kind, path in found:
        parts = path.split("/")
        paths |= {(kind, "/".join(parts[:count])) for count in range(1, len(parts) + 1)}
    return sorted(paths)


def newest(
    actor: Actor, *, kinds: Sequence[str] = tuple(Kind.values), under: str = "", language: str = "", limit: int = 30
) -> list[Article]:
    """Return what was published or changed last, with its text, for feeds; in every language unless one is named."""
    found = public(actor).filter(kind__in=kinds).select_related("section")
    if language:
        found = found.filter(language=language)
    if under:
        found = found.filter(Q(section__path=under) | Q(section__path__startswith=f"{under}/"))
    return list(found.order_by("-changed_at", "-pk")[:limit])
