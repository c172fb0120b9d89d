"""The steps of an article's life, each a button that posts."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from console.views.knowledge.frame import article_or_404
from knowledge.actions.archive import archive
from knowledge.actions.ask_for_review import ask_for_review
from knowledge.actions.delete_draft import delete_draft
from knowledge.actions.publish import publish
from knowledge.actions.return_from_review import return_from_review
from knowledge.actions.schedule import schedule
from knowledge.errors import NotAllowed, Refused
from knowledge.forms import ScheduleForm
from knowledge.models import Article


def _do(request: HttpRequest, pk: int, act: Callable[[Actor, Article], str]) -> HttpResponse:
    actor, article = article_or_404(request, pk)
    try:
        messages.success(request, act(actor, article))
    except NotAllowed as refused:
        return HttpResponse(str(refused), status=403, content_type="text/plain; charset=utf-8")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("console:article", pk=pk)


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a review."""

    def act(actor: Actor, article: Article) -> str:
        ask_for_review(article, by=actor)
        return _("It waits for its review now.")

    return _do(request, pk, act)


@require_POST
def returning(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back from the review."""

    def act(actor: Actor, article: Article) -> str:
        return_from_review(article, by=actor, note=request.POST.get("note", ""))
        return _("It is a draft again.")

    return _do(request, pk, act)


@require_POST
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the version that was on the screen."""

    def act(actor: Actor, article: Article) -> str:
        seen = request.POST.get("number", "")
        publish(article, by=actor, expected_number=int(seen) if seen.isdecimal() and len(seen) < 10 else None)
        return _("Readers see it now.")

    return _do(request, pk, act)


@require_POST
def scheduling(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the hour of its publication; an empty one takes it back."""

    def act(actor: Actor, article: Article) -> str:
        form = ScheduleForm({"publish_at": "" if "off" in request.POST else request.POST.get("publish_at", "")})
        if "off" in request.POST:
            schedule(article, publish_at=None, by=actor)
            return _("It will not be published by itself.")
        if not form.is_valid():
            raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
        at = form.cleaned_data["publish_at"]
        if at is None:
            raise Refused(_("Choose day and time first."))
        schedule(article, publish_at=at, by=actor)
        return _("It will be published %(time)s.") % {"time": date_format(localtime(at), "DATETIME_FORMAT")}

    return _do(request, pk, act)


@require_POST
def archiving(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it from the readers."""

    def act(actor: Actor, article: Article) -> str:
        archive(article, by=actor)
        return _("It is archived: readers do not find it any more.")

    return _do(request, pk, act)


@require_POST
def deletion(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft that readers never saw."""
    actor, article = article_or_404(request, pk)
    try:
        delete_draft(article, by=actor)
    except NotAllowed as refused:
        return HttpResponse(str(refused), status=403, content_type="text/plain; charset=utf-8")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("console:article", pk=pk)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": article.title})
    return redirect("console:articles")
