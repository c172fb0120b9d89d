"""Handing mail to the mail server, each mail once, while nothing that fails delays the others for long.

1. Find queued mails whose time has come, oldest first.
2. Claim one by an update that only succeeds while nobody else holds it; the claim counts as an attempt.
3. Ask MAIL_GUARD whether it may still leave; hold it back with the reason if not.
4. Send it over the one connection that this batch keeps open. A server that hangs is cut off after
   EMAIL_TIMEOUT seconds of silence, and after 28 seconds in any case (notifications/smtp.py).
5. Sent; or refused for good (5xx: failed at once); or "later" (4xx, no connection): wait twice as long each
   time, at most LONGEST_WAIT_SECONDS, until `give_up_at`, then failed. Failed mails show on their ticket.

A connection that breaks after the final dot leaves us not knowing: the mail goes again under the same
Message-ID, once for each such break (RFC 1047). While the server cannot be reached nobody of this process
tries for a while; a mail that makes it hang closes the way to that destination only.
"""

import contextlib
import random
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formataddr
from functools import cache

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import signed_links
from notifications import reply_tokens
from notifications.compose import PERSONAL_LINK
from notifications.models import OutgoingMail
from notifications.plain_words import one_line

logger = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 4000
BATCH = 100
LONGEST_RUN_SECONDS = 120
FIRST_QUIET_SECONDS = 20.0
LONGEST_QUIET_SECONDS = 120.0
# Answers about us or the server, not about this mail: it waits, whatever their class says.
ABOUT_THE_SERVER = {421, 454, 530, 534, 535, 538}

Guard = Callable[[OutgoingMail], str]


@dataclass
class Breaker:
    """Which ways are closed in this process, and until when (monotonic seconds); "" is the server itself."""

    closed_until: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def is_closed(self, way: str) -> bool:
        """Return whether this way is not to be tried now."""
        return time.monotonic() < self.closed_until.get(way, 0.0)

    def closed_ways(self) -> list[str]:
        """Return the destinations that are not to be tried now."""
        return [way for way in self.closed_until if way and self.is_closed(way)]

    def close(self, way: str) -> None:
        """Keep off this way, longer each time."""
        count = self.failures[way] = self.failures.get(way, 0) + 1
        wait = min(FIRST_QUIET_SECONDS * 2 ** (count - 1), LONGEST_QUIET_SECONDS)
        self.closed_until[way] = time.monotonic() + wait

    def open(self, way: str) -> None:
        """Forget what failed: something got through."""
        self.closed_until.pop(way, None)
        self.failures.pop(way, None)


breaker = Breaker()


class ServerUnreachable(Exception):
    """No connection to the mail server, or none that it lets us use."""


class Post:
    """The connection of one batch: opened when the first mail needs it, renewed when it broke."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = get_connection()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Send one message. Raises ServerUnreachable, or what smtplib raises while it is handed over."""
        try:
            self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise ServerUnreachable(_said(error)) from error
        self.backend.send_messages([message])
        if not isinstance(self.backend, SMTPBackend):
            self.close()

    def close(self) -> None:
        """Hang up; a server that does not answer even that is left alone."""
        smtp = getattr(self.backend, "connection", None)
        if smtp is not None and getattr(smtp, "sock", None) is not None:
            with contextlib.suppress(OSError):
                smtp.sock.settimeout(2)
        with contextlib.suppress(Exception):
            self.backend.close()
        self.backend = get_connection()

    def _open(self) -> None:
        smtp = getattr(self.backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            # The server may have hung up since the last mail: better to learn it now than in the middle.
            try:
                alive = smtp.noop()[0] == 250
            except (smtplib.SMTPException, OSError):
                alive = False
            if alive:
                return
            self.close()
        self.backend.open()


def send_all_due() -> int:
    """Send what is due, oldest first, for at most LONGEST_RUN_SECONDS; return how many mails were sent."""
    until = time.monotonic() + LONGEST_RUN_SECONDS
    sent = 0
    post = Post()
    try:
        # Ways that were closed while a batch was worked off are left out of the next one.
        while due := _due():
            for mail in due:
                if time.monotonic() > until:
                    return sent
                if not breaker.is_closed(destination(mail.to)):
                    sent += send(mail.pk, post)
    except ServerUnreachable:
        pass
    finally:
        post.close()
    return sent


def _due() -> list[OutgoingMail]:
    """Return the next batch, without the mails whose way is closed: they must not crowd out the others."""
    if breaker.is_closed(""):
        return []
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, next_attempt_at__lte=timezone.now())
    for way in breaker.closed_ways():
        waiting = waiting.exclude(to__endswith=f"@{way}")
    return list(waiting.order_by("next_attempt_at").only("pk", "to")[:BATCH])


def send(mail_id: int, post: Post) -> bool:
    """Claim a mail and send it; return whether it left. Somebody else's claim is left alone.

    Raises ServerUnreachable when there is no point in trying another mail now.
    """
    mail = claim(mail_id)
    if mail is None:
        return False
    with structlog.contextvars.bound_contextvars(request_id=mail.request_id, mail=mail.pk):
        reason = guard()(mail)
        if reason:
            _end(mail, OutgoingMail.State.HELD, reason)
            return False
        way = destination(mail.to)
        try:
            message = message_of(mail)
            message.message()
        except (ValueError, UnicodeError) as error:
            _end(mail, OutgoingMail.State.FAILED, _said(error))
            return False
        try:
            post.send(message)
        except ServerUnreachable as error:
            breaker.close("")
            postpone(mail, str(error))
            raise
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            return _refused(mail, code, answer, post)
        except smtplib.SMTPResponseException as error:
            return _refused(mail, error.smtp_code, error.smtp_error, post)
        except smtplib.SMTPNotSupportedError as error:
            _end(mail, OutgoingMail.State.FAILED, _said(error))
            return False
        except Exception as error:  # noqa: BLE001 (whatever breaks with one mail must not stop the others)
            # A hang or a break with this mail in hand: others get a new connection, this destination a rest.
            post.close()
            breaker.close(way)
            postpone(mail, _said(error))
            return False
        breaker.open("")
        breaker.open(way)
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state=OutgoingMail.State.SENT,
            sent_at=timezone.now(),
            leased_until=None,
            next_attempt_at=None,
            last_error="",
        )
        logger.info("mail_sent", kind=mail.kind, attempts=mail.attempts)
        return True


def claim(mail_id: int) -> OutgoingMail | None:
    """Take a queued mail for DELIVERY_LEASE_SECONDS and return it, or None if it is not to be had."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    claimed = (
        OutgoingMail.objects.filter(pk=mail_id, state=OutgoingMail.State.QUEUED, next_attempt_at__lte=now)
        .filter(models.Q(leased_until=None) | models.Q(leased_until__lt=now))
        .update(leased_until=until, next_attempt_at=until, attempts=models.F("attempts") + 1)
    )
    return OutgoingMail.objects.select_related("recipient").get(pk=mail_id) if claimed else None


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Return the mail as it goes over the wire.

    Text, HTML and headers were fixed when it was written. What speaks for the reader, the address to answer
    to and the link without a password, is made only now: nobody finds it in the outbox.
    """
    text, html, reply_to = mail.text, mail.html, mail.reply_to
    if mail.ticket_number is not None and mail.recipient is not None:
        reply_to = reply_tokens.address(mail.ticket_number, mail.recipient.pk)
        if PERSONAL_LINK in text + html:
            link = signed_links.make_url(mail.recipient, mail.ticket_number)
            text, html = text.replace(PERSONAL_LINK, link), html.replace(PERSONAL_LINK, link)
    message = EmailMultiAlternatives(
        subject=one_line(mail.subject),
        body=text,
        from_email=formataddr((one_line(mail.sender_name), settings.DEFAULT_FROM_EMAIL)),
        to=[mail.to],
        reply_to=[reply_to] if reply_to else None,
        headers={**mail.headers, "Message-ID": mail.message_id},
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def postpone(mail: OutgoingMail, error: str) -> None:
    """Keep the error and try again after a wait that doubles, with jitter; fail once patience is over."""
    wait = min(FIRST_WAIT_SECONDS * 2 ** min(mail.attempts - 1, 20), LONGEST_WAIT_SECONDS)
    again = timezone.now() + timedelta(seconds=wait * random.uniform(0.75, 1.0))  # noqa: S311 (jitter)
    if mail.give_up_at and again > mail.give_up_at:
        _end(mail, OutgoingMail.State.FAILED, error)
        return
    logger.warning("mail_postponed", attempts=mail.attempts, error=error)
    OutgoingMail.objects.filter(pk=mail.pk).update(leased_until=None, next_attempt_at=again, last_error=error[:2000])


def destination(address: str) -> str:
    """Return the part of an address that names the server behind ours."""
    return address.rpartition("@")[2].lower()


@cache
def guard() -> Guard:
    """Return the function that MAIL_GUARD names: it says why a mail must not leave any more, or nothing."""
    found: Guard = import_string(settings.MAIL_GUARD)
    return found


def _refused(mail: OutgoingMail, code: int, answer: bytes | str, post: Post) -> bool:
    error = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if code in ABOUT_THE_SERVER:
        post.close()
        breaker.close("")
        postpone(mail, error)
        raise ServerUnreachable(error)
    if 500 <= code < 600:
        _end(mail, OutgoingMail.State.FAILED, error)
    else:
        postpone(mail, error)
    return False


def _end(mail: OutgoingMail, state: OutgoingMail.State, reason: str) -> None:
    logger.warning(f"mail_{state}", attempts=mail.attempts, reason=reason)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=state, leased_until=None, next_attempt_at=None, last_error=reason[:2000]
    )


def _said(error: BaseException) -> str:
    text = str(error) or "the server did not answer in time"
    return f"{type(error).__name__}: {text}"
