"""`make run`, as a process: what stops it from starting, how it starts, and that it leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def desk(tmp_path):
    """Start desks on folders and ports of their own; whatever is left is killed."""
    started = []

    def start(port=None, var=tmp_path / "var", **variables):
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        settings = {
            "ENV_FILE": "",
            "VAR_DIR": str(var),
            "HOST": "127.0.0.1",
            "PORT": str(port or free_port()),
            "LOAD_DEMO": "off",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "config.start"],
            cwd=ROOT,
            env={**keep, **settings, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def processes_of(var):
    """Return the processes whose environment names this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"VAR_DIR={var}".encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_a_taken_port_is_said_with_the_setting_to_change(desk):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said, _ = desk(port).communicate(timeout=60)
    assert said.strip() == (
        f"Tierdesk cannot start: Port {port} is taken by another program. Choose another: PORT={port + 1} make run"
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "70000"}, "PORT is 70000; it must be between 1 and 65535."),
        ({"HOST": "nowhere.invalid"}, "HOST is 'nowhere.invalid', which is not an address of this machine."),
        ({"MODE": "production"}, "SECRET_KEY is not set."),
        (
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            "The database cannot be used (DATABASE_URL):",
        ),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(desk, variables, sentence):
    process = desk(**variables)
    said, _ = process.communicate(timeout=60)
    assert said.startswith("Tierdesk cannot start: ")
    assert sentence in said
    assert "Traceback" not in said
    assert process.returncode == 1


@pytest.mark.reliability
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for orphans in Linux's /proc")
def test_the_desk_starts_answers_refuses_a_second_and_stops_without_a_trace(desk, tmp_path):
    var = tmp_path / "var"
    port = free_port()
    first = desk(port)
    lines = []
    for line in first.stdout:
        lines.append(line)
        if "Ctrl-C stops it" in line:
            break
    assert re.search(rf"Tierdesk answers at http://127.0.0.1:{port}/", "".join(lines)), "".join(lines)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=10) as answer:
        assert answer.status == 200

    said, _ = desk().communicate(timeout=60)
    assert f"This desk is already running at http://127.0.0.1:{port}/." in said

    until = time.monotonic() + 30
    while len(processes_of(var)) < 5 and time.monotonic() < until:
        time.sleep(0.2)
    assert len(processes_of(var)) >= 5, "supervisor, two of the web server, worker, beat"
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)
    assert first.returncode == 0
    assert processes_of(var) == []
