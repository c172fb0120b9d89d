"""Writing a mail down, in the reader's language and time zone, ready to be sent.

The same cause makes one mail, however often a reaction runs. What is automatic says so (RFC 3834, section 5);
a reply that a person wrote is that person's letter and carries no such header.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.models import User
from events import dispatch
from notifications.models import OutgoingMail
from notifications.plain_words import name, one_line, without_links

PATIENCE = timedelta(days=5)
LONGEST_SUBJECT = 250
# RFC 5322 sets no limit, but a header line must stay under 998 characters: the first mail and the latest
# ones.
LATEST_REFERENCES = 8
# What strangers can make the desk send to one address within an hour (SEC-12).
MOST_UNPROVEN_MAILS = 3
UNPROVEN = "unproven."
# Stands in a written mail for the link that opens the ticket as its reader; deliver.py puts the real one in
# its place.
PERSONAL_LINK = "https://personal-link.invalid/"


@dataclass(frozen=True)
class Letter:
    """What one person is told about one ticket, or about several: then it has no number.

    `template` is a pair of files, templates/mail/<template>.txt and .html. `automatic` is empty for a
    person's own words, `auto-replied` for the answer to a message, `auto-generated` for everything else (RFC
    3834). `is_unproven` marks what a stranger caused: at most MOST_UNPROVEN_MAILS an hour reach one address.
    """

    cause: str
    kind: str
    recipient: User
    ticket_number: int | None
    template: str
    subject: str
    context: dict[str, Any] = field(default_factory=dict)
    message_id_part: str = ""
    sender_name: str = ""
    automatic: str = "auto-generated"
    unsubscribe_url: str = ""
    is_unproven: bool = False


def compose(letter: Letter) -> OutgoingMail | None:
    """Write the letter down and ask for it to be sent after commit.

    Return None if its cause made one already.
    """
    cause = f"{UNPROVEN if letter.is_unproven else ''}{letter.cause}"[:150]
    if OutgoingMail.objects.filter(cause=cause).exists():
        return None
    with transaction.atomic(), as_reader(letter.recipient):
        mail = _write(letter, cause)
        if letter.is_unproven and _is_too_much(letter.recipient):
            mail.state = OutgoingMail.State.HELD
            mail.next_attempt_at = None
            mail.last_error = f"More than {MOST_UNPROVEN_MAILS} mails an hour that strangers caused."
        _, is_new = OutgoingMail.objects.get_or_create(
            cause=cause,
            defaults={
                field.attname: getattr(mail, field.attname)
                for field in OutgoingMail._meta.concrete_fields
                if field.attname not in {"id", "cause", "created_at"}
            },
        )
        if not is_new:
            return None
        transaction.on_commit(lambda: dispatch.ask("notifications.tasks.send_due_mail"))
    return OutgoingMail.objects.get(cause=cause)


@contextmanager
def as_reader(person: User) -> Iterator[None]:
    """Write in a person's language and time zone; the desk's own where they chose none."""
    try:
        zone = ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    with translation.override(person.locale or settings.LANGUAGE_CODE), timezone.override(zone):
        yield


def _write(letter: Letter, cause: str) -> OutgoingMail:
    now = timezone.now()
    domain = settings.SUPPORT_ADDRESS.rpartition("@")[2]
    context = {
        **letter.context,
        "number": letter.ticket_number,
        "reader": letter.recipient,
        "base_url": settings.BASE_URL,
        "language": translation.get_language(),
        "unsubscribe_url": letter.unsubscribe_url,
    }
    headers: dict[str, str] = {}
    if letter.automatic:
        headers["Auto-Submitted"] = letter.automatic
    number = letter.ticket_number
    thread = list(
        OutgoingMail.objects.filter(ticket_number=number, recipient=letter.recipient)
        .order_by("id")
        .values_list("message_id", flat=True)
        if number is not None
        else ()
    )
    if thread:
        headers["In-Reply-To"] = thread[-1]
        headers["References"] = " ".join(thread[:1] + thread[1:][-LATEST_REFERENCES:])
    if letter.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mark = f"[#{number}] " if number is not None else ""
    subject = one_line(f"{mark}{letter.subject}")[:LONGEST_SUBJECT]
    part = letter.message_id_part or "event"
    about = f"ticket.{number}" if number is not None else "desk"
    random = get_random_string(22, "abcdefghijklmnopqrstuvwxyz0123456789")
    return OutgoingMail(
        cause=cause,
        kind=letter.kind,
        ticket_number=letter.ticket_number,
        recipient=letter.recipient,
        to=letter.recipient.email,
        sender_name=name(letter.sender_name) or _("Support"),
        subject=subject,
        text=render_to_string(f"mail/{letter.template}.txt", context).strip() + "\n",
        # Mail programs make links of what stands in the letter, not of its subject line (SEC-13).
        html=render_to_string(f"mail/{letter.template}.html", {**context, "subject": without_links(subject)}),
        message_id=f"<{about}.{part}.{random}@{domain}>",
        headers=headers,
        next_attempt_at=now,
        give_up_at=now + PATIENCE,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def _is_too_much(recipient: User) -> bool:
    """Return whether strangers had enough mail sent to this address.

    Counted one at a time for each person.
    """
    User.objects.select_for_update(of=("self",)).get(pk=recipient.pk)
    return (
        OutgoingMail.objects.filter(
            to=recipient.email,
            created_at__gt=timezone.now() - timedelta(hours=1),
            cause__startswith=UNPROVEN,
        )
        .exclude(state=OutgoingMail.State.HELD)
        .count()
        >= MOST_UNPROVEN_MAILS
    )
