"""Was this helpful? Asked under each article, answered in one stroke or with a reason."""

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import throttle
from accounts.actors import actor_of
from accounts.readers import reader_of
from knowledge import reading
from knowledge.actions.give_feedback import LONGEST_COMMENT, give_feedback
from knowledge.errors import Invalid
from knowledge.models import Feedback

# One address may say so much in an hour; an office behind one address gets by with it.
TOLD, TOLD_SECONDS = 60, 3600


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for `?helpful=yes|no`, or keep what was said. Raises Http404 as the article's page does."""
    actor = actor_of(request)
    article = reading.published(actor, pk)
    if article is None:
        raise Http404
    values = request.POST if request.method == "POST" else request.GET
    context = {
        "article": article,
        "helpful": values.get("helpful", "") if values.get("helpful") in {"yes", "no"} else "",
        "reason": values.get("reason", ""),
        "comment": values.get("comment", "")[:LONGEST_COMMENT],
        "reasons": Feedback.Reason.choices,
        "longest": LONGEST_COMMENT,
        "is_fragment": bool(request.headers.get("HX-Request")),
    }
    if request.method != "POST":
        get_token(request)  # by its cookie the browser is known again, so that it is counted once
        return _answer(request, context)
    if not context["helpful"]:
        return _answer(request, {**context, "problem": True}, status=422)
    throttle.hit("feedback", throttle.address_key(request), limit=TOLD, seconds=TOLD_SECONDS)
    try:
        give_feedback(
            article,
            by=actor,
            reader=reader_of(request),
            was_helpful=context["helpful"] == "yes",
            reason=values.get("reason", ""),
            comment=values.get("comment", ""),
        )
    except Invalid as error:
        return _answer(request, {**context, "refusal": str(error)}, status=422)
    return _answer(request, {**context, "is_done": True})


def _answer(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    template = "knowledge/_feedback.html" if context["is_fragment"] else "knowledge/feedback.html"
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
