"""Between tickets and articles: an answer becomes an article, and an article becomes an answer."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console import knowledge
from console.views.knowledge.frame import framed, writer
from console.views.ticket import ticket_or_404
from content.markdown import trusted
from knowledge.actions.draft_from_reply import draft_from_reply, told_apart
from knowledge.actions.record_answer import remove_answer
from knowledge.customer_data import replaced
from knowledge.errors import Invalid, NotAllowed, Refused
from knowledge.forms import ReplyArticleForm
from knowledge.models import Article
from knowledge.rendering import rendered
from search.queries import find

IN_LIST = 8


@require_http_methods(["GET", "HEAD", "POST"])
def article_of_reply(request: HttpRequest, number: int, message: int) -> HttpResponse:
    """Make an article of a public answer; what may be the customer's own is pointed out, and must go first."""
    actor, ticket = ticket_or_404(request, number)
    writer(request)
    found = knowledge.message_for(actor, ticket, message)
    if found is None:
        raise Http404
    form = ReplyArticleForm(request.POST or None, initial={"title": ticket.subject, "body": found.source})
    accepted = frozenset(request.POST.getlist("harmless"))
    status = 200
    if "replace" in request.POST:
        typed = {name: request.POST.get(name, "")[:400_000].replace("\r\n", "\n") for name in ("title", "body")}
        clean = {name: replaced(text, told_apart(found, text), accepted) for name, text in typed.items()}
        form = ReplyArticleForm(initial={**clean, "kind": request.POST.get("kind", "")})
    elif form.is_bound:
        status = 422
        if form.is_valid():
            try:
                article = draft_from_reply(found, by=actor, accepted=accepted, **form.cleaned_data)
            except Refused as refused:
                field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
                form.add_error(field, str(refused))
                status = 403 if isinstance(refused, NotAllowed) else 422
            else:
                messages.success(request, _("It is a draft now. Choose its section and who may read it."))
                return redirect("console:article", pk=article.pk)
    told = {each.text: each for name in ("title", "body") for each in told_apart(found, str(form[name].value() or ""))}
    context = framed(
        request,
        _("An article of this answer"),
        ticket=ticket,
        form=form,
        told=list(told.values()),
        accepted=accepted,
        preview=trusted(rendered(str(form["body"].value() or "")).html),
    )
    return render(request, "console/knowledge/of_reply.html", context, status=status)


@require_safe
def insertion(request: HttpRequest) -> HttpResponse:
    """Show articles to answer with, as buttons that put a link into the answer."""
    actor = writer(request)
    text = " ".join(request.GET.get("article-search", "").replace("\x00", "").split())[:200]
    rows: list[Article] = []
    if text:
        asked = find(actor, text, kinds=("article", "faq", "video"), limit=IN_LIST, is_prefix=True)
        rows = [hit.row for hit in asked.hits if isinstance(hit.row, Article)]
        if asked.problem or not rows:
            rows = knowledge.to_insert(actor, text, IN_LIST)
    base = settings.BASE_URL.rstrip("/")
    found = [(row, base + row.get_absolute_url(), row.title.replace("[", "(").replace("]", ")")) for row in rows]
    return render(request, "console/knowledge/_insertion.html", {"rows": found, "text": text})


@require_safe
def ticket_articles(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a ticket was answered with, and what was made of it: a part of the workspace, or a page."""
    _actor, ticket = ticket_or_404(request, number)
    answers = knowledge.answers_of(ticket)
    context = {
        "ticket": ticket,
        "answers": [each for each in answers if not each.is_source],
        "made": [each for each in answers if each.is_source],
    }
    if request.headers.get("HX-Request"):
        return render(request, "console/knowledge/_ticket.html", context)
    title = _("Articles of #%(number)s") % {"number": ticket.pk}
    return render(request, "console/knowledge/ticket.html", framed(request, title, **context))


@require_POST
def answer_removal(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take back that a ticket was answered with an article."""
    actor, ticket = ticket_or_404(request, number)
    found = knowledge.answer_for(ticket, pk)
    if found is None:
        raise Http404
    remove_answer(found, by=actor)
    messages.info(request, _("Taken off the ticket."))
    return redirect(reverse("console:ticket", args=[ticket.pk]))
