"""REL-04: PostgreSQL restarts, politely and not, under a desk that takes tickets.

A client writes down what it was promised. While the database is away every answer is a 503 that says when to come back;
ten seconds after it is back the same processes file again; and whatever was accepted is a row.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest

from tests.reliability.processes import ROOT, wait_until
from tests.reliability.smtp_servers import free_port

pytestmark = [pytest.mark.reliability, pytest.mark.slow]
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


def missing() -> str:
    """Return what a private PostgreSQL needs and this machine lacks."""
    if not BINARIES:
        return "needs PostgreSQL's own programs: apt-get install postgresql"
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "needs the user postgres, since root may not run a database"
    return ""


class Cluster:
    """A PostgreSQL of this test alone."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port, self.bin = folder / "data", free_port(), BINARIES[-1].parent
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", str(self.data), "-U", "desk", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{folder}'\nshared_buffers=32MB\n"
            )
        self.start()
        self.url = f"postgresql://desk@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / program), *arguments], user=self.user, cwd="/", check=True, timeout=60,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "start")

    def stop(self, how: str) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", how, "stop")


@pytest.fixture
def cluster():
    if reason := missing():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    # Not in pytest's folder: the user postgres may not look into it.
    with tempfile.TemporaryDirectory(prefix="tierdesk-rel04-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "postgres"
        folder.mkdir()
        made = Cluster(folder)
        yield made
        with contextlib.suppress(subprocess.CalledProcessError):  # a test that failed may have left it stopped
            made.stop("immediate")


@pytest.fixture
def desk(cluster, tmp_path):
    """The desk under gunicorn, two processes, with connections that are kept."""
    port = free_port()
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    env = {
        **kept, "DJANGO_SETTINGS_MODULE": "config.settings", "ENV_FILE": "", "SECRET_KEY": "k" * 60, "VAR_DIR": str(tmp_path),
        "DATABASE_URL": cluster.url, "HOST": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "2", "WEB_THREADS": "2",
        "LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True, timeout=120)
    make = (
        "import django; django.setup()\n"
        "from tests.factories.accounts import UserFactory\n"
        "from django.test import Client\n"
        "client = Client(); client.force_login(UserFactory(email='r@acme.example'))\n"
        "print(client.cookies['session'].value)"
    )
    session = subprocess.run(
        [sys.executable, "-c", make], cwd=ROOT, env=env, check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()[-1]
    with (tmp_path / "web.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: Customer(base, session).status("/livez") == 200, 30)
        yield base, session, process
    finally:
        process.terminate()
        process.wait(15)


class Customer:
    """Files tickets one after the other and writes down each answer."""

    def __init__(self, base: str, session: str) -> None:
        self.base, self.session, self.token = base, session, ""
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), Stay())
        self.journal: list[tuple[float, str, int, str]] = []
        self.ends = threading.Event()

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.base + path, data=data, headers={"Origin": self.base})
        csrf = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar if cookie.name != "session")
        request.add_unredirected_header("Cookie", f"session={self.session}; {csrf}")
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("Retry-After", "")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers.get("Retry-After", "")
        except OSError:
            return 0, "", ""

    def status(self, path: str) -> int:
        return self.ask(path)[0]

    def file(self) -> None:
        mark = f"rel04-{uuid.uuid4()}"
        if not self.token:
            status, page, _wait = self.ask("/tickets/new/")
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
            if status != 200 or found is None:
                self.journal.append((time.monotonic(), "", status, _wait))
                return
            self.token = found[1]
        form = {
            "csrfmiddlewaretoken": self.token,
            "subject": mark,
            "body": mark,
            "priority": "20",
            "submission": str(uuid.uuid4()),
        }
        status, _page, wait = self.ask("/tickets/new/", form)
        self.journal.append((time.monotonic(), mark, status, wait))

    def work(self) -> None:
        while not self.ends.is_set():
            self.file()
            time.sleep(0.02)


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect is the answer that counts."""

    def redirect_request(self, *_about):
        return None


def processes(web: subprocess.Popen) -> set[str]:
    return set(Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split())


def test_rel_04_the_desk_says_503_while_postgresql_restarts_then_goes_on_and_keeps_what_it_took(cluster, desk):
    base, session, web = desk
    customers = [Customer(base, session) for _ in range(3)]
    for customer in customers:
        customer.file()
    assert all(customer.journal[-1][2] == 302 for customer in customers), [c.journal for c in customers]
    workers = processes(web)
    threads = [threading.Thread(target=customer.work) for customer in customers]
    for thread in threads:
        thread.start()
    gone: list[tuple[float, float]] = []
    recovered: list[float] = []
    try:
        for how in ("fast", "immediate"):
            time.sleep(1.5)
            began = time.monotonic()
            cluster.stop(how)
            probe = Customer(base, session)
            assert Customer(base, "").status("/livez") == 200
            status, _page, wait = probe.ask("/tickets/")
            assert (status, wait.isdigit()) == (503, True)
            time.sleep(1.5)
            cluster.start()
            back = time.monotonic()
            gone.append((began, back))
            recovered.append(
                wait_until(
                    lambda since=back: all(
                        any(at > since and s == 302 for at, _m, s, _w in c.journal) for c in customers
                    ),
                    10,
                )
            )
        time.sleep(0.5)
    finally:
        for customer in customers:
            customer.ends.set()
        for thread in threads:
            thread.join(30)
    assert processes(web) == workers, "the web processes were restarted"
    entries = [entry for customer in customers for entry in customer.journal]
    assert {status for _at, _mark, status, _wait in entries} == {302, 503}
    assert all(wait.isdigit() for _at, _mark, status, wait in entries if status == 503)
    # What was answered outside of an outage, and a moment around it, was accepted.
    calm = [status for at, _m, status, _w in entries if not any(start <= at <= end + 10 for start, end in gone)]
    assert set(calm) == {302}
    with psycopg.connect(cluster.url) as database:
        kept = {row[0] for row in database.execute("SELECT subject FROM support_ticket")}
        opened = database.execute("SELECT count(*) FROM events_event WHERE name = 'ticket.opened'").fetchone()[0]
        words = database.execute("SELECT count(DISTINCT ticket_id) FROM support_message").fetchone()[0]
    accepted = {mark for _at, mark, status, _wait in entries if status == 302}
    assert len(accepted) > 20 and accepted <= kept
    assert len(kept) == opened == words
