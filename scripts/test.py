"""Every check and all tests in one command: `make test`, and in CI.

1. See to the services: PostgreSQL, Redis, Chromium. As root on Debian or Ubuntu what is missing is installed
   and what is stopped is started; elsewhere what is there is used, and what is left out is said, with how to
   get it. With CI=true a missing service is a failure.
2. Style, types, import contracts, migrations, production settings.
3. The tests on SQLite, then on PostgreSQL. Some run once, because a second database would tell nothing new: browser
   tests on PostgreSQL; tests that ask for no database (tests/conftest.py marks them `pure`) and those marked `once` on
   SQLite.
4. A summary. Nothing stops at the first failure: one run tells all.

`make test T=tests/sla` runs that part of step 3 alone, on both databases; `make lint` runs step 2 without the
database.
"""

import argparse
import hashlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CI = os.environ.get("CI", "").lower() == "true"
CAN_INSTALL = os.geteuid() == 0 and shutil.which("apt-get") is not None
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
LONGEST_PASS_SECONDS = 30 * 60
STALE_AFTER_SECONDS = 24 * 3600
# One more than there are cores: tests that kill processes and cut wires wait more than they count.
WORKERS = max(2, os.cpu_count() or 2) + 1


def say(text: str = "") -> None:
    print(text, flush=True)


# --- Services -------------------------------------------------------------------------------------


class Missing(Exception):
    """A service that the tests cannot have; the text says how to get it."""


def install(*packages: str) -> None:
    """Install packages of Debian or Ubuntu, once more with fresh lists if the first try fails."""
    say(f"Installing {', '.join(packages)} with apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for again in (False, True):
        if again:
            subprocess.run(
                ["apt-get", "update", "--quiet"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode == 0:
            return
    raise Missing(f"apt-get could not install {', '.join(packages)}: {done.stderr.strip()[-500:]}")


def problem_with(url: str) -> str:
    """Return why tests cannot create databases at this address, or nothing."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return str(error).strip()
    return "" if row and row[0] else "its user may not create databases (ALTER ROLE … CREATEDB)"


def as_postgres(command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the system user postgres."""
    return subprocess.run(
        ["su", "postgres", "-s", "/bin/sh", "-c", command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def start_clusters() -> None:
    """Start Debian's PostgreSQL clusters that are down, with or without systemd."""
    listed = subprocess.run(["pg_lsclusters", "--no-header"], capture_output=True, text=True).stdout
    if not listed.strip():
        versions = sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda path: int(path.name))
        subprocess.run(["pg_createcluster", versions[-1].name, "main"], stdout=subprocess.DEVNULL)
        listed = subprocess.run(["pg_lsclusters", "--no-header"], capture_output=True, text=True).stdout
    for version, name, _port, status, *_ in (line.split() for line in listed.splitlines()):
        if status.startswith("down"):
            say(f"Starting PostgreSQL {version}")
            subprocess.run(
                ["pg_ctlcluster", "--skip-systemctl-redirect", version, name, "start"],
                stdin=subprocess.DEVNULL,
            )


def own_role() -> str:
    """Create a role for the tests of this copy, with a password of its own, and return its address."""
    name = f"tierdesk_test_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}"
    kept = ROOT / "var" / "test-database-password"
    kept.parent.mkdir(exist_ok=True)
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    password = kept.read_text()
    port = as_postgres("psql -XAtc 'SHOW port'").stdout.strip() or "5432"
    as_postgres(f"psql -Xc 'CREATE ROLE {name}'")
    as_postgres(f"""psql -Xc "ALTER ROLE {name} LOGIN CREATEDB PASSWORD '{password}'" """)
    return f"postgresql://{name}:{password}@127.0.0.1:{port}/postgres"


def postgresql() -> str:
    """Return the address of a server where tests may create databases. Raises Missing."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        problem = problem_with(given)
        if problem:
            raise Missing(f"PostgreSQL at DATABASE_URL: {problem}")
        return given
    for url in ("postgresql:///postgres", "postgresql://postgres@127.0.0.1:5432/postgres"):
        if not problem_with(url):
            return url
    if not CAN_INSTALL:
        raise Missing(
            "PostgreSQL: none found on this machine where this user may create databases. Install and "
            "start it (Debian: apt-get install postgresql), then: sudo -u postgres createuser "
            "--createdb $USER; or name one: DATABASE_URL=postgresql://user:password@host/postgres make test"
        )
    if not shutil.which("pg_ctlcluster") or not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        install("postgresql")
    start_clusters()
    url = own_role()
    for _ in range(20):
        problem = problem_with(url)
        if not problem:
            return url
        time.sleep(0.5)
    raise Missing(f"PostgreSQL: {problem}")


def drop_stale_databases(url: str) -> None:
    """Drop what runs that were killed more than a day ago left behind; nobody else's names match."""
    with psycopg.connect(url, autocommit=True) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_tierdesk_[0-9]+_'"
        ).fetchall():
            if int(name.split("_")[2]) < time.time() - STALE_AFTER_SECONDS:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}"')


def answers_redis() -> bool:
    try:
        return bool(redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2, socket_timeout=2).ping())
    except redis.RedisError:
        return False


def redis_server() -> str:
    """Return the address of a Redis server. Raises Missing."""
    if answers_redis():
        return REDIS_URL
    if "TEST_REDIS_URL" in os.environ or not CAN_INSTALL:
        raise Missing(
            f"Redis: nothing answers at {REDIS_URL}. Install and start it (Debian: apt-get install "
            "redis-server), or name one: TEST_REDIS_URL=redis://host:6379/15 make test"
        )
    if not shutil.which("redis-server"):
        install("redis-server")
    say("Starting Redis")
    command = 'redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save "" --appendonly no --dir /tmp'
    subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(20):
        if answers_redis():
            return REDIS_URL
        time.sleep(0.25)
    raise Missing(f"Redis was started, but nothing answers at {REDIS_URL}")


def chromium() -> str:
    """Return the path of a Chromium. Raises Missing."""
    for installed in (False, True):
        for name in ("chromium", "chromium-browser", "google-chrome"):
            path = shutil.which(name)
            if path:
                return path
        if not CAN_INSTALL or installed:
            break
        install("chromium", "fonts-dejavu-core")
    raise Missing("Chromium: browser tests need it (Debian: apt-get install chromium)")


# --- Checks ---------------------------------------------------------------------------------------


@dataclass
class Result:
    """How a step ended, for the summary."""

    name: str
    ok: bool
    seconds: float
    note: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def check(name: str, command: str, **environment: str) -> Result:
    """Run a command in the project's environment; what it prints is shown if it fails."""
    program, *arguments = shlex.split(command)
    began = time.monotonic()
    done = subprocess.run(
        [BIN / program, *arguments], cwd=ROOT, env={**os.environ, "ENV_FILE": "", **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    result = Result(name, done.returncode == 0, time.monotonic() - began)
    say(
        f"{'ok  ' if result.ok else 'FAIL'}  {name} ({result.seconds:.1f} s)"
        + ("" if result.ok else f"\n{done.stdout.rstrip()}")
    )
    return result


def checks(folder: Path, *, with_settings: bool) -> list[Result]:
    """Run the checks that need no tests, two at a time."""
    jobs: list[tuple[str, str, dict[str, str]]] = [
        ("types (mypy)", "mypy .", {}),
        ("style (ruff check)", "ruff check --output-format concise .", {}),
        ("format (ruff format)", "ruff format --check --output-format concise .", {}),
        ("import contracts (lint-imports)", "lint-imports", {}),
    ]
    if with_settings:
        production = {
            "MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "BASE_URL": "https://help.example.com",
            "DATABASE_URL": "postgresql://tierdesk:secret@127.0.0.1/tierdesk",
            "BROKER_URL": "redis://127.0.0.1:6379/0",
            "CACHE_URL": "redis://127.0.0.1:6379/1",
            "EMAIL_URL": "smtp://127.0.0.1:25",
        }
        embedded = {"DATABASE_URL": "", "MODE": "embedded"}
        jobs += [
            ("migrations match the models", "python manage.py makemigrations --check --dry-run", embedded),
            (
                "production settings (check --deploy)",
                "python manage.py check --deploy --fail-level WARNING",
                production,
            ),
        ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda job: check(job[0], job[1], **{"VAR_DIR": str(folder), **job[2]}), jobs))


# --- Tests ----------------------------------------------------------------------------------------


def tests(database: str, parts: list[str], marks: str, folder: Path, **environment: str) -> Result:
    """Run pytest on one database, in parallel; its own output stays visible."""
    say(f"\nTests on {database}")
    report = folder / f"{database}.xml"
    command = [
        str(BIN / "python"), "-m", "pytest", "-n", str(WORKERS), "--dist", "worksteal",
        "--durations", "25", "--junit-xml", str(report), *(["-m", marks] if marks else []), *parts,
    ]  # fmt: skip
    began = time.monotonic()
    try:
        code = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            timeout=LONGEST_PASS_SECONDS,
        ).returncode
    except subprocess.TimeoutExpired:
        code = -1
    # A part may have nothing for this database (pytest's code 5); a whole run without tests is a mistake.
    result = Result(f"tests on {database}", code == 0 or (code == 5 and bool(parts)), time.monotonic() - began)
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            result.failed += count["failures"] + count["errors"]
            result.skipped += count["skipped"]
            result.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
        result.note = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
    elif code == -1:
        result.note = f"stopped after {LONGEST_PASS_SECONDS // 60} minutes"
    return result


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Checks and tests of Tierdesk.")
    parser.add_argument("parts", nargs="*", help="folders, files or tests to run alone, as pytest takes them")
    parser.add_argument("--lint", action="store_true", help="only style, types and import contracts")
    options = parser.parse_args()
    began = time.monotonic()
    results: list[Result] = []
    left_out: list[str] = []
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="tierdesk-checks-") as name:
        folder = Path(name)
        if options.lint:
            results += checks(folder, with_settings=False)
        else:
            for service in (postgresql, redis_server, chromium):
                try:
                    found[service.__name__] = service()
                except Missing as missing:
                    left_out.append(str(missing))
            if not options.parts:
                results += checks(folder, with_settings=True)
            environment = {"TEST_REDIS_URL": found.get("redis_server", "")}
            elsewhere = ["not postgresql", *(["not browser"] if "postgresql" in found else [])]
            results.append(
                tests(
                    "sqlite",
                    options.parts,
                    " and ".join(elsewhere),
                    folder,
                    TEST_DATABASE="sqlite",
                    **environment,
                )
            )
            if "postgresql" in found:
                drop_stale_databases(found["postgresql"])
                environment |= {"TEST_DATABASE": "postgresql", "DATABASE_URL": found["postgresql"]}
                results.append(tests("postgresql", options.parts, "not pure and not once", folder, **environment))
    if options.parts and not options.lint and not any(result.passed + result.failed for result in results):
        results.append(Result(f"{' '.join(options.parts)}: no test found", ok=False, seconds=0))

    say("\nSummary")
    for result in results:
        note = f": {result.note}" if result.note else ""
        say(f"  {'ok  ' if result.ok else 'FAIL'}  {result.name} ({result.seconds:.0f} s){note}")
    for reason in left_out:
        say(f"  {'FAIL' if CI else 'left out'}  {reason}")
    ok = all(result.ok for result in results) and not (CI and left_out)
    if not options.lint:
        say(f"  {time.monotonic() - began:.0f} s in all\n")
        passed = sum(result.passed for result in results)
        failed = sum(result.failed for result in results)
        say(f"{passed} passed, {failed} failed, {sum(result.skipped for result in results)} skipped")
    say("Everything holds." if ok else "Not everything holds; see FAIL above.")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
