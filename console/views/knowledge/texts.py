"""Texts kept once: snippets that articles hold, and beginnings of new articles."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console import knowledge
from console.views.knowledge.frame import framed, publisher, writer
from knowledge.actions.delete_snippet import delete_snippet
from knowledge.actions.keep_template import delete_template, keep_template
from knowledge.actions.save_snippet import save_snippet
from knowledge.errors import Invalid, Refused
from knowledge.forms import SnippetForm, TemplateForm
from knowledge.models import ArticleTemplate, Snippet


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Show snippets and templates."""
    writer(request)
    context = framed(
        request,
        _("Snippets and templates"),
        snippets=list(knowledge.snippets()[:500]),
        templates=list(knowledge.templates_for()[:200]),
    )
    return render(request, "console/knowledge/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_snippet(request: HttpRequest) -> HttpResponse:
    """Make a snippet."""
    publisher(request)
    form = SnippetForm(request.POST or None, is_new=True)
    if form.is_bound and form.is_valid() and knowledge.snippet_for(form.cleaned_data["key"]):
        form.add_error("key", _("There is a snippet of this key already."))
    return _snippet_page(request, None, form)


@require_http_methods(["GET", "HEAD", "POST"])
def snippet(request: HttpRequest, key: str) -> HttpResponse:
    """Change a snippet, and with it the articles that hold it."""
    publisher(request)
    found = _snippet_or_404(key)
    initial = {"key": found.key, "body": found.body}
    return _snippet_page(request, found, SnippetForm(request.POST or None, is_new=False, initial=initial))


def _snippet_or_404(key: str) -> Snippet:
    found = knowledge.snippet_for(key)
    if found is None:
        raise Http404
    return found


def _snippet_page(request: HttpRequest, snippet: Snippet | None, form: SnippetForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            source = snippet.source if snippet else ""
            save_snippet(form.cleaned_data["key"], by=publisher(request), body=form.cleaned_data["body"], source=source)
        except Refused as refused:
            field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
            form.add_error(field, str(refused))
        else:
            messages.success(request, _("Saved. The articles that hold it follow in a moment."))
            return redirect("console:texts")
    context = framed(
        request,
        _("Snippet %(key)s") % {"key": snippet.key} if snippet else _("New snippet"),
        snippet=snippet,
        form=form,
        users=knowledge.users_of(snippet) if snippet else [],
    )
    status = 422 if form.is_bound else 200
    return render(request, "console/knowledge/snippet.html", context, status=status)


@require_POST
def snippet_deletion(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a snippet that no article holds."""
    actor, found = publisher(request), _snippet_or_404(key)
    try:
        delete_snippet(found, by=actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("console:snippet", key=key)
    messages.success(request, _("The snippet is deleted."))
    return redirect("console:texts")


@require_http_methods(["GET", "HEAD", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    """Make a template."""
    publisher(request)
    return _template_page(request, None, TemplateForm(request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a template."""
    publisher(request)
    found = _template_or_404(pk)
    initial = {"name": found.name, "kind": found.kind, "body": found.body}
    return _template_page(request, found, TemplateForm(request.POST or None, initial=initial))


def _template_or_404(pk: int) -> ArticleTemplate:
    found = knowledge.templates_for().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _template_page(request: HttpRequest, template: ArticleTemplate | None, form: TemplateForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            keep_template(template, by=publisher(request), **form.cleaned_data)
        except Refused as refused:
            field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
            form.add_error(field, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("console:texts")
    title = template.name if template else _("New template")
    context = framed(request, title, template=template, form=form)
    return render(request, "console/knowledge/template.html", context, status=422 if form.is_bound else 200)


@require_POST
def template_deletion(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a template."""
    actor, found = publisher(request), _template_or_404(pk)
    delete_template(found, by=actor)
    messages.success(request, _("The template is deleted."))
    return redirect("console:texts")
