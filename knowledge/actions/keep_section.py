"""Making a section, or changing it; what stands below moves with it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.addresses import article_address, section_address
from knowledge.errors import Invalid
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Kind, Section, Status
from knowledge.models.section import LONGEST_PATH

LONGEST_SLUG, LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_ICON = 100, 200, 300, 8
# More levels than this nobody reads in a list of contents.
DEEPEST = 8


def keep_section(
    section: Section | None,
    *,
    by: Actor,
    kind: str,
    title: str,
    parent: Section | None = None,
    slug: str = "",
    description: str = "",
    icon: str = "",
    order: int = 0,
    source: str = "",
    at: datetime | None = None,
) -> Section:
    """Make a section, or set all of an existing one. Without `slug` its address is made of the title, and is free.

    When its address changes all below gets another one, too, and every old address sends on to the new. An archived
    section comes back. Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        changing.require_publisher(by)
        instant = changing.now(at)
        if kind not in Kind.values:
            raise Invalid("kind", _("Choose articles, questions or videos."))
        title = changing.one_line("title", title, LONGEST_TITLE, is_required=True)
        parent = changing.lock_section(parent)
        found = Section.objects.select_for_update(of=("self",)).get(pk=section.pk) if section else Section(kind=kind)
        if found.kind != kind:
            raise Invalid("kind", _("A section stays of its kind. Make a new one."))
        _check_place(found, parent)
        is_named = bool(slug)
        if not slug:
            slug = found.slug or changing.free_slug(kind, parent, title, "section", LONGEST_SLUG)
        if len(slug) > LONGEST_SLUG:
            raise Invalid("slug", _("At most %(limit)s characters fit.") % {"limit": LONGEST_SLUG})
        old, path = found.path, changing.path_of(kind, parent, slug)
        if (is_named or old != path) and not changing.is_free(kind, path, but=found if found.pk else None):
            raise changing.taken(path)
        new: dict[str, Any] = {
            "parent": parent,
            "title": title,
            "slug": slug,
            "path": path,
            "description": changing.one_line("description", description, LONGEST_DESCRIPTION),
            "icon": changing.one_line("icon", icon, LONGEST_ICON),
            "order": order,
            "source": source,
            "is_archived": False,
        }
        was_archived = found.is_archived
        if found.pk and all(getattr(found, name) == value for name, value in new.items()):
            return found
        was_called = found.title
        for name, value in new.items():
            setattr(found, name, value)
        try:
            with transaction.atomic():
                found.save()
        except IntegrityError:
            raise changing.taken(path) from None
        changing.take_over(section_address(kind, path))
        if old and old != path:
            changing.send_on(section_address(kind, old), section=found)
            _move_below(found, old, by=by, at=instant)
        elif old and (was_archived or was_called != title):
            tell_articles(found, by=by, at=instant)
    return found


def _check_place(section: Section, parent: Section | None) -> None:
    if parent is None:
        return
    if parent.kind != section.kind:
        raise Invalid("parent", _("That section is for another kind."))
    if parent.path.count("/") + 2 > DEEPEST:
        raise Invalid("parent", _("Sections go %(count)s levels deep at most.") % {"count": DEEPEST})
    above: Section | None = parent
    while above is not None and section.pk:
        if above.pk == section.pk:
            raise Invalid("parent", _("A section cannot stand inside of itself."))
        above = above.parent


def below(section: Section, path: str) -> tuple[list[Section], list[Article]]:
    """Return the sections and articles whose paths stand below this one, locked."""
    inside = f"{path}/"
    sections = Section.objects.select_for_update(of=("self",)).filter(kind=section.kind, path__startswith=inside)
    articles = Article.objects.select_for_update(of=("self",)).filter(kind=section.kind, path__startswith=inside)
    only = ("pk", "path", "kind", "status", "published_at")
    return list(sections.order_by("pk")), list(articles.only(*only).order_by("pk"))


def _move_below(section: Section, old: str, *, by: Actor, at: datetime) -> None:
    """Give all that stood below `old` its new path, and redirects from the old ones."""
    sections, articles = below(section, old)
    moved: list[tuple[Section | Article, str]] = []
    together: list[Section | Article] = [*sections, *articles]
    for each in together:
        was, each.path = each.path, section.path + each.path[len(old) :]
        if len(each.path) > LONGEST_PATH:
            raise Invalid("slug", _("An address below would be too long. Shorten it, or move the section up."))
        moved.append((each, was))
    Section.objects.bulk_update(sections, ["path"])
    Article.objects.bulk_update(articles, ["path"], batch_size=200)
    for each, was in moved:
        if isinstance(each, Section):
            changing.take_over(section_address(each.kind, each.path))
            changing.send_on(section_address(each.kind, was), section=each)
        elif each.published_at is not None:
            if each.status == Status.PUBLISHED:
                changing.take_over(article_address(each.kind, each.path))
            changing.send_on(article_address(each.kind, was), article=each)
    changes = [(each.pk, {"old": was, "new": each.path}) for each, was in moved if isinstance(each, Article)]
    if changes:
        changing.record_changes(changes, ArticleEvent.MOVED, by=by, at=at)


def tell_articles(section: Section, *, by: Actor, at: datetime) -> None:
    """Record for every article in a section and below that its section changed: the index knows its name and state."""
    _sections, articles = below(section, section.path)
    if articles:
        changes = [(article.pk, {"changed": {"section": [section.pk, section.pk]}}) for article in articles]
        changing.record_changes(changes, ArticleEvent.DETAILS_SET, by=by, at=at)
