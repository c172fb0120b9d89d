"""The tree of sections."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console import knowledge
from console.views.knowledge.frame import framed, publisher, writer
from knowledge.actions.archive_section import archive_section
from knowledge.actions.keep_section import keep_section
from knowledge.actions.order_section import order_section
from knowledge.errors import Invalid, Refused
from knowledge.forms import SectionForm
from knowledge.models import Kind, Section


def _kind(text: str) -> str:
    return text if text in Kind.values else str(Kind.ARTICLE)


@require_safe
def sections(request: HttpRequest) -> HttpResponse:
    """Show the sections of one kind as a tree."""
    writer(request)
    kind = _kind(request.GET.get("kind", ""))
    tabs = [
        (name, f"?kind={value}", value == kind)
        for value, name in (
            (Kind.ARTICLE, _("Documentation")),
            (Kind.FAQ, _("Groups of questions")),
            (Kind.VIDEO, _("Collections of videos")),
        )
    ]
    context = framed(request, _("Sections"), kind=kind, tabs=tabs, branches=knowledge.sections(kind))
    return render(request, "console/knowledge/sections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_section(request: HttpRequest) -> HttpResponse:
    """Make a section."""
    publisher(request)
    kind = _kind(request.GET.get("kind", ""))
    initial = {"parent": request.GET.get("parent", "")[:18]}
    return _page(request, None, kind, SectionForm(request.POST or None, kind=kind, initial=initial))


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a section."""
    publisher(request)
    found = _section_or_404(pk)
    initial = {name: getattr(found, name) for name in ("title", "icon", "description", "slug", "order")}
    initial["parent"] = str(found.parent_id or "")
    form = SectionForm(request.POST or None, kind=found.kind, section=found, initial=initial)
    return _page(request, found, found.kind, form)


def _section_or_404(pk: int) -> Section:
    found = knowledge.section_for(pk)
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, section: Section | None, kind: str, form: SectionForm) -> HttpResponse:
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                source = section.source if section else ""
                keep_section(section, by=publisher(request), kind=kind, source=source, **form.cleaned_data)
            except Refused as refused:
                field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
                form.add_error(field, str(refused))
            else:
                messages.success(request, _("Saved."))
                return redirect(f"{reverse('console:sections')}?kind={kind}")
    title = section.title if section else _("New section")
    context = framed(request, title, section=section, kind=kind, form=form)
    return render(request, "console/knowledge/section.html", context, status=status)


@require_POST
def section_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a section up or down."""
    actor, found = publisher(request), _section_or_404(pk)
    order_section(found, by=actor, is_up=request.POST.get("go") == "up")
    return redirect(f"{reverse('console:sections')}?kind={found.kind}#section-{found.pk}")


@require_POST
def section_archiving(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a section, and all in it, from the readers."""
    actor, found = publisher(request), _section_or_404(pk)
    archive_section(found, by=actor)
    messages.success(request, _("“%(title)s” is archived, with all that stands in it.") % {"title": found.title})
    return redirect(f"{reverse('console:sections')}?kind={found.kind}")
