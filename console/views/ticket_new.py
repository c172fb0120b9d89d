"""A ticket that an agent files for somebody: a call, or a word in passing."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actors import actor_of
from console.forms import CallForm
from support.actions.open_ticket import open_ticket
from support.attaching import PostedFiles, is_unfinished, posted_files
from support.errors import Invalid, Refused
from support.permissions import worked_tickets


@require_http_methods(["GET", "HEAD", "POST"])
def ticket_new(request: HttpRequest) -> HttpResponse:
    """Show the form, or file what was posted; whatever is wrong is said at its field and nothing typed is lost."""
    actor = actor_of(request)
    if request.method != "POST":
        return _page(request, CallForm(initial={"email": request.GET.get("email", "")[:254]}), PostedFiles())
    files = posted_files(request, actor)
    form = CallForm(request.POST, has_files=bool(files.attachments or files.errors))
    if is_unfinished(request, files):
        return _page(request, CallForm(initial={name: request.POST.get(name, "") for name in form.fields}), files)
    for error in files.errors:
        form.add_error(None, error)
    if not form.is_valid():
        return _page(request, form, files, status=files.status)
    data = form.cleaned_data
    try:
        opened = open_ticket(
            by=actor,
            requester=find_or_create_person(data["email"], data["name"], data["channel"]),
            subject=data["subject"],
            body=data["body"],
            channel=data["channel"],
            priority=data["priority"],
            queue=data["queue"],
            attachments=files.attachments,
            submission=data["submission"],
            was_missed_call=data["outcome"] == "missed",
            at=data["call_at"],
        )
    except (Refused, ValidationError) as refused:
        field = refused.field if isinstance(refused, Invalid) and refused.field in form.fields else None
        if isinstance(refused, ValidationError):
            form.add_error("email", refused)
        else:
            form.add_error(field, str(refused))
        return _page(request, form, files, status=422)
    messages.success(request, _("Filed as #%(number)s.") % {"number": opened.ticket.pk})
    if not worked_tickets(actor).filter(pk=opened.ticket.pk).exists():
        messages.info(
            request,
            _("It went to the queue %(queue)s, which you do not work in.") % {"queue": opened.ticket.queue},
        )
        return redirect("console:queue")
    return redirect("console:ticket", opened.ticket.pk)


def _page(request: HttpRequest, form: CallForm, files: PostedFiles, *, status: int = 200) -> HttpResponse:
    return render(
        request,
        "console/ticket_new.html",
        {
            **admin.site.frame(request),  # type: ignore[attr-defined]
            "title": _("New ticket for a customer"),
            "form": form,
            "attachments": files.attachments,
            "max_bytes": settings.MAX_FILE_BYTES,
            "max_files": settings.MAX_FILES_PER_MESSAGE,
        },
        status=status,
    )
