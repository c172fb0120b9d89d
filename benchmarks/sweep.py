"""Goal 10: what the sweep costs, the arithmetic a second, and the queue by what falls due next; ratios of one run.

    python -m benchmarks.sweep                              10,000 and 1,000,000 running timers
    python -m benchmarks.sweep --sizes 1000,10000 --due 100 quickly, to see that it runs

Needs a PostgreSQL on which databases may be created (BENCHMARK_DATABASE_URL). Every figure stands beside a bare one
of the same run on the same rows: the plain indexed query, the plain lock and update.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
# The desk's clock in here: everything that is due was started an hour before it, all else falls due long after.
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

TICKETS = """
INSERT INTO support_ticket ({columns})
SELECT {values} FROM support_ticket CROSS JOIN generate_series(1, %s) AS n
WHERE number = (SELECT min(number) FROM support_ticket)
"""
TIMERS = """
INSERT INTO sla_timer ({columns})
SELECT {values} FROM sla_timer JOIN support_ticket AS ticket ON ticket.number > (SELECT min(number) FROM support_ticket)
WHERE sla_timer.id = (SELECT min(id) FROM sla_timer)
"""


def measure(sizes: list[int], due: int) -> dict[int, dict[str, float]]:
    """Measure each size in a fresh database, in a process of its own; return seconds by size and name."""
    from benchmarks.run import database

    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="tierdesk-benchmark-") as folder:
            environment = {
                **os.environ,
                "DATABASE_URL": database("tierdesk_benchmark_sweep"),
                "VAR_DIR": folder,
                "LOG_LEVEL": "CRITICAL",
                "BROKER_URL": "memory://",
                "ENV_FILE": "",
            }
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
            words = [sys.executable, "-m", "benchmarks.sweep", "--one", str(size), "--due", str(due)]
            lines = subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
            found[size] = {
                name: float(value) for name, _, value in (line.partition("\t") for line in lines.splitlines())
            }
    return found


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of some runs; the first, which warms up, does not count."""
    work()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def fill(size: int) -> None:
    """Make `size` open tickets, each with a running timer that falls due far from now, by INSERT … SELECT."""
    from django.db import connection

    from accounts.actors import Actor
    from accounts.models import User
    from sla.models import Timer
    from support.actions.open_ticket import open_ticket
    from support.models import Ticket

    person = User.objects.create(email="somebody@example.org", display_name="Somebody")
    number = open_ticket(by=Actor.person(person), requester=person, subject="Benchmark", body="How?").ticket.pk
    Timer.objects.filter(ticket=number).exclude(metric="first_response").delete()
    later = "timestamptz '2027-01-01T00:00:00Z' + {n} * interval '1 second'"
    numbered = {
        Ticket: {"number": "number + n", "queue_at": later.format(n="n"), "next_due_at": later.format(n="n")},
        Timer: {
            "ticket_id": "ticket.number",
            "due_at": later.format(n="ticket.number"),
            "next_check_at": later.format(n="ticket.number"),
        },
    }
    with connection.cursor() as cursor:
        for model, statement, skip in ((Ticket, TICKETS, set()), (Timer, TIMERS, {"id"})):
            columns = [field.column for field in model._meta.concrete_fields if field.column not in skip]
            table = model._meta.db_table
            values = [numbered[model].get(column, f'{table}."{column}"') for column in columns]
            text = statement.format(columns=", ".join(f'"{column}"' for column in columns), values=", ".join(values))
            cursor.execute(text, [size] if model is Ticket else [])
        cursor.execute("DELETE FROM sla_timer WHERE ticket_id = %s", [number])
        cursor.execute("SELECT count(*) FROM sla_timer")
        assert cursor.fetchone()[0] == size
        cursor.execute("VACUUM ANALYZE")


def let_fall_due(count: int) -> None:
    """Let `count` timers, spread over all, have passed their breach an hour ago and all earlier steps before."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sla_notice")
        cursor.execute(
            "UPDATE sla_timer SET next_check_at = timestamptz '2027-01-01T00:00:00Z' + ticket_id * interval '1 second',"
            " state = 'running', breached_at = null, noticed_at = null, next_step = 0 WHERE next_check_at <= %s OR next_step > 0",
            [NOW],
        )
        cursor.execute(
            "UPDATE sla_timer SET due_at = %s, next_check_at = %s, next_step = 2, remaining = target_seconds, running_since = %s"
            " WHERE id IN (SELECT id FROM sla_timer WHERE id %% (SELECT greatest(count(*) / %s, 1) FROM sla_timer) = 0 LIMIT %s)",
            [
                NOW - timedelta(seconds=1),
                NOW,
                NOW - timedelta(days=2),
                count,
                count,
            ],
        )
        assert cursor.rowcount == count, cursor.rowcount
        cursor.execute("VACUUM ANALYZE sla_timer")
        cursor.execute("CHECKPOINT")


def bare_claim() -> int:
    """Do what the sweep does without saying anything: read what is due, lock it, update it, a batch at a time."""
    from django.db import connection, transaction

    done = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT next_check_at, id FROM sla_timer WHERE next_check_at <= %s ORDER BY next_check_at, id LIMIT 500",
                [NOW],
            )
            ids = [row[1] for row in cursor.fetchall()]
            if not ids:
                return done
            with transaction.atomic():
                cursor.execute("SELECT * FROM sla_timer WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED", [ids])
                for row in cursor.fetchall():
                    cursor.execute(
                        "UPDATE sla_timer SET state = 'breached', next_step = 3, next_check_at = NULL WHERE id = %s",
                        [row[0]],
                    )
            done += len(ids)


def one(size: int, due: int) -> None:
    """Measure one size, in the database of the environment; print name and seconds, a line each."""
    import django

    django.setup()
    from django.db import connection
    from django.db.models import Q

    from events.models import Delivery, Event
    from sla.calendars import parse
    from sla.clock import add, between
    from sla.models import Notice, Timer
    from sla.sweep import sweep
    from support.models import Ticket

    fill(size)
    connection.ensure_connection()

    def bare_query() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT next_check_at, id FROM sla_timer WHERE next_check_at <= %s ORDER BY next_check_at, id LIMIT 500",
                [NOW],
            )
            cursor.fetchall()

    def timed(work: Callable[[], int]) -> float:
        took = []
        for _ in range(3):
            let_fall_due(due)
            began = time.perf_counter()
            assert work() == due
            took.append(time.perf_counter() - began)
        return statistics.median(took)

    figures = {"nothing due": seconds(lambda: sweep(now=NOW), 200), "bare query": seconds(bare_query, 200)}
    figures["bare claim"] = timed(bare_claim)
    before = Event.objects.count(), Delivery.objects.count()
    figures["sweep"] = timed(lambda: sweep(now=NOW))
    # Each of the three runs wrote one event and one delivery a timer; the notices of the last one are there.
    assert Notice.objects.count() == due and Notice.objects.filter(percent=100).count() == due
    assert (Event.objects.count() - before[0], Delivery.objects.count() - before[1]) == (3 * due, 3 * due)
    assert Timer.objects.filter(state="breached").count() == due

    weekly = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = parse({"zone": "Europe/Berlin", "weekly": weekly, "exceptions": {"2026-12-25": []}})
    figures["add"] = (
        seconds(lambda: [add(calendar, NOW + timedelta(minutes=n), 28_800 + n) for n in range(1000)]) / 1000
    )
    figures["between"] = seconds(lambda: [between(calendar, NOW, NOW + timedelta(hours=n)) for n in range(1000)]) / 1000

    active = Ticket.objects.filter(status__in=["new", "open", "pending", "hold"], is_spam=False)
    row = active.order_by("queue_at", "number").values_list("queue_at", "number")[min(25_000, size - 30)]
    beyond = Q(queue_at__gt=row[0]) | Q(queue_at=row[0], number__gt=row[1])
    pages = {
        "first page": active.order_by("queue_at", "number"),
        "page 1,000": active.filter(beyond, queue_at__gte=row[0]).order_by("queue_at", "number"),
    }
    for name, page in pages.items():
        wanted = page.values_list("number", "subject", "queue_at")[:25]
        text, parameters = wanted.query.sql_with_params()

        def bare_page(text: str = text, parameters: tuple = parameters) -> None:
            with connection.cursor() as cursor:
                cursor.execute(text, parameters)
                cursor.fetchall()

        figures[name] = seconds(lambda page=page: list(page[:25]), 100)
        figures[f"bare {name}"] = seconds(bare_page, 100)
    for name, value in figures.items():
        print(f"{name}\t{value}")


def report(found: dict[int, dict[str, float]], due: int) -> None:
    """Print each figure as a ratio, and whether goal 10 is met."""
    small, large = found[min(found)], found[max(found)]
    goals = [
        (f"sweep, {due:,} due of {max(found):,} to {min(found):,}", large["sweep"] / small["sweep"], 1.3),
        (f"sweep, nothing due of {max(found):,}, to the bare query", large["nothing due"] / large["bare query"], 5.0),
        ("a breach with event and notice to the bare claim", large["sweep"] / large["bare claim"], 20.0),
    ]
    print("\nThe sweep (goal 10)")
    for text, value, goal in goals:
        print(f"goal 10  {text:<62} {value:6.2f} ×  ≤ {goal:<4}  {'met' if value <= goal else 'NOT MET'}")
    for name in ("add", "between"):
        print(f"         {name:<62} {1 / large[name]:10,.0f} a second")
    for name in ("first page", "page 1,000"):
        print(
            f"         {f'queue by next_due_at, {name}, to the bare select':<62} {large[name] / large[f'bare {name}']:6.2f} ×"
        )
    print(f"         {'page 1,000 to the first page':<62} {large['page 1,000'] / large['first page']:6.2f} ×")


def main(words: list[str] | None = None) -> int:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.one:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        one(options.one, options.due)
    else:
        report(measure([int(size) for size in options.sizes.split(",")], options.due), options.due)
    return 0


if __name__ == "__main__":
    sys.exit(main())
