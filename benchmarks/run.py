"""Measure the desk against the limit, on PostgreSQL, with gunicorn and two workers, and print ratios.

    python -m benchmarks.run                      1,000, 10,000 and 100,000 tickets
    python -m benchmarks.run --sizes 1000,1000000
    python -m benchmarks.run --only queue,ticket --seconds 2

Ratios are taken in one run on one machine; absolute times mean nothing elsewhere. The goals are those of
docs/guides/speed.md. Needs a PostgreSQL on which databases may be created (BENCHMARK_DATABASE_URL, by default
the local one).
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import sweep

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCHMARK_DATABASE_URL", "postgresql://root@127.0.0.1:5432/postgres")
LIMIT_PORT, DESK_PORT = 8191, 8192
CUSTOMER, AGENT, PASSWORD = "mara@nordbank.example", "lena@bitnet.example", "tierdesk-demo"


def database(name: str) -> str:
    """Return the address of a fresh database on the same server."""
    import psycopg

    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return SERVER.rsplit("/", 1)[0] + f"/{name}"


def run(*words: str, environment: dict[str, str]) -> None:
    """Run one of our own commands to its end; its failure ends the benchmark."""
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT, env={**os.environ, **environment})


class Server:
    """A gunicorn with two workers that is stopped when the block ends."""

    def __init__(self, application: str, port: int, environment: dict[str, str], ready: str) -> None:
        self.words = [
            sys.executable,
            "-m",
            "gunicorn",
            "-w",
            "2",
            "-b",
            f"127.0.0.1:{port}",
            "--log-level",
            "error",
            application,
        ]
        self.port, self.environment, self.ready = port, environment, ready

    def __enter__(self) -> "Server":
        self.process = subprocess.Popen(self.words, cwd=ROOT, env={**os.environ, **self.environment})
        for _ in range(150):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", self.ready)
                connection.getresponse().read()
                return self
            except OSError:
                time.sleep(0.2)
        raise SystemExit(f"nothing answers on port {self.port}")

    def __exit__(self, *reason: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def load(server: Server, scenario: dict, options: argparse.Namespace, label: str) -> dict[tuple[str, int], dict]:
    """Run the load generator on a scenario; return its rows by name and number of clients."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "scenario.json"), Path(folder, "out.json")
        source.write_text(json.dumps(scenario))
        words = [
            sys.executable,
            str(ROOT / "benchmarks/load.py"),
            str(source),
            "--base",
            f"http://127.0.0.1:{server.port}",
            "--out",
            str(out),
            "--label",
            label,
            "--seconds",
            str(options.seconds),
            "--repeat",
            str(options.repeat),
            "--master-pid",
            str(server.process.pid),
            "--concurrency",
            options.concurrency,
        ]
        subprocess.run(words, check=False, cwd=ROOT)
        return {(row["name"], row["concurrency"]): row for row in json.loads(out.read_text())}


def measure(size: int, options: argparse.Namespace) -> dict:
    """Measure limit and desk at one size, side by side."""
    label = f"{size // 1000}k"
    limits, desk = database("tierdesk_benchmark_limit"), database("tierdesk_benchmark")
    run("-m", "benchmarks.limits", str(size), environment={"DATABASE_URL": limits})
    folder = tempfile.mkdtemp(prefix="tierdesk-benchmark-")
    environment = {
        "DATABASE_URL": desk,
        "VAR_DIR": folder,
        "DEBUG": "off",
        "LOG_LEVEL": "ERROR",
        "PORT": str(DESK_PORT),
        "BROKER_URL": os.environ.get("BENCHMARK_BROKER_URL", "redis://127.0.0.1:6379/14"),
        "LOG_FORMAT": "json",
        "BASE_URL": f"http://127.0.0.1:{DESK_PORT}",
    }
    run("manage.py", "migrate", "-v", "0", environment=environment)
    run("manage.py", "load_demo", "--tickets", str(size), environment=environment)
    import psycopg

    with psycopg.connect(desk, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        first, last = connection.execute("SELECT min(number), max(number) FROM support_ticket").fetchone() or (1, 1)
        (page,) = connection.execute(
            "SELECT to_char(queue_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') || '~' || number FROM support_ticket"
            " WHERE status IN ('new','open','pending','hold') ORDER BY queue_at, number OFFSET"
            " (SELECT least(25000, count(*) * 9 / 10) FROM support_ticket WHERE status IN ('new','open','pending','hold')) LIMIT 1"
        ).fetchone() or ("",)
    wanted = lambda name: not options.only or name in options.only.split(",")  # noqa: E731
    console: list[dict[str, Any]] = [
        {"name": "queue", "path": "/admin/queue/"},
        {"name": "queue far", "path": f"/admin/queue/?after={page}"},
        {"name": "filter", "path": "/admin/queue/?queue=priority&status=open"},
        {"name": "ticket", "path": "/admin/tickets/{id}/", "ids": [first, last]},
        {"name": "dashboard", "path": "/admin/"},
    ]
    portal: list[dict[str, Any]] = [
        {"name": "my tickets", "path": "/tickets/"},
        {
            "name": "filing",
            "path": "/tickets/new/",
            "status": [302],
            "count": options.filings,
            "form": {"subject": "Benchmark question {n}", "body": "How does this work?", "priority": "20"},
            "csrf": {"path": "/tickets/new/", "field": "csrfmiddlewaretoken"},
        },
    ]
    sign_in = {"path": "/accounts/login/", "csrf_field": "csrfmiddlewaretoken"}
    rows: dict[tuple[str, int], dict] = {}
    with (
        Server("benchmarks.limits:application", LIMIT_PORT, {"DATABASE_URL": limits}, "/login/") as limit,
        Server("config.wsgi:application", DESK_PORT, environment, "/livez") as server,
    ):
        rows |= load(
            limit,
            {
                "login": {"path": "/login/", "form": {"login": "agent", "password": "measure-me-9"}},
                "requests": [
                    {"name": "limit list", "path": "/list"},
                    {
                        "name": "limit create",
                        "path": "/create",
                        "form": {"subject": "Question {n}", "body": "How?"},
                        "status": [201],
                    },
                ],
            },
            options,
            label,
        )
        for who, requests in ((AGENT, console), (CUSTOMER, portal)):
            requests = [request for request in requests if wanted(request["name"])]
            if requests:
                rows |= load(
                    server,
                    {"login": {**sign_in, "form": {"login": who, "password": PASSWORD}}, "requests": requests},
                    options,
                    label,
                )
    return {"size": size, "rows": rows}


def report(results: list[dict], options: argparse.Namespace) -> None:
    """Print each page's ratio to the limit of the same run, and each goal that can be read off."""
    print("\nRatio to the limit (1 client), p50 in ms, bytes, errors")
    names = ["queue", "queue far", "filter", "ticket", "dashboard", "my tickets", "filing"]
    for result in results:
        rows, print_size = result["rows"], f"{result['size']:>9,}"
        for name in names:
            row = rows.get((name, 1))
            if row and row["rps"]:
                base = rows[("limit create" if name == "filing" else "limit list", 1)]
                print(
                    f"{print_size}  {name:11} {row['rps'] / base['rps']:.2f} ×  p50 {row['p50_ms']} ms  {row['bytes']} B  {row['errors']} errors"
                )
    small, large = results[0]["rows"], results[-1]["rows"]
    goals = []

    def ratio(name: str, base: str) -> float:
        return large[(name, 1)]["rps"] / large[(base, 1)]["rps"] if large.get((name, 1), {}).get("rps") else 0.0

    def growth(name: str) -> float:
        one, other = small.get((name, 1)), large.get((name, 1))
        return other["p50_ms"] / one["p50_ms"] if one and other and one["p50_ms"] and other["p50_ms"] else 0.0

    bound = 1.5 if results[-1]["size"] > 100_000 else 1.2
    for number, text, value, goal, at_least in [
        (1, "queue", ratio("queue", "limit list"), 0.30, True),
        (2, "filtered queue", ratio("filter", "limit list"), 0.30, True),
        (5, "ticket page", ratio("ticket", "limit list"), 0.35, True),
        (6, "filing by web", ratio("filing", "limit create"), 0.28, True),
        *[(3, f"{name} grows", growth(name), bound, False) for name in ("queue", "filter", "ticket", "filing")],
        (
            3,
            "far page to first page",
            (large.get(("queue far", 1)) or {}).get("p50_ms", 0) / ((large.get(("queue", 1)) or {}).get("p50_ms") or 1),
            1.3,
            False,
        ),
        (9, "dashboard grows", growth("dashboard"), 2.0, False),
    ]:
        if value:
            met = value >= goal if at_least else value <= goal
            goals.append(
                (
                    f"goal {number:>2}",
                    text,
                    f"{value:.2f} ×",
                    f"{'≥' if at_least else '≤'} {goal}",
                    "met" if met else "NOT MET",
                )
            )
    for name in names:
        one, eight = large.get((name, 1)), large.get((name, 8))
        if one and eight and one["rps"] and eight["rps"]:
            faster, tail = eight["rps"] / one["rps"], eight["p99_ms"] / eight["p50_ms"]
            met = faster >= 1.6 and tail <= 3 and not eight["errors"]
            goals.append(
                (
                    "goal 14",
                    f"{name}, 8 clients",
                    f"{faster:.2f} ×, p99/p50 {tail:.1f}",
                    "≥ 1.6, ≤ 3",
                    "met" if met else "NOT MET",
                )
            )
        if one and one["bytes"] and name in ("queue", "ticket"):
            goals.append(
                (
                    "goal 15",
                    f"{name} HTML",
                    f"{one['bytes']} B",
                    "≤ 60000",
                    "met" if one["bytes"] <= 60_000 else "NOT MET",
                )
            )
    memory = [
        row["memory_mib"]["worker_rss_max"]
        for row in large.values()
        if row.get("memory_mib") and not row["name"].startswith("limit")
    ]
    if memory:
        goals.append(
            ("goal 12", "worker process", f"{max(memory):.0f} MiB", "≤ 120", "met" if max(memory) <= 120 else "NOT MET")
        )
    print()
    for line in goals:
        print("  ".join(f"{word:<24}" for word in line).rstrip())


def main() -> int:
    """Read the options, measure each size, print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--concurrency", default="1,8")
    parser.add_argument("--filings", type=int, default=400)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if urlsplit(SERVER).hostname not in {"127.0.0.1", "localhost", None}:
        raise SystemExit("The benchmark creates and drops databases; it runs on a local PostgreSQL only.")
    results = [measure(int(size), options) for size in options.sizes.split(",")]
    report(results, options)
    if not options.only or "sweep" in options.only.split(","):
        sweep.main([])
    return 0


if __name__ == "__main__":
    sys.exit(main())
