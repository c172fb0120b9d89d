"""The supervisor behind `make run`, with small real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLEEP = "import time; print('up'); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


def start(*programs, up="True", settings=""):
    """Run a supervisor over python programs in a process of its own and return it."""
    source = f"""
        import asyncio, sys
        from config import supervisor
        {settings}
        async def up():
            await asyncio.sleep(0.3)
            return {up}
        children = [supervisor.Child(f"child{{n}}", [sys.executable, "-c", code]) for n, code in enumerate({programs!r})]
        def say(line):
            print(line, flush=True)
        async def main():
            desk = supervisor.Supervisor(children, say)
            return await desk.run(up, lambda: say("UP"))
        sys.exit(asyncio.run(main()))
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def read_until(process, *words):
    """Read lines until each word was seen; return them all."""
    seen = []
    waiting = set(words)
    while waiting:
        line = process.stdout.readline()
        assert line, f"ended before {waiting}: {seen}"
        seen.append(line.rstrip())
        waiting = {word for word in waiting if word not in line}
    return seen


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").is_dir() else True


def gone(pid, seconds=5):
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_alive(pid)


PID = "import os, time; print('pid', os.getpid()); time.sleep(60)"


def pids(lines):
    return [int(line.split()[-1]) for line in lines if "| pid" in line]


def test_prefixes_each_line_with_the_name_of_its_process():
    desk = start("print('one'); print('two'); import time; time.sleep(60)", SLEEP)
    lines = read_until(desk, "| two", "child1 | up")
    assert "child0 | one" in lines
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(10) == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_leaves_no_orphan(how):
    desk = start(PID, PID)
    first = read_until(desk, "UP", "child1 | pid") if os.name == "posix" else []
    desk.send_signal(how)
    assert desk.wait(10) == 0
    found = pids(first)
    assert len(found) == 2
    assert all(gone(pid) for pid in found)


def test_a_killed_process_starts_again():
    desk = start(PID, PID)
    lines = read_until(desk, "child1 | pid", "child0 | pid", "UP")
    victim = int(next(line for line in lines if line.startswith("child1")).split()[-1])
    os.kill(victim, signal.SIGKILL)
    assert any("child1 was killed by SIGKILL; it starts again" in line for line in read_until(desk, "child1 | pid"))
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(10) == 0


def test_a_process_that_keeps_ending_waits_longer_each_time():
    desk = start(SLEEP, "raise SystemExit(3)", settings="supervisor.FIRST_WAIT = 0.1")
    lines = read_until(desk, "again in 0.1 s", "again in 0.2 s", "again in 0.4 s")
    assert any("child1 ended with code 3" in line for line in lines)
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(10) == 0


def test_a_process_that_ends_before_the_desk_is_up_stops_everything_with_an_error():
    desk = start("print('DATABASE_URL cannot be read'); raise SystemExit(1)", SLEEP, up="await asyncio.sleep(60)")
    output, _ = desk.communicate(timeout=10)
    assert "child0 | DATABASE_URL cannot be read" in output
    assert "child0 ended with code 1 before the desk was up" in output
    assert desk.returncode == 1


def test_a_desk_that_never_answers_stops_with_an_error():
    desk = start(SLEEP, up="False")
    output, _ = desk.communicate(timeout=10)
    assert "The first page did not come" in output
    assert desk.returncode == 1


def test_a_process_that_will_not_stop_is_killed():
    desk = start(STUBBORN, settings="supervisor.STOP_SECONDS = 0.5")
    read_until(desk, "UP")
    desk.send_signal(signal.SIGTERM)
    output, _ = desk.communicate(timeout=10)
    assert "child0 did not stop in time and is killed" in output
    assert desk.returncode == 0


def test_a_second_ctrl_c_does_not_wait():
    desk = start(STUBBORN, settings="supervisor.STOP_SECONDS = 60")
    read_until(desk, "UP")
    desk.send_signal(signal.SIGINT)
    time.sleep(0.3)
    desk.send_signal(signal.SIGINT)
    assert desk.wait(10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's own")
def test_a_killed_supervisor_takes_its_processes_along():
    desk = start(PID)
    [pid] = pids(read_until(desk, "UP", "child0 | pid"))
    desk.kill()
    desk.wait(10)
    assert gone(pid)


def test_grandchildren_that_outlive_their_parent_are_stopped_too():
    desk = start(
        SLEEP,
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', " + repr(PID) + "]); child.wait()",
    )
    [pid] = pids(read_until(desk, "UP", "| pid"))
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(10) == 0
    assert gone(pid)


def test_overlong_and_broken_lines_pass_through():
    desk = start(
        "import sys; sys.stdout.buffer.write(b'x' * 200000 + b'\\xff\\nlast\\n'); sys.stdout.flush(); import time; time.sleep(60)"
    )
    lines = read_until(desk, "| last")
    assert sum(line.count("x") for line in lines) == 200000
    desk.send_signal(signal.SIGTERM)
    assert desk.wait(10) == 0
