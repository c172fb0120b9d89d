"""The files of a form: those that were uploaded while it was written, and those that came with it."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, actor_of
from content.errors import FileRefused
from content.quotas import mark_of, uploader_of
from support.actions.attach import attach, remove_unsent
from support.errors import Invalid
from support.models import Attachment
from support.permissions import unsent_files

UNSENDABLE = (Attachment.State.BLOCKED, Attachment.State.UNCHECKED)


@dataclass
class PostedFiles:
    """Files ready to be sent, and what was wrong with the others, each in a sentence."""

    attachments: list[Attachment] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    # What the form is answered with: 422, or the storage's own word (507 full, 503 away) so that monitors see it.
    status: int = 422


def posted_files(request: HttpRequest, actor: Actor, *, takes_uploads: bool = True) -> PostedFiles:
    """Return the form's files: keys in `attachments` (uploaded before) and files in `files` (without JavaScript).

    A key that is not this person's own unsent upload becomes an error, whosever it is (SEC-09, SEC-21). What came
    with the form is kept, so a form that comes back for another reason still has its files. The one named in `remove`
    (a button for those without JavaScript) is deleted.
    """
    posted = PostedFiles()
    given_up = request.POST.get("remove", "")
    if given_up:
        for file in unsent_files(actor, mark_of(request), [given_up]):
            remove_unsent(file)
    keys = [key for key in _keys(request) if str(key) != given_up]
    if keys:
        found = {file.pk: file for file in unsent_files(actor, mark_of(request), map(str, keys))}
        posted.attachments = [found[key] for key in keys if key in found]
    missing = len({*request.POST.getlist("attachments")} - {given_up}) - len(posted.attachments)
    if missing > 0:
        posted.errors.append(
            ngettext(
                "A file is not there any more. Add it again.",
                "%(count)s files are not there any more. Add them again.",
                missing,
            )
            % {"count": missing}
        )
    uploads = request.FILES.getlist("files") if takes_uploads else []
    limit = settings.MAX_FILES_PER_MESSAGE
    if len(posted.attachments) + len(uploads) > limit:
        posted.errors.append(
            ngettext(
                "At most %(limit)s file fits in one message.",
                "At most %(limit)s files fit in one message.",
                limit,
            )
            % {"limit": limit}
        )
        return posted
    for upload in uploads:
        try:
            posted.attachments.append(attach(upload, uploader=uploader_of(request)))
        except FileRefused as refused:
            posted.errors.append(_("%(name)s: %(reason)s") % {"name": upload.name, "reason": refused})
            if refused.status >= 500:
                posted.status = refused.status
    posted.errors += [
        _("%(name)s: %(reason)s") % {"name": file.name, "reason": file.state_words}
        for file in posted.attachments
        if file.state in UNSENDABLE
    ]
    posted.attachments = [file for file in posted.attachments if file.state not in UNSENDABLE]
    return posted


def is_unfinished(request: HttpRequest, files: PostedFiles) -> bool:
    """Return whether the form only comes back, without JavaScript: for a preview, without a file, to look for answers.

    Nothing is checked yet, but what was wrong with a file is said.
    """
    if not {"preview", "remove", "look"} & request.POST.keys():
        return False
    for error in files.errors:
        messages.error(request, error)
    return True


def drafted(request: HttpRequest, actor: Actor) -> list[Attachment]:
    """Return the uploads that a draft names, as many as fit one message; foreign keys are passed over."""
    keys = [str(key) for key in _keys(request)][: settings.MAX_FILES_PER_MESSAGE]
    return list(unsent_files(actor, mark_of(request), keys)) if keys else []


def collect_attachments(request: HttpRequest) -> list[Attachment]:
    """Return the form's files. Raises Invalid naming `attachments` with every sentence about what was wrong."""
    posted = posted_files(request, actor_of(request))
    if posted.errors:
        raise Invalid("attachments", " ".join(posted.errors))
    return posted.attachments


def _keys(request: HttpRequest) -> list[uuid.UUID]:
    keys: dict[uuid.UUID, None] = {}
    for key in request.POST.getlist("attachments"):
        with suppress(ValueError):
            keys[uuid.UUID(key)] = None
    return list(keys)
