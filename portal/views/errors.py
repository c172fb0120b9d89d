"""The pages that say what went wrong, what was kept, and what to do."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.urls import Resolver404, resolve

# Forms in which people write at length. Their words come back when the form has grown old; nothing else does.
WRITTEN_IN = {"support:ticket_new", "support:replies"}
KEPT_FIELDS = ("subject", "body", "email", "name", "priority", "submission")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that nobody can make sense of."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who may not do this."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old; what somebody wrote at length is given back to be sent again.

    Nothing is done with it: the person reads their own words and presses the button, or not.
    """
    kept = _kept(request)
    if kept:
        return render(
            request,
            "portal/form_expired.html",
            {"kept": kept, "action": request.path, "attachments": request.POST.getlist("attachments")[:50]},
            status=403,
        )
    return render(request, "403.html", {"is_form_expired": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a page that does not exist, or that this person may not know of."""
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
    return kept if kept.get("subject") or kept.get("body") else {}
