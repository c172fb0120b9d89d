"""Pages of these tests alone, beside the desk's own: the style pages, and one on which every module is at work."""

import uuid
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import path
from django.utils import timezone

from config.urls import urlpatterns as desk

DRAFTS: list[dict[str, str]] = []
SENT: list[dict[str, list[str]]] = []


def writing(request: HttpRequest) -> HttpResponse:
    """Show a list, a promise and a form with everything that helps writing."""
    due = SimpleNamespace(
        kind="ok", text="…", at=timezone.now() + timedelta(hours=1, minutes=55, seconds=30), before="", after=""
    )
    page = Template(Path(__file__).with_name("writing.html").read_text())
    return HttpResponse(page.render(RequestContext(request, {"due": due})))


def keep(request: HttpRequest) -> JsonResponse:
    """Keep a draft."""
    DRAFTS.append(request.POST.dict())
    return JsonResponse({})


def upload(request: HttpRequest) -> JsonResponse:
    """Take one file, unless its name says that it is bad."""
    file = request.FILES["file"]
    if file.name.startswith("bad"):
        return JsonResponse({"error": "files of this kind are not taken"}, status=400)
    return JsonResponse({"key": str(uuid.uuid4()), "name": file.name, "size": file.size})


def preview(request: HttpRequest) -> HttpResponse:
    """Return what was written, as if rendered."""
    return HttpResponse(f"<p><b>{request.POST['text']}</b></p>")


def send(request: HttpRequest) -> HttpResponse:
    """Remember what was sent."""
    SENT.append({name: request.POST.getlist(name) for name in request.POST})
    return HttpResponse("<title>sent</title>")


urlpatterns = [
    path("style/", lambda request: render(request, "styleguide.html")),
    path("style/console/", lambda request: render(request, "styleguide_console.html")),
    path("error/<str:code>/", lambda request, code: render(request, f"{code}.html")),
    path("writing/", writing),
    path("writing/draft/", keep),
    path("writing/files/", upload),
    path("writing/preview/", preview),
    path("writing/sent/", send),
    *desk,
]
