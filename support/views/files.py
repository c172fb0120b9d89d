"""Files: taken in one by one while a message is written, and given only to those who may read them.

Nothing here is ever shown by a browser as a page: the type comes from our own list, the policy forbids everything,
and only pictures that we wrote ourselves are shown instead of saved (SEC-03).
"""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import throttle
from accounts.actors import actor_of
from content import serving
from content.errors import FileRefused
from content.quotas import mark_of, uploader_of
from support.actions.attach import attach, remove_unsent
from support.models import Attachment
from support.permissions import unsent_files, visible_attachments

# One address sends this many files at most, however small: an office with one address must be able to work.
UPLOADS, UPLOADS_SECONDS = 300, 15 * 60


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Keep the file in `file` for a message that is being written.

    201 with key, name, size (bytes), content_type, state and url; else error, a sentence, with its status.
    """
    try:
        throttle.hit("upload", throttle.address_key(request), limit=UPLOADS, seconds=UPLOADS_SECONDS)
    except throttle.TooManyAttempts as error:
        return _refusal(
            FileRefused(
                _("Too many files came from here in a short time. Wait a few minutes."),
                429,
                error.retry_after_seconds,
            )
        )
    sent = request.FILES.getlist("file")
    if len(sent) != 1:
        return _refusal(FileRefused(_("Send one file at a time."), 400))
    try:
        attachment = attach(sent[0], uploader=uploader_of(request))
    except FileRefused as refused:
        return _refusal(refused)
    return JsonResponse(
        {
            "key": str(attachment.pk),
            "name": attachment.name,
            "size": attachment.size,
            "content_type": attachment.content_type,
            "state": attachment.state,
            "url": attachment.url,
            "thumbnail_url": attachment.thumbnail_url,
            "removal_url": attachment.removal_url,
        },
        status=201,
    )


@require_POST
def upload_removal(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Delete an own file that was not sent, and go back to `next` if that is a page of ours (SEC-25).

    Raises Http404 for every other file.
    """
    attachment = unsent_files(actor_of(request), mark_of(request), [str(key)]).first()
    if attachment is None or not remove_unsent(attachment):
        raise Http404
    if request.accepts("text/html") and url_has_allowed_host_and_scheme(
        back := request.POST.get("next", ""),
        allowed_hosts={request.get_host()},
        require_https=request.is_secure(),
    ):
        return redirect(back)
    return JsonResponse({"key": str(key)})


@require_safe
def file(request: HttpRequest, key: uuid.UUID, name: str = "") -> HttpResponseBase:
    """Return a file's content, whole or the range asked for. Raises Http404 for foreign and missing alike."""
    attachment = _readable(request, key)
    if attachment.state != Attachment.State.CLEAN:
        return _unavailable(request, attachment)
    return serving.stream(
        request, attachment.path, attachment.content_type, attachment.name, is_shown=attachment.is_image
    )


@require_safe
def file_thumbnail(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Return the small picture (WebP) of a file that has one. Raises Http404 for all others."""
    attachment = _readable(request, key)
    if not attachment.thumbnail_path or attachment.state != Attachment.State.CLEAN:
        raise Http404
    return serving.stream(request, attachment.thumbnail_path, "image/webp", "thumbnail.webp", is_shown=True)


def _readable(request: HttpRequest, key: uuid.UUID) -> Attachment:
    actor = actor_of(request)
    attachment = (
        visible_attachments(actor).filter(pk=key).first() or unsent_files(actor, mark_of(request), [str(key)]).first()
    )
    if attachment is None:
        raise Http404
    return attachment


def _refusal(refused: FileRefused) -> JsonResponse:
    response = JsonResponse({"error": str(refused)}, status=refused.status)
    if refused.retry_after_seconds:
        response["Retry-After"] = str(refused.retry_after_seconds)
    return response


def _unavailable(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """Say that a file is still being checked (409, come again in 30 seconds) or will not be given out (403)."""
    is_pending = attachment.state == Attachment.State.PENDING
    status = 409 if is_pending else 403
    if request.accepts("text/html"):
        response = render(request, "support/file_unavailable.html", {"file": attachment}, status=status)
    else:
        response = JsonResponse({"error": attachment.state_words, "state": attachment.state}, status=status)
    if is_pending:
        response["Retry-After"] = "30"
    return response
