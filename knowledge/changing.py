"""Writing an article's change down: the one way in which its row is locked, checked, saved and recorded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor
from content.articles import LONGEST_ARTICLE
from events.models import Event
from events.record import record, record_many
from knowledge import permissions
from knowledge.addresses import RESERVED_PARTS
from knowledge.errors import Invalid, NotAllowed, Stale
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, ArticleVersion, Redirect, Section, Snippet, SnippetUse
from knowledge.models.section import LONGEST_PATH
from knowledge.rendering import RENDERER, rendered

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_NOTE = 250, 300, 200


def lock(article: Article, *, expected_number: int | None = None) -> Article:
    """Return the article's row as it is now, locked until the transaction ends.

    Raises Stale, with the newest version, when the caller looked at an older one.
    """
    fresh = Article.objects.select_for_update(of=("self",)).select_related("section", "owner").get(pk=article.pk)
    if expected_number is not None and fresh.newest_number != expected_number:
        raise Stale(
            _("Somebody saved a newer version while you were writing. Nothing of yours is lost: compare, then decide."),
            newest_of(fresh),
        )
    return fresh


def lock_section(section: Section | None) -> Section | None:
    """Return the section's row as it is now: what is put into it stands below the path that it really has.

    Locked before an article, as `keep_section` does, so that the two wait for each other and not crosswise.
    """
    return Section.objects.select_for_update(of=("self",)).filter(pk=section.pk).first() if section else None


def newest_of(article: Article) -> ArticleVersion:
    """Return the newest version of an article."""
    return ArticleVersion.objects.select_related("author").get(article=article, number=article.newest_number)


def now(at: datetime | None) -> datetime:
    """Return the instant of an act in UTC, cut to whole seconds; read after the lock."""
    return (at or timezone.now()).replace(microsecond=0)


def require(allowed: bool, message: str) -> None:
    """Raise NotAllowed with a sentence for the person unless allowed."""
    if not allowed:
        raise NotAllowed(message)


def require_writer(by: Actor) -> None:
    """Raise NotAllowed for whoever does not write articles."""
    require(permissions.can_write(by), _("You cannot write articles. Ask an administrator of the desk."))


def require_publisher(by: Actor) -> None:
    """Raise NotAllowed for whoever may not decide what readers see."""
    require(
        permissions.can_publish(by),
        _("You can write articles, not publish, move or archive them. Ask for a review instead."),
    )


def record_change(article: Article, event: ArticleEvent, *, by: Actor, at: datetime, **data: Any) -> Event:
    """Record what happened to an article."""
    return record(
        event,
        subject_type="article",
        subject_id=article.pk,
        actor=by.user,
        actor_kind=by.kind,
        data={**data, **({"rule": by.rule} if by.rule else {})},
        at=at,
    )


def record_changes(
    changes: Iterable[tuple[int, dict[str, Any]]], event: ArticleEvent, *, by: Actor, at: datetime
) -> None:
    """Record the same of many articles, each with its details, in two statements."""
    record_many(event, changes, subject_type="article", actor=by.user, actor_kind=by.kind, at=at)


# --- What is shown ---------------------------------------------------------------------------------------------------


def show(article: Article, version: ArticleVersion) -> None:
    """Put a version's words into the article and render them. The caller saves, then calls `keep_uses`.

    A text that is rendered already is not rendered again: a snippet that changed meanwhile sees to that itself.
    """
    is_rendered = article.body == version.body and article.renderer == RENDERER and bool(article.html)
    article.title, article.summary, article.body = version.title, version.summary, version.body
    if not is_rendered:
        render(article)


def render(article: Article) -> None:
    """Render the article's text anew. The caller saves, then calls `keep_uses`."""
    made = rendered(article.body, source=article.source)
    article.html, article.text, article.headings = made.html, made.text, list(made.headings)
    article.renderer = RENDERER
    article.used_snippets = set(made.snippets)


def keep_uses(article: Article) -> None:
    """Remember which snippets the shown text holds, if it was rendered just now."""
    used = article.used_snippets
    if used is None:
        return
    article.used_snippets = None
    known = dict(SnippetUse.objects.filter(article=article).values_list("snippet__key", "pk"))
    if gone := [pk for key, pk in known.items() if key not in used]:
        SnippetUse.objects.filter(pk__in=gone).delete()
    if fresh := used - known.keys():
        SnippetUse.objects.bulk_create(
            (SnippetUse(snippet=snippet, article=article) for snippet in Snippet.objects.filter(key__in=fresh)),
            ignore_conflicts=True,
        )


def write_version(
    article: Article, *, by: Actor, title: str, summary: str, body: str, note: str, at: datetime
) -> ArticleVersion:
    """Save the next version of a locked article; its row gets the number, and is saved by the caller."""
    article.newest_number += 1
    return ArticleVersion.objects.create(
        article=article,
        number=article.newest_number,
        title=title,
        summary=summary,
        body=body,
        author=by.user,
        note=note,
        created_at=at,
    )


# --- What fields must hold -------------------------------------------------------------------------------------------


def one_line(field: str, text: str, longest: int, *, is_required: bool = False) -> str:
    """Return a text as one line. Raises Invalid for one that is too long, or empty where something must be."""
    line = " ".join(text.replace("\x00", "").split())
    if is_required and not line:
        raise Invalid(field, _("Write a few words here."))
    return _no_longer(field, line, longest)


def body_of(text: str, field: str = "body") -> str:
    """Return Markdown as it is kept. Raises Invalid for one that is too long."""
    return _no_longer(
        field, text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").rstrip(), LONGEST_ARTICLE
    )


def _no_longer(field: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(
            field,
            _("This is %(length)s characters long; at most %(limit)s fit.") % {"length": len(text), "limit": longest},
        )
    return text


# --- Addresses -------------------------------------------------------------------------------------------------------


def path_of(kind: str, parent: Section | None, slug: str) -> str:
    """Return the path of this address part inside a section. Raises Invalid for what makes no address."""
    try:
        validate_slug(slug)
    except ValidationError:
        raise Invalid("slug", _("An address part holds letters, digits, hyphens and underscores only.")) from None
    if parent is not None and parent.kind != kind:
        raise Invalid("section", _("That section is for another kind."))
    if parent is None and RESERVED_PARTS.get(kind) == slug:
        raise Invalid("slug", _("“%(slug)s” means something else here. Choose another address.") % {"slug": slug})
    path = f"{parent.path}/{slug}" if parent else slug
    if len(path) > LONGEST_PATH:
        raise Invalid("slug", _("The address would be too long. Shorten it, or move the section up."))
    return path


def is_free(kind: str, path: str, *, but: Article | Section | None = None) -> bool:
    """Return whether nothing else stands at this path: articles and sections share their addresses."""
    articles = Article.objects.filter(kind=kind, path=path)
    sections = Section.objects.filter(kind=kind, path=path)
    if isinstance(but, Article):
        articles = articles.exclude(pk=but.pk)
    elif but is not None:
        sections = sections.exclude(pk=but.pk)
    return not articles.exists() and not sections.exists()


def taken(path: str) -> Invalid:
    """Return the refusal of an address that something else has."""
    return Invalid("slug", _("Something else stands at “%(path)s” already. Choose another address.") % {"path": path})


def free_slug(kind: str, parent: Section | None, wanted: str, fallback: str, longest: int) -> str:
    """Return an address part made of a title, with a number behind it where that one is taken."""
    stem = slugify(wanted)[:longest].strip("-_") or fallback
    if parent is None and RESERVED_PARTS.get(kind) == stem:
        stem = f"{stem}-1"
    prefix = f"{parent.path}/{stem}" if parent else stem
    near = {
        *Article.objects.filter(kind=kind, path__startswith=prefix).values_list("path", flat=True),
        *Section.objects.filter(kind=kind, path__startswith=prefix).values_list("path", flat=True),
    }
    number, slug, path = 1, stem, prefix
    while path in near:
        number += 1
        slug = f"{stem[: longest - 6]}-{number}"
        path = f"{parent.path}/{slug}" if parent else slug
    return slug


def take_over(*addresses: str) -> None:
    """Let what stands at these addresses now be found there: older redirects from them end."""
    Redirect.objects.filter(old_path__in=addresses).delete()


def send_on(old: str, *, article: Article | None = None, section: Section | None = None) -> None:
    """Send whoever asks for this address on. A redirect names what it leads to, so that chains cannot form."""
    if len(old) <= LONGEST_PATH:
        Redirect.objects.update_or_create(
            old_path=old, defaults={"article": article, "section": section, "is_imported": False}
        )
