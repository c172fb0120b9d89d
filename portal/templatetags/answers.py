"""Articles beside the form of a new ticket, which knows nothing of articles."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest

from accounts.actors import actor_of
from accounts.readers import reader_of
from knowledge.actions.offer_articles import offer_articles
from portal.answers import Answers, answers_to, form_key

register = template.Library()


@register.inclusion_tag("portal/_answers_beside.html", takes_context=True)
def answers_beside(context: dict[str, Any], subject: object, key: object) -> dict[str, Any]:
    """Show what may answer the subject as it stands in the form; nothing for none. `key` is the form's."""
    request: HttpRequest | None = context.get("request")
    text = str(subject or "")
    if request is None:
        return {"answers": Answers([], [])}
    actor = actor_of(request)
    answers = answers_to(actor, text)
    known = form_key(str(key))
    # A browser that brought a cookie is somebody's; a crawler that follows links to the form brings none.
    if answers.articles and known and {settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME} & {*request.COOKIES}:
        offer_articles(known, answers.articles, text=text, reader=reader_of(request), by=actor)
    return {"answers": answers, "subject": text}
