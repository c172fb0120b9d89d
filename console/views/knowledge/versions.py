"""What an article was before: its versions, what changed between any two, and going back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import knowledge
from console.views.knowledge.frame import article_or_404, framed
from console.views.outbox import page_of
from knowledge.actions.restore_version import restore_version
from knowledge.differences import compare, paired
from knowledge.errors import NotAllowed, Refused
from knowledge.models import Article, ArticleVersion


@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the versions of an article, the newest first."""
    _actor, article = article_or_404(request, pk)
    rows, newer, older = page_of(knowledge.versions_of(article), request.GET)
    return render(
        request,
        "console/knowledge/versions.html",
        framed(
            request,
            _("Versions of “%(title)s”") % {"title": article.title},
            article=article,
            rows=rows,
            newer_url=newer,
            older_url=older,
        ),
    )


@require_safe
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what changed between two versions, in one column or side by side."""
    _actor, article = article_or_404(request, pk)
    old, new = (_version(article, request.GET.get(name, "")) for name in ("old", "new"))
    if old.number > new.number:
        old, new = new, old
    return render(
        request,
        "console/knowledge/comparison.html",
        framed(
            request,
            _("Version %(old)s and version %(new)s") % {"old": old.number, "new": new.number},
            article=article,
            old=old,
            new=new,
            is_beside="beside" in request.GET,
            parts=[
                (name, lines, paired(lines))
                for name, lines in (
                    (_("Title"), compare(old.title, new.title)),
                    (_("Summary"), compare(old.summary, new.summary)),
                    (_("Text"), compare(old.body, new.body)),
                )
            ],
        ),
    )


def _version(article: Article, number: str) -> ArticleVersion:
    found = knowledge.version_of(article, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise Http404
    return found


@require_POST
def restoring(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Save an older version's words as the newest."""
    actor, article = article_or_404(request, pk)
    seen = request.POST.get("newest", "")
    try:
        restore_version(
            article,
            number,
            by=actor,
            expected_number=int(seen) if seen.isdecimal() and len(seen) < 10 else article.newest_number,
        )
    except NotAllowed as refused:
        return HttpResponse(str(refused), status=403, content_type="text/plain; charset=utf-8")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("console:article_versions", pk=pk)
    messages.success(request, _("Version %(number)s is the newest again.") % {"number": number})
    return redirect("console:article", pk=pk)
