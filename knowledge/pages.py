"""What the pages of an article show beyond its text: where it stands, what stands beside it, what it is about."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext_lazy

from accounts.actors import Actor
from content.markdown import linked_data, trusted
from knowledge import reading
from knowledge.models import Article, Audience, Kind, Section, Video
from knowledge.permissions import can_write
from search.queries import find

MOST_RELATED = 4
HOMES = {
    Kind.ARTICLE: ("knowledge:home", gettext_lazy("Documentation")),
    Kind.FAQ: ("knowledge:faq", gettext_lazy("Questions")),
    Kind.VIDEO: ("knowledge:videos", gettext_lazy("Videos")),
}


def language_of(request: HttpRequest) -> str:
    """Return the language in which this reader is shown lists: `?language=`, else that of the pages."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else (get_language() or settings.LANGUAGE_CODE).split("-")[0]


def absolute(url: str) -> str:
    """Return an address with the desk's own host, whatever host the request names (SEC-18)."""
    return f"{settings.BASE_URL}{url}"


def markdown_address(article: Article) -> str:
    """Return where an article stands as the Markdown it was written in."""
    return f"{article.get_absolute_url().rstrip('/')}.md"


def breadcrumbs(kind: str, above: list[Section], last: str = "") -> list[tuple[str, str]]:
    """Return where a page stands, from the home of its kind on, as the breadcrumbs component takes it."""
    name, words = HOMES[Kind(kind)]
    steps = [(str(words), reverse(name)), *((section.title, section.get_absolute_url()) for section in above)]
    if last:
        return [*steps, (last, "")]
    return [*steps[:-1], (steps[-1][0], "")]


def related(actor: Actor, article: Article) -> list[Article]:
    """Return what else may answer the same question, found by the words of the title; nothing while search is out."""
    found = find(actor, article.title, kinds=list(Kind.values), languages=[article.language], limit=MOST_RELATED + 1)
    rows = [each.row for each in found.hits]
    return [row for row in rows if row.pk != article.pk and row.is_listed][:MOST_RELATED]


def article_context(actor: Actor, article: Article) -> dict[str, Any]:
    """Return what the page of an article of any kind shows."""
    above = reading.trail(article.section)
    steps = breadcrumbs(article.kind, above, article.title)
    others = reading.languages_of(actor, article)
    url = absolute(article.get_absolute_url())
    return {
        "article": article,
        "html": trusted(article.html),
        "trail": steps,
        "is_behind": reading.is_behind(article),
        "others": [(other, get_language_info(other.language)["name_local"]) for other in others],
        "alternates": [(each.language, absolute(each.get_absolute_url())) for each in (article, *others)]
        if others
        else [],
        "related": related(actor, article) if article.is_published else [],
        "can_edit": can_write(actor),
        "canonical": url,
        "markdown_url": markdown_address(article),
        "is_public": article.is_published and article.audience == Audience.EVERYONE,
        "linked": [linked_data(about_article(article, url)), linked_data(about_trail(steps))],
    }


def about_article(article: Article, url: str) -> Mapping[str, Any]:
    """Return an article as schema.org describes it (TechArticle, or FAQPage for a question)."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": article.title,
        "inLanguage": article.language,
        "url": url,
        "isAccessibleForFree": True,
    }
    if article.summary:
        about["description"] = article.summary
    if article.published_at:
        about["datePublished"] = article.published_at.isoformat()
    if article.changed_at:
        about["dateModified"] = article.changed_at.isoformat()
    if article.kind == Kind.FAQ:
        return {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [about_question(article)]}
    return about


def about_video(article: Article, video: Video) -> Mapping[str, Any]:
    """Return a video as schema.org's VideoObject, with where its picture and its file are."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": article.title,
        "description": article.summary or article.text[:300] or article.title,
        "inLanguage": article.language,
        "url": absolute(article.get_absolute_url()),
    }
    if article.published_at:
        about["uploadDate"] = article.published_at.isoformat()
    if video.poster and video.poster.is_image:
        about["thumbnailUrl"] = absolute(reverse("knowledge:file", args=[video.poster.pk, video.poster.name]))
    if video.file:
        about["contentUrl"] = absolute(reverse("knowledge:file", args=[video.file.pk, video.file.name]))
    elif video.url:
        about["contentUrl"] = video.url
    if video.duration_seconds:
        about["duration"] = f"PT{video.duration_seconds}S"
    if video.transcript:
        about["transcript"] = " ".join(row["text"] for row in video.transcript)
    if video.chapters:
        about["hasPart"] = [
            {"@type": "Clip", "name": row["title"], "startOffset": row["at_seconds"],
             "url": f"{about['url']}#t{int(row['at_seconds'])}"}
            for row in video.chapters
        ]  # fmt: skip
    return about


def about_question(article: Article) -> Mapping[str, Any]:
    """Return a question with its answer as schema.org's FAQPage holds it."""
    return {
        "@type": "Question",
        "name": article.title,
        "url": absolute(article.get_absolute_url()),
        "acceptedAnswer": {"@type": "Answer", "text": article.html},
    }


def about_trail(steps: list[tuple[str, str]]) -> Mapping[str, Any]:
    """Return breadcrumbs as schema.org's BreadcrumbList."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": label, **({"item": absolute(url)} if url else {})}
            for number, (label, url) in enumerate(steps, 1)
        ],
    }


def script(data: Mapping[str, Any]) -> SafeString:
    """Return data for a block of structured data."""
    return linked_data(data)
