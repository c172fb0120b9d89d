"""Django's SMTP connection with a limit on how long one mail may take in all.

A socket's timeout ends silence; a server that drips a byte now and then resets it for ever. Here the
connection is cut from outside when its time is over, so that one mail never takes more than 28 seconds.
"""

import contextlib
import smtplib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoBackend

OPEN_SECONDS = 12.0
SEND_SECONDS = 16.0


class EmailBackend(DjangoBackend):
    """Hands mail to the server named by EMAIL_URL, and hangs up on one that takes too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opening: list[smtplib.SMTP] = []

    @property
    def connection_class(self) -> Any:
        """Return smtplib's connection, noted down before it begins to talk."""
        noted = self._opening

        class Noted(smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                noted.append(self)
                super().__init__(*args, **kwargs)

        return Noted

    def open(self) -> bool | None:
        """Connect, greet and sign in. Raises what smtplib raises, at the latest after OPEN_SECONDS."""
        self._opening.clear()
        with self._limit(OPEN_SECONDS):
            return super().open()

    def _send(self, email_message: EmailMessage) -> bool:
        with self._limit(SEND_SECONDS):
            return bool(super()._send(email_message))  # type: ignore[misc]

    @contextlib.contextmanager
    def _limit(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for smtp in [*self._opening, self.connection]:
            sock = getattr(smtp, "sock", None)
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
