"""Keeps a few processes running together: one terminal, one Ctrl-C, no orphan.

1. Start each process in a session of its own, so that Ctrl-C reaches only the supervisor, which then stops
   them in order.
2. Copy what they print, line by line, behind their name.
3. A process that ends by itself is started again, after a wait that doubles from FIRST_WAIT to LONGEST_WAIT
   seconds and falls back once it has run for STEADY_AFTER seconds. One that ends before the desk ever
   answered stops everything: that is a mistake in the configuration, and repeating it would only bury the
   message.
4. On SIGINT, SIGTERM or SIGHUP: SIGTERM to all, and after STOP_SECONDS, or at a second Ctrl-C, SIGKILL to
   what is left. On Linux the kernel does the same for us should the supervisor itself be killed.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
STEADY_AFTER = 30.0
STOP_SECONDS = 8.0
LOOK_EVERY = 0.1
LONGEST_LINE = 64 * 1024
PR_SET_PDEATHSIG = 1

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask the kernel, in the child, for SIGTERM when the supervisor is gone, however it went."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A process to keep running, by name and command."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    starts: int = 0


class Supervisor:
    """Runs children until it is told to stop; see the module's own words for the rules."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.width = max(len(child.name) for child in children)
        self.stopping = asyncio.Event()
        self.hurry = asyncio.Event()
        self.failed = ""
        self.is_up = False

    async def run(self, wait_until_up: Callable[[], Coroutine[None, None, bool]], when_up: Callable[[], None]) -> int:
        """Start the first child, wait until it serves, start the others; return the exit code at the end.

        The first page does not have to share the processor with the start of the others.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        keepers = [asyncio.create_task(self.keep(self.children[0]))]
        up = asyncio.create_task(wait_until_up())
        stop = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({up, stop}, return_when=asyncio.FIRST_COMPLETED)
        if up.done() and up.result():
            self.is_up = True
            keepers += [asyncio.create_task(self.keep(child)) for child in self.children[1:]]
            when_up()
        elif up.done() and not self.failed:
            self.fail("The first page did not come; what the web process said stands above.")
        up.cancel()
        await stop
        await self.end(keepers)
        if self.failed:
            self.say(self.failed)
        return 1 if self.failed else 0

    def stop(self) -> None:
        """Begin to stop; asked a second time, do it at once."""
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()

    def fail(self, reason: str) -> None:
        """Stop everything and end with an error."""
        self.failed = reason
        self.stopping.set()

    async def keep(self, child: Child) -> None:
        """Start a child again and again until the supervisor stops."""
        loop = asyncio.get_running_loop()
        wait = FIRST_WAIT
        while not self.stopping.is_set():
            began = loop.time()
            code = await self.once(child)
            if self.stopping.is_set():
                return
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            if not self.is_up:
                self.fail(f"{child.name} {how} before the desk was up; what it said stands above.")
                return
            wait = FIRST_WAIT if loop.time() - began > STEADY_AFTER else wait
            self.say(f"{child.name} {how}; it starts again in {wait:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def once(self, child: Child) -> int:
        """Run a child to its end, copying what it prints; return its exit code, negative for a signal."""
        child.process = await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.environment},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        child.starts += 1
        printing = asyncio.create_task(self.copy(child.process.stdout, child.name))
        # Not `wait()`: that returns only when the pipe ends too, which a grandchild may hold open for long.
        while (code := child.process.returncode) is None:
            await asyncio.sleep(LOOK_EVERY)
        self.signal(child, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(printing, 1)
        return code

    async def copy(self, stream: asyncio.StreamReader | None, name: str) -> None:
        """Print what a child prints, each line behind its name; overlong lines are cut into pieces."""
        rest = b""
        while stream is not None and (piece := await stream.read(LONGEST_LINE)):
            *lines, rest = (rest + piece).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self.say(f"{name:<{self.width}} | {line.decode(errors='replace').rstrip()}")
        if rest:
            self.say(f"{name:<{self.width}} | {rest.decode(errors='replace')}")

    def signal(self, child: Child, number: int) -> None:
        """Send a signal to everything in a child's session."""
        if child.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, number)

    async def end(self, keepers: Sequence["asyncio.Task[None]"]) -> None:
        """Stop all children, gently and then not, and wait until they are gone."""
        for child in self.children:
            if child.process is not None and child.process.returncode is None:
                # To the leader alone: it tells its own workers, in its own order.
                with contextlib.suppress(ProcessLookupError):
                    child.process.send_signal(signal.SIGTERM)
        hurry = asyncio.create_task(self.hurry.wait())
        ending = asyncio.ensure_future(asyncio.gather(*keepers))
        waited: set[asyncio.Future[object]] = {ending, hurry}  # type: ignore[arg-type]
        await asyncio.wait(waited, timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not ending.done():
            for child in self.children:
                if child.process is not None and child.process.returncode is None:
                    self.say(f"{child.name} did not stop in time and is killed.")
                self.signal(child, signal.SIGKILL)
        await ending
