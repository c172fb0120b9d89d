"""Documentation: its front page, its sections, its articles, and what has moved."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor, actor_of
from knowledge import pages, reading
from knowledge.actions.note_read import note_read
from knowledge.models import Article, Kind, Section
from knowledge.views.caching import dated, revalidated, sent_on


@require_safe
@revalidated
def home(request: HttpRequest) -> HttpResponse:
    """Show the sections of the documentation in which the reader finds something."""
    actor, language = actor_of(request), pages.language_of(request)
    branches = reading.tree(actor, Kind.ARTICLE, language)
    return render(
        request,
        "knowledge/home.html",
        {
            "branches": branches,
            "articles": reading.in_section(actor, None, Kind.ARTICLE, language),
            "newest": reading.newest(actor, kinds=[Kind.ARTICLE], language=language, limit=5),
            "trail": pages.breadcrumbs(Kind.ARTICLE, []),
            "canonical": pages.absolute(request.path),
        },
    )


@require_safe
@revalidated
def page(request: HttpRequest, path: str) -> HttpResponse:
    """Show the article or the section of a path, or send on to where it is now. Raises Http404 for all else."""
    actor = actor_of(request)
    article = reading.article_at(actor, Kind.ARTICLE, path)
    if article is not None:
        return article_page(request, actor, article)
    section = reading.section_at(actor, Kind.ARTICLE, path)
    if section is not None:
        return section_page(request, actor, section)
    return moved(request, actor)


@require_safe
@revalidated
def page_markdown(request: HttpRequest, path: str) -> HttpResponse:
    """Return an article as the Markdown it was written in."""
    return as_markdown(request, Kind.ARTICLE, path)


def article_page(request: HttpRequest, actor: Actor, article: Article) -> HttpResponse:
    """Return the page of an article, and note that somebody signed in read it."""
    note_read(actor, article, at=timezone.now())
    context = pages.article_context(actor, article) | {"beside": reading.beside(actor, article)}
    return dated(render(request, "knowledge/article.html", context), article.changed_at)


def section_page(request: HttpRequest, actor: Actor, section: Section) -> HttpResponse:
    """Return a section with what is in it for this reader. Raises Http404 for one with nothing."""
    language = pages.language_of(request)
    branch = _branch(reading.tree(actor, section.kind, language), section.pk)
    if branch is None:
        raise Http404
    above = reading.trail(section)
    context = {
        "section": section,
        "branches": branch.branches,
        "articles": reading.in_section(actor, section, section.kind, language),
        "trail": pages.breadcrumbs(section.kind, above),
        "canonical": pages.absolute(section.get_absolute_url()),
        "linked": [pages.script(pages.about_trail(pages.breadcrumbs(section.kind, above)))],
    }
    return render(request, "knowledge/section.html", context)


def moved(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Send a reader on to where something is now. Raises Http404 for an address where nothing ever was for them."""
    target = reading.target_of(actor, request.path)
    if target is None or target.get_absolute_url() == request.path:
        raise Http404
    return sent_on(request, target.get_absolute_url())


def as_markdown(request: HttpRequest, kind: str, path: str) -> HttpResponse:
    """Return something's Markdown, with its title, or send on to where it is now. Raises Http404 as its page does."""
    actor = actor_of(request)
    article = reading.article_at(actor, kind, path)
    if article is None:
        target = reading.target_of(actor, request.path.removesuffix(".md"))
        if not isinstance(target, Article):
            raise Http404
        return sent_on(request, pages.markdown_address(target))
    text = f"# {article.title}\n\n{article.body.strip()}\n"
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    response["Link"] = f'<{pages.absolute(article.get_absolute_url())}>; rel="canonical"'
    return dated(response, article.changed_at)


def _branch(branches: list[reading.Branch], section: int) -> reading.Branch | None:
    for branch in branches:
        if branch.section.pk == section:
            return branch
        if found := _branch(branch.branches, section):
            return found
    return None
