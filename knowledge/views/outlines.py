"""Everything that is public, for programs: the sitemap (sitemaps.org, 50,000 addresses a file) and llms.txt."""

import math

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from knowledge import pages, reading
from knowledge.addresses import section_address
from knowledge.models import Kind
from knowledge.views.caching import revalidated

PART = 10_000


@require_safe
@revalidated
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return all public addresses, or the files that hold them where they are too many for one."""
    count = reading.public(Actor.anonymous()).count()
    if count > PART:
        numbers = range(1, math.ceil(count / PART) + 1)
        parts = [pages.absolute(reverse("knowledge:sitemap_part", args=[number])) for number in numbers]
        return _xml(request, "knowledge/sitemap_index.xml", {"parts": parts})
    return _part(request, 1)


@require_safe
@revalidated
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """Return one of those files. Raises Http404 for one that there is not."""
    return _part(request, number)


@require_safe
@revalidated
def llms_txt(request: HttpRequest) -> HttpResponse:
    """Return what is public as an outline in Markdown (llmstxt.org); each line leads to the Markdown of its page."""
    anyone, language = Actor.anonymous(), pages.language_of(request)
    groups = []
    for kind in Kind.values:
        found = reading.listed(anyone, kind, language).select_related("section")
        rows = found.only(*reading.LISTED, "section__title").order_by("section__path", "order", "title")
        lines = [
            (row.title, pages.absolute(pages.markdown_address(row)), row.summary) for row in rows[: reading.MOST_LISTED]
        ]
        if lines:
            groups.append((str(pages.HOMES[Kind(kind)][1]), lines))
    response = render(request, "knowledge/llms.txt", {"groups": groups}, content_type="text/plain; charset=utf-8")
    return response


def _part(request: HttpRequest, number: int) -> HttpResponse:
    found = reading.public(Actor.anonymous()).only("kind", "path", "changed_at").order_by("pk")
    rows = list(found[(number - 1) * PART : number * PART]) if number > 0 else []
    if not rows and number != 1:
        raise Http404
    homes = []
    if number == 1:
        sections = reading.public_sections(Actor.anonymous())
        homes = [reverse(name) for name, _words in pages.HOMES.values()]
        homes = [pages.absolute(url) for url in (*homes, *(section_address(*each) for each in sections))]
    places = [(pages.absolute(row.get_absolute_url()), row.changed_at) for row in rows]
    return _xml(request, "knowledge/sitemap.xml", {"homes": homes, "places": places})


def _xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return render(request, template, context, content_type="application/xml; charset=utf-8")
