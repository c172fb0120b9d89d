"""Articles beside a new ticket: offered while its subject is typed, read in a dialog, and "this answered it"."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Actor, ActorKind, actor_of
from accounts.readers import reader_of
from content.markdown import trusted
from knowledge.actions.note_read import note_read
from knowledge.actions.offer_articles import note_answered, note_opened, offer_articles
from portal.answers import answers_to, article_of, form_key
from portal.politeness import asks_too_often, wait_a_moment
from portal.search_results import kind_label
from portal.views.search import key_of
from support.actions.keep_draft import keep_draft
from support.attaching import posted_files
from support.models import Draft, Priority

# What of the form comes back, should somebody want to ask all the same.
CARRIED = ("subject", "body", "priority", "email", "name", "submission")


@require_POST
def answers(request: HttpRequest) -> HttpResponse:
    """Return the articles that may answer `subject`, and note under the form's `offer` that they were offered."""
    if asks_too_often(request, "answers"):
        return wait_a_moment()
    actor, subject = actor_of(request), request.POST.get("subject", "")
    found = answers_to(actor, subject)
    key = form_key(request.POST.get("offer", ""))
    if key is not None:
        offer_articles(key, found.articles, text=subject, reader=reader_of(request), by=actor)
    return render(request, "portal/_answers.html", {"answers": found})


@require_POST
def answer_opened(request: HttpRequest) -> HttpResponse:
    """Return an article to be read beside the form, and note that it was opened. Raises Http404 for a hidden one."""
    if asks_too_often(request, "answers"):
        return wait_a_moment()
    actor = actor_of(request)
    article = article_of(actor, key_of(request.POST.get("answer", "")))
    if article is None:
        raise Http404
    key = form_key(request.POST.get("offer", ""))
    if key is not None:
        note_opened(key, article, text=request.POST.get("subject", ""), reader=reader_of(request), by=actor)
    note_read(actor, article, at=timezone.now())
    context = {
        "article": article,
        "answer": f"{article.kind}:{article.pk}",
        "kind": kind_label(article.kind),
        "html": trusted(article.html),
    }
    return render(request, "portal/_answer.html", context)


@require_POST
def answered(request: HttpRequest) -> HttpResponse:
    """End the form kindly because an article answered it. Nothing is sent; all that was written can be taken up again.

    An article that the reader may not see is passed over without a word.
    """
    actor = actor_of(request)
    filer = actor if actor.kind == ActorKind.PERSON else Actor.anonymous()
    article = article_of(actor, key_of(request.POST.get("answer", "")))
    key = form_key(request.POST.get("offer", ""))
    if article is not None and key is not None and not asks_too_often(request, "answered"):
        note_answered(key, article, text=request.POST.get("subject", ""), reader=reader_of(request), by=actor)
    files = posted_files(request, filer)
    if filer.user is not None:
        priority = request.POST.get("priority", "")
        keep_draft(
            filer.user,
            Draft.Kind.TICKET,
            subject=request.POST.get("subject", ""),
            body=request.POST.get("body", ""),
            priority=int(priority) if priority in map(str, Priority.values) else Priority.NORMAL,
            attachments=files.attachments,
        )
    context = {
        "article": article,
        "carried": {name: request.POST[name] for name in CARRIED if name in request.POST},
        "attachments": files.attachments,
        "is_person": filer.user is not None,
    }
    return render(request, "portal/answered.html", context)
