"""What the pages for writing knowledge ask: lists, versions, translations. All starts at what the actor may read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from knowledge.models import (
    Article,
    ArticleDraft,
    ArticleFile,
    ArticleTemplate,
    ArticleVersion,
    Audience,
    Feedback,
    Kind,
    Section,
    Snippet,
    Status,
    TicketAnswer,
)
from knowledge.permissions import can_publish, can_write, visible_articles
from support.models import Message, Ticket
from support.permissions import visible_messages

IN_REVIEW = Q(status=Status.IN_REVIEW) | Q(status=Status.PUBLISHED, change_status=Status.IN_REVIEW)
# What the list shows; texts are long, and no row shows them.
HEAVY = ("body", "html", "text", "headings")


def written_number(prefix: str = "") -> Any:
    """Return the expression for the version of an article that readers have, or will have first."""
    return Coalesce(F(f"{prefix}shown_number"), F(f"{prefix}newest_number"))


def outdated() -> Q:
    """Return what makes a translation older than its original."""
    return Q(translation_of__isnull=False) & Q(translated_number__lt=written_number("translation_of__"))


@dataclass
class Wish:
    """What the list is asked for. Unknown words of an address are passed over."""

    view: str = ""
    status: str = ""
    kind: str = ""
    section: str = ""
    audience: str = ""
    owner: str = ""
    language: str = ""
    text: str = ""

    @property
    def is_filtered(self) -> bool:
        """Return whether anything narrows the list."""
        return any(vars(self).values())


VIEWS: dict[str, Any] = {
    "": lambda rows, actor: rows,
    "review": lambda rows, actor: rows.filter(IN_REVIEW),
    "mine": lambda rows, actor: rows.filter(owner=actor.user),
    "due": lambda rows, actor: rows.filter(review_by__lte=timezone.localdate()).exclude(status=Status.ARCHIVED),
    "changed": lambda rows, actor: rows.filter(status=Status.PUBLISHED, newest_number__gt=F("shown_number")),
    "outdated": lambda rows, actor: rows.filter(outdated()),
    "scheduled": lambda rows, actor: rows.filter(publish_at__isnull=False),
}


def view_names() -> list[tuple[str, str]]:
    """Return the views of the list in words."""
    return [
        ("", _("All")),
        ("review", _("To review")),
        ("mine", _("Mine")),
        ("due", _("Review due")),
        ("changed", _("Changed, not published")),
        ("scheduled", _("Scheduled")),
        ("outdated", _("Translation behind")),
    ]


def wish_of(query: QueryDict) -> Wish:
    """Return what an address asks for."""

    def one_of(name: str, values: Any) -> str:
        return query.get(name, "") if query.get(name, "") in values else ""

    number = {name: query.get(name, "") for name in ("section", "owner")}
    return Wish(
        view=one_of("view", VIEWS),
        status=one_of("status", Status.values),
        kind=one_of("kind", Kind.values),
        section=number["section"] if number["section"].isdecimal() and len(number["section"]) < 19 else "",
        audience=one_of("audience", Audience.values),
        owner=number["owner"] if number["owner"].isdecimal() and len(number["owner"]) < 19 else "",
        language=query.get("language", "")[:10],
        text=" ".join(query.get("q", "").replace("\x00", "").split())[:200],
    )


def articles(actor: Actor, wish: Wish) -> QuerySet[Article]:
    """Return the articles that a writer asked for, without their texts."""
    every = visible_articles(actor) if can_write(actor) else Article.objects.none()
    rows: QuerySet[Article] = VIEWS[wish.view](every, actor)
    if wish.status:
        rows = rows.filter(status=wish.status)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.audience:
        rows = rows.filter(audience=wish.audience)
    if wish.language:
        rows = rows.filter(language=wish.language)
    if wish.owner:
        rows = rows.filter(owner=int(wish.owner))
    if wish.section:
        section = Section.objects.filter(pk=int(wish.section)).first()
        inside = Q(section=int(wish.section))
        if section:
            inside |= Q(kind=section.kind, path__startswith=f"{section.path}/")
        rows = rows.filter(inside)
    for word in wish.text.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(path__icontains=word) | Q(summary__icontains=word))
    return (
        rows.select_related("section", "owner", "translation_of")
        .defer(*HEAVY, *(f"translation_of__{name}" for name in HEAVY))
        .annotate(
            is_behind=Case(When(outdated(), then=1), default=0, output_field=IntegerField()),
        )
    )


def choices(actor: Actor) -> dict[str, Any]:
    """Return what the list can be filtered by: two queries."""
    owners = User.objects.filter(pk__in=Article.objects.exclude(owner=None).values("owner")).order_by("display_name")
    languages = Article.objects.order_by().values_list("language", flat=True).distinct()
    return {"owners": list(owners[:200]), "languages": sorted(languages)}


def article_for(actor: Actor, pk: int) -> Article | None:
    """Return an article that this person may write on."""
    if not can_write(actor):
        return None
    return visible_articles(actor).select_related("section", "owner", "translation_of").filter(pk=pk).first()


def versions_of(article: Article) -> QuerySet[ArticleVersion]:
    """Return an article's versions, the newest first, without their texts."""
    return ArticleVersion.objects.filter(article=article).select_related("author").defer("body").order_by("-number")


def version_of(article: Article, number: int) -> ArticleVersion | None:
    """Return one version with its text."""
    return ArticleVersion.objects.filter(article=article, number=number).select_related("author").first()


@dataclass(frozen=True)
class Translation:
    """Another language of an article, and whether it is older than the original."""

    article: Article
    is_behind: bool
    is_original: bool = False


def translations_of(article: Article) -> list[Translation]:
    """Return the other languages of an article, the original first. One query."""
    root = article.translation_of_id or article.pk
    rows = (
        Article.objects.filter(Q(pk=root) | Q(translation_of=root))
        .exclude(pk=article.pk)
        .defer(*HEAVY)
        .annotate(is_behind=Case(When(outdated(), then=1), default=0, output_field=IntegerField()))
        .order_by("language")
    )
    return sorted(
        (Translation(row, bool(row.is_behind), row.pk == root) for row in rows), key=lambda each: not each.is_original
    )


def original_number(article: Article) -> int | None:
    """Return the version of its original that a translation should say now."""
    original = article.translation_of
    return (original.shown_number or original.newest_number) if original else None


def draft_of(actor: Actor, article: Article | None) -> ArticleDraft | None:
    """Return what this person typed and did not save."""
    return ArticleDraft.objects.filter(user=actor.user, article=article).first() if actor.user else None


def files_of(article: Article) -> list[ArticleFile]:
    """Return the files of an article, the newest first."""
    return list(ArticleFile.objects.filter(article=article).order_by("-created_at")[:100])


def templates_for(kind: str = "") -> QuerySet[ArticleTemplate]:
    """Return the beginnings of new articles."""
    rows = ArticleTemplate.objects.all()
    return rows.filter(kind=kind) if kind in Kind.values else rows


def snippets() -> QuerySet[Snippet]:
    """Return the snippets, with how many articles hold each."""
    return Snippet.objects.annotate(used=Count("uses")).order_by("key")


def feedback(actor: Actor, *, is_handled: bool) -> QuerySet[Feedback]:
    """Return what readers found unhelpful: what waits, or what was looked at."""
    if not can_write(actor):
        return Feedback.objects.none()
    rows = Feedback.objects.filter(was_helpful=False, handled_at__isnull=not is_handled)
    return rows.select_related("article", "user", "handled_by").defer(*(f"article__{name}" for name in HEAVY))


@dataclass
class Branch:
    """A section in the editor's tree."""

    section: Section
    depth: int
    articles: int
    is_first: bool = False
    is_last: bool = False


def sections(kind: str) -> list[Branch]:
    """Return the sections of a kind as a flat tree, each with how many articles it holds itself. Two queries."""
    rows = list(Section.objects.filter(kind=kind))
    counted = Article.objects.filter(kind=kind).order_by().values_list("section").annotate(Count("pk"))
    counts: dict[Any, int] = dict(counted)
    by_parent: dict[int | None, list[Section]] = {}
    for row in rows:
        by_parent.setdefault(row.parent_id, []).append(row)
    found: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        siblings = by_parent.get(parent, [])
        for index, row in enumerate(siblings):
            found.append(Branch(row, depth, counts.get(row.pk, 0), index == 0, index == len(siblings) - 1))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


def section_for(pk: int) -> Section | None:
    """Return a section with its parent."""
    return Section.objects.select_related("parent").filter(pk=pk).first()


def snippet_for(key: str) -> Snippet | None:
    """Return a snippet."""
    return snippets().filter(key=key).first()


def users_of(snippet: Snippet) -> list[Article]:
    """Return the articles that hold a snippet, the first hundred."""
    return list(Article.objects.filter(snippet_uses__snippet=snippet).defer(*HEAVY).order_by("title")[:100])


def message_for(actor: Actor, ticket: Ticket, pk: int) -> Message | None:
    """Return a public answer of the desk in a ticket."""
    return visible_messages(actor, ticket).filter(pk=pk, is_public=True, is_staff_reply=True).first()


def answers_of(ticket: Ticket) -> list[TicketAnswer]:
    """Return the articles that a ticket was answered with, and those made of it. One query."""
    rows = TicketAnswer.objects.filter(ticket=ticket).select_related("article")
    return list(rows.defer(*(f"article__{name}" for name in HEAVY)).order_by("pk")[:20])


def answer_for(ticket: Ticket, pk: int) -> TicketAnswer | None:
    """Return one answer of a ticket."""
    return TicketAnswer.objects.select_related("ticket").filter(ticket=ticket, pk=pk).first()


def to_insert(actor: Actor, text: str, limit: int = 8) -> list[Article]:
    """Return published articles whose title or address has these words: what stands in when there is no index."""
    rows = visible_articles(actor).filter(status=Status.PUBLISHED).exclude(section__is_archived=True)
    for word in text.split()[:6]:
        rows = rows.filter(Q(title__icontains=word) | Q(tags__icontains=word) | Q(path__icontains=word))
    return list(rows.defer(*HEAVY).order_by("title")[:limit])


def is_due(day: date | None) -> bool:
    """Return whether the day of a review came."""
    return day is not None and day <= timezone.localdate()


def may(actor: Actor) -> dict[str, bool]:
    """Return what templates ask of a writer."""
    return {"publish": can_publish(actor), "write": can_write(actor)}
