"""Beginning an article, a question or a video: a draft that only writers see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Tier, User
from knowledge import changing
from knowledge.errors import Invalid
from knowledge.event_names import ArticleEvent
from knowledge.models import Article, Audience, Kind, Section, Status

LONGEST_SLUG = 120


def create_article(
    *,
    by: Actor,
    kind: str,
    title: str,
    body: str = "",
    summary: str = "",
    section: Section | None = None,
    slug: str = "",
    language: str = "",
    audience: str = Audience.EVERYONE,
    tiers: Iterable[Tier] = (),
    tags: Iterable[str] = (),
    owner: User | None = None,
    translation_of: Article | None = None,
    order: int = 0,
    is_listed: bool = True,
    note: str = "",
    source: str = "",
    at: datetime | None = None,
) -> Article:
    """Return a new draft with its first version. Without `slug` its address is made of the title, and is free.

    Where a redirect led elsewhere from its address, it goes on doing so until this is published. `source` is the
    imported file. `at` is UTC.
    Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        changing.require_writer(by)
        instant = changing.now(at)
        title = changing.one_line("title", title, changing.LONGEST_TITLE, is_required=True)
        if kind not in Kind.values:
            raise Invalid("kind", _("Choose an article, a question or a video."))
        if section is None and translation_of is not None:
            section = translation_of.section
        section = changing.lock_section(section)
        language = language_of(language or settings.LANGUAGE_CODE)
        chosen = plans_of(audience, tiers)
        is_named = bool(slug)
        slug = slug or changing.free_slug(kind, section, title, _fallback(kind, translation_of, language), LONGEST_SLUG)
        if len(slug) > LONGEST_SLUG:
            raise Invalid("slug", _("At most %(limit)s characters fit.") % {"limit": LONGEST_SLUG})
        path = changing.path_of(kind, section, slug)
        if is_named and not changing.is_free(kind, path):
            raise changing.taken(path)
        article = Article(
            kind=kind,
            section=section,
            slug=slug,
            path=path,
            order=order,
            title=title,
            summary=changing.one_line("summary", summary, changing.LONGEST_SUMMARY),
            body=changing.body_of(body),
            tags=tags_of(tags),
            language=language,
            audience=audience,
            is_listed=is_listed,
            status=Status.DRAFT,
            owner=owner,
            source=source,
            **_original(translation_of, language),
        )
        changing.render(article)
        try:
            with transaction.atomic():
                article.save(force_insert=True)
        except IntegrityError:
            raise changing.taken(path) from None
        article.tiers.set(chosen)
        changing.write_version(
            article,
            by=by,
            title=article.title,
            summary=article.summary,
            body=article.body,
            note=changing.one_line("note", note, changing.LONGEST_NOTE),
            at=instant,
        )
        article.save(update_fields=["newest_number"])
        changing.keep_uses(article)
        changing.record_change(article, ArticleEvent.CREATED, by=by, at=instant, version=article.newest_number)
    return article


def _fallback(kind: str, original: Article | None, language: str) -> str:
    """Return what an address is made of where a title gives none: a title in Greek, or of signs alone."""
    return f"{original.slug[: LONGEST_SLUG - 12]}-{language.lower()}" if original else str(kind)


def _original(original: Article | None, language: str) -> dict[str, Any]:
    if original is None:
        return {}
    if original.translation_of_id is not None:
        raise Invalid("translation_of", _("That is a translation itself. Translate what it was made from."))
    if original.language == language:
        raise Invalid("language", _("The original is in this language already."))
    if Article.objects.filter(translation_of=original, language=language).exists():
        raise Invalid("language", _("There is a translation into this language already."))
    return {"translation_of": original, "translated_number": original.shown_number or original.newest_number}


def language_of(language: str) -> str:
    """Return a language's code, such as "en" or "pt-br". Raises Invalid for what is none."""
    code = language.strip().lower()
    if not code or len(code) > 10 or not code.replace("-", "").isalnum():
        raise Invalid("language", _("Choose a language."))
    return code


def plans_of(audience: str, tiers: Iterable[Tier]) -> list[Tier]:
    """Return the plans that go with an audience. Raises Invalid for an audience of nobody."""
    chosen = list(tiers)
    if audience not in Audience.values:
        raise Invalid("audience", _("Choose who may read it."))
    if audience != Audience.TIERS:
        return []
    if not chosen:
        raise Invalid("tiers", _("Choose at least one plan, or another audience."))
    return chosen


def tags_of(tags: Iterable[str]) -> list[str]:
    """Return tags in lower case, each once. Raises Invalid for too many or too long ones."""
    names = list(dict.fromkeys(name for tag in tags if (name := " ".join(str(tag).split()).lower())))
    if len(names) > 30 or any(len(name) > 60 for name in names):
        raise Invalid("tags", _("At most 30 tags of 60 characters each fit."))
    return names
