"""Tickets by the hundred thousand, for benchmarks: written straight into the tables, as acts would have left them.

A fifth of them still needs somebody, the rest is closed; the texts are the same real ones. Customers grow with the
tickets, so that a customer's own list keeps the length it has in life.
"""

import json
import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from accounts.models import Channel, Membership, Organization, Tier, User
from content.markdown import render
from events.models import Event
from sla.defaults import STEPS
from sla.event_names import TimerEvent
from sla.models import CalendarVersion, Metric, Timer
from support.actions.open_ticket import first_line
from support.demo.answers import GENERAL
from support.demo.conversations import load
from support.event_names import TicketEvent
from support.models import NO_PROMISE, Message, Priority, Queue, Status, Ticket

BATCH = 20_000
PROMISE_SECONDS = {"enterprise": 4 * 3600, "team": 24 * 3600, "developer": 48 * 3600}
DAY = 86_400


def insert(model: type[models.Model], columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows by the fastest way that the database has: COPY on PostgreSQL, executemany on SQLite."""
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            prepared = [
                [
                    # JSON is written as text already; as a value it would become a text within JSON.
                    value if isinstance(field, models.JSONField) else field.get_db_prep_save(value, connection)
                    for field, value in zip(fields, row, strict=True)
                ]
                for row in rows
            ]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared)  # noqa: S608


def batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield lists of at most BATCH."""
    while batch := list(islice(rows, BATCH)):
        yield batch


@dataclass(frozen=True)
class Customer:
    """What a generated ticket needs to know of its requester."""

    user: int
    organization: int
    tier: int
    tier_key: str
    queue: int


def more_customers(count: int, chance: random.Random) -> list[Customer]:
    """Create an organisation for each six people, and return everybody with their tier and queue."""
    tiers = list(Tier.objects.order_by("order"))
    queues = dict(Queue.objects.exclude(tier=None).values_list("tier", "pk"))
    sizes = max(1, count // 6)
    organizations = Organization.objects.bulk_create(
        [
            Organization(
                name=f"Customer {n:06}",
                tier=chance.choices(tiers, [60, 30, 10])[0],
                shares_tickets=n % 2 == 0,
            )
            for n in range(sizes)
        ],
        batch_size=2000,
    )
    people = User.objects.bulk_create(
        [
            User(email=f"person{n}@customer{n % sizes:06}.example", display_name=f"Person {n}", password="!")  # noqa: S106 (cannot be signed in with)
            for n in range(count)
        ],  # noqa: S106
        batch_size=2000,
    )
    Membership.objects.bulk_create(
        [Membership(user=user, organization=organizations[n % sizes]) for n, user in enumerate(people)],
        batch_size=2000,
    )
    found = []
    for n, user in enumerate(people):
        organization = organizations[n % sizes]
        tier = organization.tier
        assert tier is not None
        found.append(Customer(user.pk, organization.pk, tier.pk, tier.key, queues[tier.pk]))
    return found


@contextmanager
def bare_tables(*written: type[models.Model]) -> Iterator[None]:
    """Take keys and indexes off while the tables are filled, and put them back: so much faster is PostgreSQL.

    All in one transaction: whatever happens, nobody finds the tables without them.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic():
            yield
        return
    tables = [model._meta.db_table for model in written]
    with transaction.atomic(), connection.cursor() as cursor:
        # Inside of somebody's transaction, what their rows still have to answer for is answered first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        keys = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [tables],
        )
        indexes = cursor.fetchall()
        for table, key, _definition in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
        for index, _definition in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(index)}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _index, definition in indexes:
            cursor.execute(definition)
        for table, key, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition}")


def load_many(count: int, chance: random.Random, now: datetime, report: Callable[[str], Any]) -> None:
    """Write `count` tickets with their messages, events and timers; `report` hears of each batch."""
    customers = more_customers(max(12, count // 40), chance)
    agents = {
        queue.pk: [user.pk for user in queue.members.all()] for queue in Queue.objects.prefetch_related("members")
    }
    texts = []
    for conversation in load()[:400]:
        rendered = render(conversation.opening)
        texts.append((conversation.subject, conversation.opening, rendered.html, rendered.text))
    answers = [(text, render(text).html, render(text).text) for text in GENERAL]
    version = CalendarVersion.objects.latest("pk").pk
    first = (Ticket.objects.aggregate(last=models.Max("number"))["last"] or 0) + 1
    message = (Message.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    done = 0
    with bare_tables(Ticket, Message, Event, Timer):
        for numbers in batches(iter(range(first, first + count))):
            tickets: list[tuple[Any, ...]] = []
            messages: list[tuple[Any, ...]] = []
            events: list[tuple[Any, ...]] = []
            timers: list[tuple[Any, ...]] = []
            for number in numbers:
                customer = chance.choice(customers)
                subject, source, html, text = chance.choice(texts)
                promise = PROMISE_SECONDS.get(customer.tier_key, 2 * DAY)
                agent = chance.choice(agents[customer.queue] or [None])
                kind = chance.random()
                if kind < 0.08:
                    age = chance.randrange(60, round(promise * 1.02))
                    status, answered = Status.NEW, False
                elif kind < 0.2:
                    age = chance.randrange(promise, promise + 20 * DAY)
                    status, answered = (
                        chance.choice([Status.OPEN, Status.PENDING, Status.PENDING, Status.HOLD]),
                        True,
                    )
                else:
                    age = chance.randrange(9 * DAY, 700 * DAY)
                    status, answered = Status.CLOSED, True
                opened = now - timedelta(seconds=age)
                used = round(promise * chance.uniform(0.05, 1.05))
                replied = opened + timedelta(seconds=used)
                due = opened + timedelta(seconds=promise)
                solved = replied + timedelta(seconds=DAY) if status == Status.CLOSED else None
                closed = solved + timedelta(days=7) if solved else None
                last = closed or (replied if answered else opened)
                versions = 4 if closed else 2 if answered else 1
                waits = None if answered else due
                tickets.append(
                    (number, subject, customer.user, True, customer.organization, Channel.WEB.value, customer.queue,
                     chance.choice([Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.HIGH]).value, status.value,
                     agent if answered or chance.random() < 0.3 else None, first_line(text), answered, answered,
                     versions,
                     waits, "first_response" if waits else "", waits or NO_PROMISE, False, opened,
                     replied if answered else opened, last, solved, closed)
                )  # fmt: skip
                messages.append(
                    (
                        message,
                        number,
                        customer.user,
                        True,
                        False,
                        "web",
                        source,
                        html,
                        text,
                        uuid.UUID(int=chance.getrandbits(128), version=4),
                        opened,
                    )
                )
                events.append(
                    (TicketEvent.OPENED.value, "ticket", number, customer.user, "person",
                     f'{{"version": 1, "message": {message}, "channel": "web",'
                     f' "timers": [{begin_told(customer.tier, promise, version)}]}}', opened, "")
                )  # fmt: skip
                message += 1
                reached = steps_passed(opened, promise, replied if answered else now)
                if reached and not (answered and replied <= due):
                    # A reply in time came before anybody swept; a late one noticed the breach itself.
                    events.append(
                        (TimerEvent.STEP_REACHED.value, "ticket", number, None, "system",
                         '{"metric": "first_response", "cycle": 0, "generation": 1, "superseded": [], "tell": [],'
                         f' "percent": {PERCENTS[reached - 1]}}}', replied if answered else now, "")
                    )  # fmt: skip
                if answered:
                    words, words_html, words_text = chance.choice(answers)
                    messages.append(
                        (
                            message,
                            number,
                            agent,
                            True,
                            True,
                            "web",
                            words,
                            words_html,
                            words_text,
                            uuid.UUID(int=chance.getrandbits(128), version=4),
                            replied,
                        )
                    )
                    events.append(
                        (TicketEvent.REPLIED.value, "ticket", number, agent, "person",
                         f'{{"version": 2, "message": {message}, "is_staff": true,'
                         ' "timers": [{"act": "staff_replied", "status": "new"}]}', replied, "")
                    )  # fmt: skip
                    message += 1
                if solved and closed:
                    events.append(
                        (TicketEvent.SOLVED.value, "ticket", number, agent, "person",
                         '{"version": 3, "old": "open", "new": "solved"}', solved, "")
                    )  # fmt: skip
                    events.append(
                        (TicketEvent.CLOSED.value, "ticket", number, None, "system",
                         '{"version": 4, "old": "solved", "new": "closed"}', closed, "")
                    )  # fmt: skip
                timers.append(
                    timer_row(number, customer, promise, version, opened, due, replied if answered else None, now)
                )
            insert(Ticket, TICKET, tickets)
            insert(Message, MESSAGE, messages)
            insert(Event, EVENT, events)
            insert(Timer, TIMER, timers)
            done += len(numbers)
            report(f"{done:,} of {count:,} tickets")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(_no_style(), [Ticket, Message]):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()


TICKET = (
    "number subject requester is_requester_proven organization channel queue priority status assignee first_line "
    "last_public_is_staff was_answered version next_due_at next_due_metric queue_at is_paused created_at "
    "last_message_at updated_at solved_at closed_at"
).split()
MESSAGE = "id ticket author is_public is_staff_reply channel source html text submission created_at".split()
EVENT = "name subject_type subject_id actor actor_kind data occurred_at request_id".split()
TIMER = (
    "ticket metric cycle state target_seconds calendar_version pause_on steps tier priority channel started_at "
    "running_since remaining consumed due_at breached_at noticed_at stopped_at reason generation next_step "
    "next_check_at"
).split()
STEPS_JSON = json.dumps(STEPS)
PERCENTS = [int(str(step["percent"])) for step in STEPS]


@cache
def begin_told(tier: int, promise: int, version: int) -> str:
    """Return what a first-response timer was told when it began, as JSON: `sla.replay` does it again."""
    row = {"metric": Metric.FIRST_RESPONSE.value, "target": None, "source": "tier", "priority": None}
    told = {"act": "begin", "cycle": 0, "tier": tier, "priority": Priority.NORMAL.value, "channel": "web"}
    return json.dumps(
        {**told, "rows": [{**row, "seconds": promise, "calendar": version, "pause_on": [], "steps": STEPS}]}
    )


def falls_at(opened: datetime, promise: int, step: int) -> datetime:
    """Return when a step of a promise falls due whose calendar never closes (sla.md, section 7)."""
    percent = PERCENTS[step]
    if percent > 100:
        return opened + timedelta(seconds=promise + promise * (percent - 100) // 100)
    return opened + timedelta(seconds=promise - promise * (100 - percent) // 100 + (percent == 100))


def steps_passed(opened: datetime, promise: int, at: datetime) -> int:
    """Return how many steps had fallen due by an instant."""
    return sum(falls_at(opened, promise, step) <= at for step in range(len(PERCENTS)))


def timer_row(
    number: int,
    customer: Customer,
    promise: int,
    version: int,
    opened: datetime,
    due: datetime,
    replied: datetime | None,
    now: datetime,
) -> tuple[Any, ...]:
    """Return the first-response timer as the actions and the sweep would have left it; the calendar never closes."""
    seen = replied or now
    late = seen > due
    state = Timer.State.BREACHED if late else Timer.State.MET if replied else Timer.State.RUNNING
    consumed = round((replied - opened).total_seconds()) if replied else 0
    step = steps_passed(opened, promise, seen) if late or not replied else 0
    check = falls_at(opened, promise, step) if replied is None and step < len(PERCENTS) else None
    return (
        number, Metric.FIRST_RESPONSE.value, 0, state.value, promise, version, "[]", STEPS_JSON, customer.tier,
        20, "web",
        opened, None if replied else opened, promise - consumed, consumed, due,
        due if late else None, seen if late else None,
        replied, "", 1, step, check,
    )  # fmt: skip
