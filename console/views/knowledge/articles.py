"""The list of everything written, and what readers say of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import actor_of
from console import knowledge
from console.views.knowledge.frame import framed, writer
from console.views.outbox import page_of
from knowledge.actions.handle_feedback import handle_feedback
from knowledge.forms import section_choices
from knowledge.models import Audience, Kind, Status


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """Show all that was written, the newest first, filtered."""
    actor = writer(request)
    wish = knowledge.wish_of(request.GET)
    rows, newer, older = page_of(knowledge.articles(actor, wish), request.GET)
    kept = {name: value for name, value in (("kind", wish.kind), ("q", wish.text)) if value}
    tabs = []
    for key, name in knowledge.view_names():
        query = QueryDict(mutable=True)
        query.update({**kept, **({"view": key} if key else {})})
        tabs.append((name, f"?{query.urlencode()}" if query else "?", key == wish.view))
    return render(
        request,
        "console/knowledge/articles.html",
        framed(
            request,
            _("Knowledge"),
            rows=rows,
            newer_url=newer,
            older_url=older,
            wish=wish,
            tabs=tabs,
            statuses=Status.choices,
            kinds=Kind.choices,
            audiences=Audience.choices,
            sections=section_choices(wish.kind or Kind.ARTICLE),
            today=timezone.localdate(),
            **knowledge.choices(actor),
        ),
    )


@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    """Show what readers found unhelpful, and why."""
    actor = writer(request)
    is_handled = "handled" in request.GET
    rows, newer, older = page_of(knowledge.feedback(actor, is_handled=is_handled), request.GET)
    return render(
        request,
        "console/knowledge/feedback.html",
        framed(request, _("Unhelpful"), rows=rows, newer_url=newer, older_url=older, is_handled=is_handled),
    )


@require_POST
def feedback_handling(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as looked at."""
    writer(request)
    actor = actor_of(request)
    found = knowledge.feedback(actor, is_handled=False).filter(pk=pk).first()
    if found is None:
        if not knowledge.feedback(actor, is_handled=True).filter(pk=pk).exists():
            raise Http404
    else:
        handle_feedback(found, by=actor)
        messages.success(request, _("Looked at."))
    return redirect(reverse("console:article_feedback"))
