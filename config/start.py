"""`make run`: one command from a fresh copy to a desk that answers, and back by Ctrl-C.

1. Refuse, with a sentence, if this desk already runs or its port is taken.
2. Migrate, write the schedule, and in the embedded mode load the demo into an empty desk.
3. Run web, worker and beat under config.supervisor; print address and demo logins when the first page really
   answers.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from config import environment
from config.supervisor import Child, Supervisor

FIRST_PAGE_SECONDS = 60.0


class CannotStart(Exception):
    """Why the desk cannot start, as a sentence for the person who tried."""


def say(line: str) -> None:
    """Print a line at once, also into a pipe; nobody reading any more is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the desk's lock.

    The kernel gives it back however we end. Raises CannotStart while another holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            where = lock.read().strip()
            raise CannotStart(
                f"This desk is already running{f' at {where}' if where else ''}. "
                "Stop it with Ctrl-C in its terminal, or set VAR_DIR and PORT to run a second one beside it."
            ) from None
        lock.truncate(0)
        lock.write(address())
        lock.flush()
        yield
        lock.truncate(0)


def require_free_port(host: str, port: int) -> None:
    """Raise CannotStart, naming PORT or HOST, when the address cannot be listened on."""
    if not 1 <= port <= 65535:
        raise CannotStart(f"PORT is {port}; it must be between 1 and 65535.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen()
    except socket.gaierror:
        raise CannotStart(f"HOST is {host!r}, which is not an address of this machine.") from None
    except PermissionError:
        raise CannotStart(
            f"Port {port} needs more rights than this user has. Choose another: PORT=8001 make run"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is taken by another program. Choose another: PORT={port + 1} make run"
            ) from None
        raise CannotStart(f"HOST={host} PORT={port} cannot be listened on: {error.strerror}.") from None


def reachable_host() -> str:
    """Return the host to ask and to show: one's own machine when all interfaces are listened on."""
    from django.conf import settings

    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(settings.HOST, settings.HOST)  # noqa: S104


def address() -> str:
    """Return the address a person on this machine opens."""
    from django.conf import settings

    return f"http://{reachable_host()}:{settings.PORT}/"


def prepare() -> list[str]:
    """Bring the database up to this code; return what to print about the demo's logins.

    Raises CannotStart when the database does not answer.
    """
    from django.conf import settings

    try:
        call_command("migrate", interactive=False, verbosity=0)
        if settings.MODE == "embedded" and environment.flag("LOAD_DEMO", True):
            from accounts.models import User

            if not User.objects.exists():
                say("First start: filling the desk with a demo company; this takes about half a minute.")
            call_command("load_demo", if_empty=True)
        if settings.MODE == "production":
            call_command("collectstatic", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise CannotStart(f"The database cannot be used (DATABASE_URL): {str(error).strip()}") from error
    except CommandError as error:
        raise CannotStart(str(error)) from error
    lines = [] if settings.MODE == "production" else demo_logins()
    connections.close_all()
    return lines


def demo_logins() -> list[str]:
    """Return a line for each demo person who is in this database: role, address, password."""
    from accounts.models import User
    from support.management.commands.load_demo import LOGINS

    here = set(User.objects.filter(email__in=[email for _, email, _ in LOGINS]).values_list("email", flat=True))
    return [f"{role:<14} {email:<28} {password}" for role, email, password in LOGINS if email in here]


def children() -> list[Child]:
    """Return the three processes of a desk; Procfile and docs/guides/operators.md name the same."""
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "-A", "config"]
    # A terminal is for what people do; that the sweeps of every few seconds ran shows only when asked for.
    calm = {
        "LOG_LEVEL": environment.text("LOG_LEVEL", "WARNING"),
        "PYTHONWARNINGS": "ignore:::celery.platforms",  # being root in a container is no news
    }
    # A lone worker has nobody to talk to.
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        Child("web", [python, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]),
        Child("worker", [*celery, "worker", "--pool", "threads", *quiet], calm),
        Child("beat", [*celery, "beat", "--pidfile", ""], calm),
    ]


async def first_page() -> bool:
    """Return whether the first page answered within FIRST_PAGE_SECONDS."""
    from django.conf import settings

    host = reachable_host().strip("[]")
    until = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection(host, settings.PORT)
                writer.write(f"GET / HTTP/1.1\r\nHost: {settings.BASE_HOST}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
                writer.close()
            if status.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3")):
                return True
        await asyncio.sleep(0.05)
    return False


def run() -> int:
    """Start the desk and stay until it is stopped; return the exit code. Raises CannotStart."""
    began = time.monotonic()
    django.setup()
    from django.conf import settings

    with only_one(Path(settings.VAR_DIR)):
        require_free_port(settings.HOST, settings.PORT)
        logins = prepare()

        def welcome() -> None:
            say("")
            say(f"  Tierdesk answers at {address()}  ({time.monotonic() - began:.1f} s)")
            for line in logins:
                say(f"    {line}")
            say("  Ctrl-C stops it.")
            say("")

        async def supervise() -> int:
            return await Supervisor(children(), say).run(first_page, welcome)

        return asyncio.run(supervise())


def main() -> None:
    """Run, and turn what is wrong with the configuration into a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        code = run()
    except (CannotStart, ImproperlyConfigured) as error:
        say(f"Tierdesk cannot start: {error}")
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
