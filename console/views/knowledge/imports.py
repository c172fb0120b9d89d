"""Importing a zip of Markdown: sending it, seeing how far it is, and what it could not do."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from console import article_imports
from console.views.knowledge.frame import framed, publisher
from content.errors import FileRefused
from content.quotas import uploader_of
from knowledge.actions.send_import import send_import
from knowledge.forms_of_imports import ImportForm
from knowledge.importing.words import sort_words


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Show what was imported before and take another archive."""
    actor = publisher(request)
    form = ImportForm(request.POST or None, request.FILES or None, sections=article_imports.section_paths())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = send_import(
                given["archive"],
                uploader=uploader_of(request),
                by=actor,
                section=given["section"],
                audience=given["audience"],
                is_sync=given["is_sync"],
                is_dry_run=given["is_dry_run"],
            )
        except FileRefused as refused:
            form.add_error("archive", str(refused))
        else:
            messages.success(
                request, _("The archive is here. It is read within seconds; this page tells how far it is.")
            )
            return redirect("console:article_import", row.pk)
    context = framed(request, _("Import articles"), form=form, imports=list(article_imports.imports()[:20]))
    return render(request, "console/knowledge/imports.html", context, status=422 if form.is_bound else 200)


@require_safe
def article_import(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show how far an import is, then its report; the page asks again by itself while it runs."""
    publisher(request)
    row = article_imports.import_for(key)
    if row is None:
        raise Http404
    findings = [
        {"file": file, "line": line, "sort": sort_words(sort), "message": message}
        for file, line, sort, message in row.report.get("findings", [])
    ]
    context = {
        "import": row,
        "counts": row.report.get("counts", {}),
        "findings": findings,
        "left": row.report.get("left"),
    }
    if request.headers.get("HX-Request") and not row.is_over:
        return render(request, "console/knowledge/_import.html", context)
    context = framed(request, row.name or _("Import"), **context)
    response = render(request, "console/knowledge/import.html", context)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response
