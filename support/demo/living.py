"""A month of a desk's life, done by the same actions as in life, so that every row is what it would have been.

Each ticket is a script: a generator that yields the instant of its next act and is then resumed to do it. A
heap runs all scripts in the order of time, as if the month were happening.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.actors import Actor
from accounts.models import Channel, User
from sla.sweep import sweep
from support.actions.add_note import add_note
from support.actions.assign import assign
from support.actions.close import close
from support.actions.open_ticket import open_ticket
from support.actions.reply import reply
from support.actions.set_priority import set_priority
from support.actions.set_status import set_status
from support.actions.solve import solve
from support.actions.tag import set_tags
from support.demo.answers import ANSWERS, ASKING, CLOSING, GENERAL, NOTES, TAGS
from support.demo.company import Company
from support.demo.conversations import Conversation, load
from support.models import Priority, Queue, Status, Ticket

# Steps and breaches are noticed about when they would have been.
SWEEP_EVERY = timedelta(minutes=20)
PROMISE_HOURS = {"enterprise": 4, "team": 24, "developer": 48, "": 24}
PRIORITIES = [Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT]


class Desk:
    """The people and the chance that the scripts share."""

    def __init__(self, company: Company, chance: random.Random, now: datetime) -> None:
        self.company, self.chance, self.now = company, chance, now
        self.agents: dict[int, list[User]] = {
            queue.pk: list(queue.members.order_by("pk")) for queue in Queue.objects.all()
        }
        self.conversations = load()
        chance.shuffle(self.conversations)

    def agent_for(self, ticket: Ticket) -> User:
        """Return who answers: the assignee, or somebody of the queue."""
        return ticket.assignee or self.chance.choice(self.agents[ticket.queue_id])

    def answer(self, conversation: Conversation) -> str:
        """Return what an agent writes about this."""
        return self.chance.choice(ANSWERS.get(conversation.intent, GENERAL))

    def soon(self, at: datetime, low: float, high: float) -> datetime:
        """Return an instant between `low` and `high` hours later."""
        return at + timedelta(seconds=round(self.chance.uniform(low, high) * 3600))


def load_tickets(company: Company, chance: random.Random, count: int, now: datetime) -> None:
    """File and work `count` tickets over the 30 days before `now`; about a third still need somebody."""
    desk = Desk(company, chance, now)
    members = [user for user in company.customers for _ in range(weight(user))]
    line: list[tuple[datetime, int, Iterator[datetime]]] = []
    for number in range(count):
        requester = chance.choice(company.strangers) if chance.random() < 0.06 else chance.choice(members)
        if number % 53 in {4, 17}:
            # The customer whose login is printed has tickets in every state.
            requester = company.customers[0]
        conversation = desk.conversations[number % len(desk.conversations)]
        script = ticket_script(desk, requester, conversation, number / count)
        heapq.heappush(line, (next(script), number, script))
    swept = line[0][0]
    while line:
        at, number, script = heapq.heappop(line)
        while at - swept > SWEEP_EVERY:
            swept += SWEEP_EVERY
            sweep(now=swept)
        following = next(script, None)
        if following is not None:
            heapq.heappush(line, (following, number, script))


def weight(user: User) -> int:
    """Return how often somebody writes: the larger the plan, the more."""
    tier = user.membership.organization.tier
    return {"enterprise": 2, "team": 2, "developer": 4}[tier.key if tier else "developer"]


def ticket_script(desk: Desk, requester: User, conversation: Conversation, place: float) -> Iterator[datetime]:
    """Yield when each act of one ticket falls due; the act is done when the script is resumed."""
    chance = desk.chance
    membership = getattr(requester, "membership", None)
    tier = membership.organization.tier.key if membership and membership.organization.tier else ""
    promise = PROMISE_HOURS[tier]
    if place < 0.16:
        # Nobody answered yet. A few are late, because no desk is perfect.
        share = chance.uniform(1.02, 1.15) if place < 0.012 else chance.uniform(0.02, 0.97)
        opened = desk.now - timedelta(seconds=round(share * promise * 3600))
        fate = "unanswered"
    elif place < 0.38:
        opened = desk.now - timedelta(seconds=round(chance.uniform(promise * 1.1, promise + 120) * 3600))
        fate = chance.choice(["waiting on us", "waiting on customer", "waiting on customer", "on hold"])
    else:
        opened = desk.now - timedelta(seconds=round(chance.uniform(3.5 * 24, 31 * 24) * 3600))
        fate = "solved"
    priority = chance.choices(PRIORITIES, [15, 65, 15, 5])[0]
    if fate == "unanswered" and priority > Priority.NORMAL and tier != "developer":
        # An urgent promise is shorter: file it so much later that it is as far along.
        opened = desk.now - (desk.now - opened) * (0.5 if priority == Priority.HIGH else 0.25)
    yield opened

    ticket = open_ticket(
        by=Actor.person(requester),
        requester=requester,
        subject=conversation.subject,
        body=conversation.opening,
        channel=channel_for(desk, tier),
        priority=priority,
        at=opened,
    ).ticket
    later = iter(conversation.later)
    tags = TAGS.get(conversation.intent)
    if fate == "unanswered":
        if chance.random() < 0.35:
            at = desk.soon(opened, 0.05, 0.4)
            if at < desk.now:
                yield at
                assign(ticket, desk.agent_for(ticket), by=Actor.person(desk.agent_for(ticket)), at=at)
        return

    used = chance.uniform(1.02, 1.3) if chance.random() < 0.05 else chance.uniform(0.05, 0.85)
    answered = opened + timedelta(seconds=round(used * hours_left(ticket, promise) * 3600))
    at = opened + (answered - opened) * 0.3
    yield at
    agent = desk.agent_for(ticket)
    by = Actor.person(agent)
    if agent != ticket.assignee:
        assign(ticket, agent, by=by, at=at)
    if tags and chance.random() < 0.8:
        set_tags(ticket, tags, by=by, at=at)
    if ticket.suggested_priority and chance.random() < 0.5:
        set_priority(ticket, ticket.suggested_priority, by=by, at=at)
    if chance.random() < 0.25:
        yield (at := at + (answered - at) * 0.5)
        add_note(
            ticket,
            by=Actor.person(chance.choice(desk.agents[ticket.queue_id])),
            body=chance.choice(NOTES),
            at=at,
        )
    yield (at := answered)
    asks = fate == "waiting on customer" or chance.random() < 0.3
    reply(
        ticket,
        by=by,
        body=f"Hello {requester.get_short_name()},\n\n{chance.choice(ASKING) if asks else desk.answer(conversation)}",
        then=Status.PENDING if asks else Status.OPEN,
        at=at,
    )
    if fate == "on hold":
        at = desk.soon(at, 0.2, 2)
        if at < desk.now:
            yield at
            add_note(ticket, by=by, body="The vendor has to answer first; on hold until they do.", at=at)
            set_status(ticket, Status.HOLD, by=by, at=at)
        return
    for _ in range(chance.choice([0, 1, 1, 2, 3]) if fate == "solved" else 1):
        said = next(later, None)
        at = desk.soon(at, 0.2, min(promise, 10))
        if fate == "waiting on us":
            # Their last word is recent enough that our next one is not late yet.
            at = max(
                at, desk.now - timedelta(seconds=round(chance.uniform(0.05, 0.9) * hours_of(ticket, promise) * 3600))
            )
        if said is None or at >= desk.now or fate == "waiting on customer":
            break
        yield at
        reply(ticket, by=Actor.person(requester), body=said, at=at)
        if fate == "waiting on us":
            return
        at = desk.soon(at, 0.1, promise * 0.7)
        if at >= desk.now:
            return
        yield at
        reply(ticket, by=by, body=desk.answer(conversation), then=Status.PENDING, at=at)
    if fate != "solved":
        return
    at = desk.soon(at, 0.3, 20)
    if at >= desk.now:
        return
    yield at
    if chance.random() < 0.3:
        solve(ticket, by=Actor.person(requester), at=at)
    else:
        reply(ticket, by=by, body=chance.choice(CLOSING), then=Status.SOLVED, at=at)
    at += timedelta(days=7, minutes=chance.randint(1, 59))
    if at < desk.now:
        yield at
        close(ticket, by=Actor.system(), at=at)


def channel_for(desk: Desk, tier: str) -> str:
    """Return how this ticket came in."""
    if not tier:
        return Channel.EMAIL
    return desk.chance.choices([Channel.WEB, Channel.EMAIL, Channel.API], [60, 32, 8])[0]


def hours_of(ticket: Ticket, promise: float) -> float:
    """Return how many hours a response is promised in, at the ticket's priority."""
    return promise * {Priority.HIGH: 0.5, Priority.URGENT: 0.25}.get(Priority(ticket.priority), 1)


def hours_left(ticket: Ticket, promise: float) -> float:
    """Return how long the promise of this ticket is, in hours."""
    if ticket.next_due_at is None:
        return promise
    return (ticket.next_due_at - ticket.created_at).total_seconds() / 3600
