"""Starting the desk's own processes on the database of the test, and services that a test may stop."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.reliability.smtp_servers import free_port

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 1


def environment(folder, **more):
    """Return what a process of the desk needs to work on the database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        there = connection.get_connection_params()
        user = there.get("user") or ""
        password = f":{there['password']}" if there.get("password") else ""
        host = there.get("host") or ""
        url = f"postgresql://{user}{password}{'@' if user else ''}{host}{':' + str(there['port']) if there.get('port') else ''}/{name}"
    kept = {
        key: value
        for key, value in os.environ.items()
        if key in {"PATH", "HOME", "LANG", "PGUSER", "PGHOST", "PGPORT", "PGPASSWORD"}
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": "",
        "DATABASE_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(folder),
        "DELIVERY_LEASE_SECONDS": str(LEASE_SECONDS),
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
        **more,
    }


class Desk:
    """The desk's own worker, started and killed as a test asks; see desk_process.py."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.desk_process"],
            cwd=ROOT, env=environment(folder, EMAIL_URL="smtp://127.0.0.1:1"), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(Path(folder) / "desk.log").open("w"),
        )  # fmt: skip

    def run(self, **how):
        """Run one round; return its exit code and how many seconds it lived."""
        self.process.stdin.write(json.dumps(how) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["code"], answer["seconds"]

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)


class Redis:
    """A Redis of our own: nobody else's is stopped, emptied or killed."""

    def __init__(self):
        if not shutil.which("redis-server"):
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail("needs redis-server: apt-get install redis-server", pytrace=False)
            pytest.skip("needs redis-server: apt-get install redis-server")
        self.port = free_port()
        self.client = redis.Redis(port=self.port, socket_timeout=1)
        self.start()

    def url(self, number=0):
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: answers(self.client), 10)

    def stop(self):
        """Let it hang: it accepts, and says nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def redis_server():
    """Run a Redis of our own; gives it and its address."""
    server = Redis()
    try:
        yield server, server.url()
    finally:
        server.kill()


def answers(client):
    try:
        return client.ping()
    except redis.RedisError:
        return False


@contextlib.contextmanager
def running(name, command, folder, **more):
    """Run a process of the desk in a session of its own; gives it. What it says goes to NAME-….log in the folder."""
    log = Path(folder) / f"{name}-{time.monotonic_ns()}.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment(folder, **more),
            stdout=file, stderr=file, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    process.log = log
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def celery_worker(folder, broker, **more):
    """Run a real worker with one child; gives its process."""
    command = ["celery", "-A", "config.celery", "worker", "--concurrency", "1", "--loglevel", "info"]
    with running("worker", command, folder, BROKER_URL=broker, LOG_LEVEL="INFO", **more) as process:
        # A child that is killed while the worker still starts would end it all, as it should.
        wait_until(lambda: " ready." in process.log.read_text() and children_of(process.pid), 60)
        yield process


def celery_beat(folder, broker, **more):
    """Run a real beat."""
    command = ["celery", "-A", "config.celery", "beat", "--pidfile", ""]
    return running("beat", command, folder, BROKER_URL=broker, **more)


@contextlib.contextmanager
def web(folder, **more):
    """Run a real web server; gives its address."""
    port = free_port()
    command = ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    with running("web", command, folder, PORT=str(port), WEB_THREADS="4", **more):
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: status_of(f"{address}/livez") == 200, 60)
        yield address


def status_of(url):
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url, timeout=5).status
    return 0


def children_of(pid):
    """Return the ids of a process's children, as the kernel knows them."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def wait_until(claim, seconds):
    """Wait until a claim holds; return how long it took."""
    began = time.monotonic()
    while not claim():
        assert time.monotonic() - began < seconds, f"not so after {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began
