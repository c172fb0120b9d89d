"""Mail about accounts: codes, links, notices of change.

It does not pass through the ticket outbox: agents read that, and a sign-in code in it would let them sign in as
anybody. It is sent at once and kept nowhere; a desk without a mail server writes it to the mail folder, where
`recent_account_mail` reads it for administrators alone.
"""

import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.letters import LETTERS
from accounts.models import User
from accounts.throttle import TooManyAttempts, account_key, hit

logger = structlog.get_logger(__name__)

KIND_HEADER, KIND = "X-Tierdesk-Kind", "account"
FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
DESK_NAME = "Tierdesk"
# What anybody may cause at any address: at most this many an hour, however it is asked for (SEC-12).
ASKED_FOR = {
    "account/email/login_code",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/password_reset_key",
    "account/email/unknown_account",
    "account/email/account_already_exists",
    "account/email/ticket_link",
}
MOST_AN_HOUR = 10


def own_address(url: str) -> str:
    """Return an address of ours on BASE_URL, whatever host the request named (SEC-18)."""
    parts = urlsplit(url)
    return f"{settings.BASE_URL}{parts.path}{f'?{parts.query}' if parts.query else ''}"


def render(kind: str, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """Return the mail, as text and HTML, in the language of whoever owns the address."""
    words: dict[str, Any] = {
        "desk_name": DESK_NAME,
        "code_url": reverse("account_request_login_code"),
    } | context
    words |= {key: own_address(value) for key, value in words.items() if key.endswith("_url")}
    locale = User.objects.filter(email=to.lower()).values_list("locale", flat=True).first()
    with translation.override(locale or settings.LANGUAGE_CODE):
        letter = LETTERS[kind](words)
        page = {
            "letter": letter,
            "subject": letter.subject,
            "language": translation.get_language(),
            "desk_name": DESK_NAME,
            "base_url": settings.BASE_URL,
        }
        mail = EmailMultiAlternatives(
            letter.subject,
            render_to_string("mail/account.txt", page),
            settings.DEFAULT_FROM_EMAIL,
            [to],
            headers={
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                KIND_HEADER: KIND,
            },
        )
        mail.attach_alternative(render_to_string("mail/account.html", page), "text/html")
    return mail


def send(kind: str, to: str, context: dict[str, Any]) -> bool:
    """Send a mail about an account at once; return whether it left.

    A mail server that is away is logged and told to nobody: the page offers to send it again, and answers the
    same whether or not the account exists.
    """
    if kind in ASKED_FOR:
        try:
            hit("account_mail", account_key(to), limit=MOST_AN_HOUR, seconds=3600)
        except TooManyAttempts:
            logger.warning("account_mail_held_back", kind=kind)
            return False
    try:
        return render(kind, to, context).send() == 1
    except (smtplib.SMTPException, OSError) as error:
        logger.error("account_mail_failed", kind=kind, error=type(error).__name__)
        return False


@dataclass(frozen=True)
class FolderMail:
    """A mail about an account that lies in the mail folder."""

    to: str
    subject: str
    text: str
    sent_at: datetime


def goes_to_folder() -> bool:
    """Return whether this desk has no mail server and writes its mail to a folder (MODE=embedded only)."""
    return settings.MODE == "embedded" and settings.EMAIL_BACKEND == FILE_BACKEND


def recent_account_mail(limit: int = 50) -> list[FolderMail]:
    """Return the newest mails about accounts from the mail folder, newest first; nothing where mail is really sent.

    They hold codes that open accounts: show them to administrators only.
    """
    if not goes_to_folder():
        return []
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", settings.MAIL_FOLDER))
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    found: list[FolderMail] = []
    for path in files[: limit * 4]:
        # The backend ends each mail of a file with a line of 79 dashes.
        for raw in path.read_bytes().split(b"-" * 79):
            mail = message_from_bytes(raw.strip(), _class=EmailMessage, policy=policy.default)
            if mail.get(KIND_HEADER) != KIND:
                continue
            body = mail.get_body(preferencelist=("plain",))
            found.append(
                FolderMail(
                    to=str(mail["To"]),
                    subject=str(mail["Subject"]),
                    text=str(body.get_content()) if body else "",
                    sent_at=parsedate_to_datetime(mail["Date"]).astimezone(UTC),
                )
            )
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)[:limit]
