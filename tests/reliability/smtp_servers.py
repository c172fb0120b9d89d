"""Mail servers that behave as a script says, for real, on a port of their own."""

import asyncio
import contextlib
import socket
import threading
import time
from email import message_from_bytes

from aiosmtpd.controller import Controller


class Script:
    """An aiosmtpd handler: what it answers to each recipient's domain, and what it has taken."""

    def __init__(self):
        self.answers = {}  # domain: an SMTP answer to RCPT
        self.hang = set()  # domains whose RCPT is never answered
        self.cut_after_dot = 0  # how many messages it takes and then drops the line instead of saying so
        self.taken = []
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        domain = address.rpartition("@")[2]
        if domain in self.hang:
            await asyncio.sleep(3600)
        if domain in self.answers:
            return self.answers[domain]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)))
        if self.cut_after_dot:
            self.cut_after_dot -= 1
            server.transport.abort()
            await asyncio.sleep(3600)
        return "250 taken"

    def ids(self, address):
        return [message["Message-ID"] for to, message in self.taken if to == address]


@contextlib.contextmanager
def mail_server(script=None, port=0):
    """Run a mail server; gives its script and port."""
    script = script or Script()
    port = port or free_port()
    controller = Controller(script, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield script, port
    finally:
        controller.stop()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def dripping_server(greeting=b"2"):
    """Run a server that never finishes its greeting but sends a byte of it every 0.2 s, for ten seconds.

    By then a test without a limit of its own has failed, and ends.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    stop = threading.Event()

    def serve():
        clients = []
        until = time.monotonic() + 10
        while not stop.is_set() and time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                clients.append(listener.accept()[0])
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(greeting)
        for client in clients:
            client.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join(2)
        listener.close()
