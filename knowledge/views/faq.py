"""Questions and answers: grouped, open in place, and each with a page of its own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from content.markdown import trusted
from knowledge import pages, reading
from knowledge.actions.note_read import note_read
from knowledge.models import Article, Kind
from knowledge.views import documentation
from knowledge.views.caching import dated, revalidated


@require_safe
@revalidated
def faq(request: HttpRequest) -> HttpResponse:
    """Show every group with its questions."""
    return _groups(request, "")


@require_safe
@revalidated
def group(request: HttpRequest, path: str) -> HttpResponse:
    """Show one group. Raises Http404 for one with nothing for this reader, unless it has moved."""
    if reading.section_at(actor_of(request), Kind.FAQ, path) is None:
        return documentation.moved(request, actor_of(request))
    return _groups(request, path)


@require_safe
@revalidated
def question(request: HttpRequest, path: str) -> HttpResponse:
    """Show one question with its answer, or send on to where it is now."""
    actor = actor_of(request)
    article = reading.article_at(actor, Kind.FAQ, path)
    if article is None:
        return documentation.moved(request, actor)
    note_read(actor, article, at=timezone.now())
    response = render(request, "knowledge/question.html", pages.article_context(actor, article))
    return dated(response, article.changed_at)


@require_safe
@revalidated
def question_markdown(request: HttpRequest, path: str) -> HttpResponse:
    """Return a question and its answer as the Markdown they were written in."""
    return documentation.as_markdown(request, Kind.FAQ, path)


def _groups(request: HttpRequest, path: str) -> HttpResponse:
    actor, language = actor_of(request), pages.language_of(request)
    branches = _flat(reading.tree(actor, Kind.FAQ, language))
    if path:
        branches = [each for each in branches if each.section.path == path or each.section.path.startswith(f"{path}/")]
        if not branches:
            raise Http404
    shown = reading.listed(actor, Kind.FAQ, language)
    if path:
        shown = shown.filter(section__in=[branch.section.pk for branch in branches])
    by_section: dict[int | None, list[Article]] = {}
    for article in shown.order_by("order", "title", "pk")[: reading.MOST_LISTED]:
        by_section.setdefault(article.section_id, []).append(article)
    groups = [(branch.section, by_section.get(branch.section.pk, [])) for branch in branches]
    if by_section.get(None):
        groups.append((None, by_section[None]))  # type: ignore[arg-type]
    groups = [(section, found) for section, found in groups if found]
    section = branches[0].section if path else None
    everything = [article for _section, found in groups for article in found]
    context = {
        "groups": [(section, [(article, trusted(article.html)) for article in found]) for section, found in groups],
        "section": section,
        "trail": pages.breadcrumbs(Kind.FAQ, reading.trail(section)),
        "canonical": pages.absolute(request.path),
        "linked": [
            pages.script(
                {
                    "@context": "https://schema.org",
                    "@type": "FAQPage",
                    "mainEntity": [pages.about_question(article) for article in everything],
                }
            )
        ]
        if everything
        else [],
    }
    return render(request, "knowledge/faq.html", context)


def _flat(branches: list[reading.Branch]) -> list[reading.Branch]:
    return [each for branch in branches for each in (branch, *_flat(branch.branches))]
