"""The pages that say what went wrong, what was kept, and what to do."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.urls import Resolver404, resolve

from accounts.actors import actor_of
from knowledge import reading
from knowledge.views.caching import sent_on
from support.attaching import posted_files

# Forms in which people write at length. Their words come back when the form has grown old; nothing else does.
WRITTEN_IN = {"support:ticket_new", "support:replies", "console:messages", "console:ticket_new"}
KEPT_FIELDS = (
    *("subject", "body", "email", "name", "priority", "submission", "offer"),
    # Those of agents.
    *("kind", "version", "then", "back", "call_at", "channel", "outcome", "queue"),
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that nobody can make sense of."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who may not do this."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old; what somebody wrote at length is given back to be sent again.

    Nothing is done with it: the person reads their own words and presses the button, or not. Files that came with it
    are kept as unsent uploads if a page of ours sent them, which another site cannot pretend (SEC-24).
    """
    kept = _kept(request)
    if kept:
        files = posted_files(request, actor_of(request), takes_uploads=_is_from_here(request))
        return render(
            request,
            "portal/form_expired.html",
            {
                "kept": kept,
                "action": request.path,
                "attachments": files.attachments,
                "file_errors": files.errors,
                "are_files_lost": bool(request.FILES) and not _is_from_here(request),
                "max_bytes": settings.MAX_FILE_BYTES,
                "max_files": settings.MAX_FILES_PER_MESSAGE,
            },
            status=403,
        )
    return render(request, "403.html", {"is_form_expired": True}, status=403)


def _is_from_here(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this desk sent the form."""
    origin = request.headers.get("Origin") or "/".join(request.headers.get("Referer", "").split("/")[:3])
    return origin == f"{request.scheme}://{request.get_host()}"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a page that does not exist, or that this person may not know of; what has moved is found again."""
    if request.method in {"GET", "HEAD"}:
        target = reading.target_of(actor_of(request), request.path)
        if target is not None and target.get_absolute_url() != request.path:
            return sent_on(request, target.get_absolute_url())
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours."""
    return render(request, "500.html", status=500)


def _kept(request: HttpRequest) -> dict[str, str]:
    """Return what was typed into one of the long forms, or nothing."""
    try:
        if resolve(request.path_info).view_name not in WRITTEN_IN:
            return {}
        kept = {name: request.POST[name] for name in KEPT_FIELDS if name in request.POST}
    except (
        Resolver404,
        RawPostDataException,
        MultiPartParserError,
        RequestDataTooBig,
        TooManyFieldsSent,
        TooManyFilesSent,
    ):
        return {}
    return kept if kept.get("subject") or kept.get("body") or request.FILES else {}
