"""Putting a message into a ticket: what replies, notes and new tickets share."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from content.markdown import LONGEST_SOURCE, render
from support.errors import Invalid
from support.models import Attachment, Message, Ticket


def write_message(
    ticket: Ticket,
    *,
    author: User | None,
    body: str,
    is_public: bool,
    is_staff_reply: bool,
    channel: str,
    attachments: Iterable[Attachment],
    submission: uuid.UUID | None,
    at: datetime,
    fallback_author: User | None = None,
    is_automatic: bool = False,
) -> Message:
    """Render, save and return a message with its files. Raises Invalid for an empty, over-long or blocked one."""
    files = list(attachments)
    body = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not body and not files:
        raise Invalid("body", _("Write a few words first."))
    if len(body) > LONGEST_SOURCE:
        raise Invalid(
            "body",
            _("This is %(length)s characters long; at most %(limit)s fit. Send the rest as a file.")
            % {"length": len(body), "limit": LONGEST_SOURCE},
        )
    limit = settings.MAX_FILES_PER_MESSAGE
    if len(files) > limit:
        raise Invalid(
            "attachments",
            ngettext(
                "At most %(limit)s file fits in one message.",
                "At most %(limit)s files fit in one message.",
                limit,
            )
            % {"limit": limit},
        )
    for file in files:
        if file.state in (Attachment.State.BLOCKED, Attachment.State.UNCHECKED):
            raise Invalid("attachments", _("%(name)s: %(reason)s") % {"name": file.name, "reason": file.state_words})
    rendered = render(body)
    message = Message.objects.create(
        ticket=ticket,
        author=author or fallback_author,
        is_public=is_public,
        is_staff_reply=is_staff_reply,
        is_automatic=is_automatic,
        channel=channel,
        source=body,
        html=rendered.html,
        text=rendered.text,
        submission=submission or uuid.uuid4(),
        created_at=at,
    )
    if files:
        taken = Attachment.objects.filter(pk__in=[file.pk for file in files], message=None).update(message=message)
        if taken != len(files):
            raise Invalid("attachments", _("A file was already sent with another message. Add it again."))
    return message
