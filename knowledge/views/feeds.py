"""What is new in the documentation, for programs that look every now and then (Atom, RFC 4287)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Actor, actor_of
from knowledge import pages, reading
from knowledge.models import Kind, Section
from knowledge.views.caching import dated, revalidated

ENTRIES = 30


@require_safe
@revalidated
def documentation_feed(request: HttpRequest) -> HttpResponse:
    """Return what was published or changed last, of every kind."""
    return _feed(request, actor_of(request), None)


@require_safe
@revalidated
def section_feed(request: HttpRequest, path: str) -> HttpResponse:
    """Return the same of one section and what is below it. Raises Http404 as its page does."""
    actor = actor_of(request)
    section = reading.section_at(actor, Kind.ARTICLE, path)
    if section is None:
        raise Http404
    return _feed(request, actor, section)


def _feed(request: HttpRequest, actor: Actor, section: Section | None) -> HttpResponse:
    found = reading.newest(
        actor,
        kinds=[Kind.ARTICLE] if section else list(Kind.values),
        under=section.path if section else "",
        limit=ENTRIES,
    )
    if section and not found:
        raise Http404
    feed = Atom1Feed(
        title=section.title if section else _("Documentation"),
        link=pages.absolute(section.get_absolute_url() if section else "/docs/"),
        description=section.description if section else "",
        feed_url=pages.absolute(request.path),
        language=pages.language_of(request),
    )
    for article in found:
        feed.add_item(
            title=article.title,
            link=pages.absolute(article.get_absolute_url()),
            description=article.summary or article.text[:300],
            content=article.html,
            pubdate=article.published_at,
            updateddate=article.changed_at,
            unique_id=pages.absolute(f"/knowledge/{article.pk}/"),
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    return dated(response, found[0].changed_at if found else None)
