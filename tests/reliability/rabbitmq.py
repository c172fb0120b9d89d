"""A corner of a RabbitMQ that is already there, and a wire to it that a test may cut.

The server itself is never stopped: others may use it. A virtual host of the test's own is made with `rabbitmqctl`; where
that is not allowed, TEST_RABBITMQ_URL names one that the test may use alone.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import urllib.parse
import uuid

import pytest

HOW = (
    "needs RabbitMQ on 127.0.0.1:5672 and the right to use rabbitmqctl (Debian: apt-get install rabbitmq-server, as root),"
    " or a virtual host of its own in TEST_RABBITMQ_URL, such as amqp://user:password@host:5672/tests"
)


@contextlib.contextmanager
def rabbitmq():
    """Give a wire to a virtual host of our own, and its address as BROKER_URL takes it. Skips where there is none.

    Also under CI: Redis is the broker that every desk may count on, RabbitMQ a choice.
    """
    given = urllib.parse.urlsplit(os.environ.get("TEST_RABBITMQ_URL") or "amqp://guest:guest@127.0.0.1:5672")
    host, port = given.hostname or "127.0.0.1", given.port or 5672
    with contextlib.ExitStack() as stack:
        try:
            socket.create_connection((host, port), 2).close()
        except OSError:
            pytest.skip(HOW)
        name = given.path[1:] or stack.enter_context(virtual_host(given.username or "guest"))
        wire = Wire(host, port)
        stack.callback(wire.cut)
        wire.mend()
        yield wire, f"amqp://{given.username}:{given.password}@127.0.0.1:{wire.port}/{name}"


@contextlib.contextmanager
def virtual_host(user):
    name = f"tierdesk-test-{uuid.uuid4()}"

    def control(*arguments):
        return subprocess.run(["rabbitmqctl", "--quiet", *arguments], capture_output=True, timeout=60).returncode == 0

    if not shutil.which("rabbitmqctl") or not control("add_vhost", name):
        pytest.skip(HOW)
    try:
        assert control("set_permissions", "-p", name, user, ".*", ".*", ".*")
        yield name
    finally:
        control("delete_vhost", name)


class Wire:
    """A port of ours behind which the server is, or is not."""

    def __init__(self, host, port):
        self.there = (host, port)
        self.ends = []
        self.listener = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def mend(self):
        """Let everybody through."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """End what is connected, and refuse whoever comes, as the port of a server that is gone."""
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends = []

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                ours, _ = listener.accept()
                theirs = socket.create_connection(self.there, 5)
                theirs.settimeout(None)
                self.ends += [ours, theirs]
                for source, target in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
