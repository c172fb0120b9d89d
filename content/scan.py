"""Asking ClamAV whether a file carries a virus, by clamd's INSTREAM command.

The stream: `zINSTREAM\\0`, then chunks, each after its length (four bytes, big-endian), then a length of zero.
The answer: `stream: OK\\0`, `stream: <name> FOUND\\0` or `<reason> ERROR\\0`.
https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import socket
import struct
from dataclasses import dataclass
from typing import IO

from django.conf import settings

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """Nobody answers at CLAMAV_ADDRESS; no file can be checked at the moment."""


class NotScanned(Exception):
    """The scanner is there, and could not look at this file: too large for it, broken off, no answer in time."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner said; `finding` names the virus, "" for a clean file."""

    finding: str

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was found."""
        return not self.finding


def scan(content: IO[bytes]) -> Verdict:
    """Send the content to the scanner at CLAMAV_ADDRESS (`host:port`, or the path of a socket) and return its word.

    Raises ScannerAway when nobody is there, NotScanned when it has no word for this file within 60 seconds, and
    what reading the content raises.
    """
    with _connected() as connection:
        connection.settimeout(ANSWER_SECONDS)
        listens = _send(connection, b"zINSTREAM\0")
        while listens and (chunk := content.read(CHUNK_BYTES)):
            listens = _send(connection, struct.pack(">I", len(chunk)) + chunk)
        if listens:
            _send(connection, struct.pack(">I", 0))
        # At its size limit clamd says so and hangs up while we still talk.
        try:
            answer = _answer(connection)
        except OSError as error:
            raise NotScanned(f"{type(error).__name__}: {error}") from error
    if answer.endswith(" FOUND"):
        finding = answer.removeprefix("stream: ").removesuffix(" FOUND")
        return Verdict(finding[:200] or "unnamed")
    if answer == "stream: OK":
        return Verdict("")
    raise NotScanned(f"It said: {answer[:200]!r}")


def ping() -> None:
    """Ask the scanner whether it is there. Raises ScannerAway."""
    with _connected() as connection:
        _send(connection, b"zPING\0")
        try:
            answer = _answer(connection)
        except OSError as error:
            raise ScannerAway(f"{type(error).__name__}: {error}") from error
    if answer != "PONG":
        raise ScannerAway(f"It said: {answer[:200]!r}")


def _connected() -> socket.socket:
    """Return a connection whose waits end after CONNECT_SECONDS. Raises ScannerAway."""
    address = settings.CLAMAV_ADDRESS
    try:
        if address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(CONNECT_SECONDS)
            try:
                connection.connect(address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _colon, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise ScannerAway(f"CLAMAV_ADDRESS is {address!r}; it must be host:port or the path of a socket.")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise ScannerAway(f"{type(error).__name__}: {error}") from error


def _send(connection: socket.socket, message: bytes) -> bool:
    """Send and return whether the other side still listens."""
    try:
        connection.sendall(message)
    except OSError:
        return False
    return True


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode(errors="replace").strip()
