"""The door of `sla`: what `support` tells the timers, in its own transaction, after it has locked the ticket.

`sla` never sees a ticket, only `TicketFacts`. Each function locks the ticket's live timers, lets `sla.lifecycle` change
them, saves what changed, and returns what is due next, which `support` keeps on the ticket. None: nothing moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from sla import choose, clock, lifecycle, noticing
from sla.models import Metric, Target, Timer

SOLVED = "solved"
DONE = frozenset({SOLVED, "closed"})


@dataclass(frozen=True)
class TicketFacts:
    """What a promise depends on, and no more."""

    number: int
    tier_id: int | None
    priority: int
    channel: str
    status: str


@dataclass(frozen=True)
class Standing:
    """What is due next: the earliest promise not yet kept, and whether every live clock stands."""

    next_due_at: datetime | None
    metric: str
    is_paused: bool


@dataclass(frozen=True)
class Promise:
    """What would be promised: open seconds, the instant (UTC), and the row that says so."""

    seconds: int
    due_at: datetime
    metric: str
    target: Target


def customer_wrote(
    facts: TicketFacts, *, at: datetime, is_first: bool, is_answered: bool, channel: str = ""
) -> Standing | None:
    """Start what a message of the customer's side starts (sla.md, section 3).

    The first message starts first response and resolution; one that follows a staff reply starts the next response.
    So does one to a ticket that was solved without an answer: its promise was cancelled, and who says that it is not
    solved waits for us again. Any other neither starts nor restarts anything. `channel` is the message's own, where
    it is not the ticket's.
    """
    at = at.replace(microsecond=0)
    facts = replace(facts, channel=channel or facts.channel)
    if is_first:
        return _begin(facts, [Metric.FIRST_RESPONSE, Metric.RESOLUTION], at)
    if not is_answered and facts.status != SOLVED:
        return None
    live = _lock(facts.number)
    if any(timer.metric in choose.RESPONSES for timer in live):
        return None
    return _begin(facts, [Metric.NEXT_RESPONSE], at, cycle=_next_cycle(facts.number), beside=live)


def opened_by_staff(facts: TicketFacts, *, at: datetime) -> Standing | None:
    """Start the resolution alone: the desk spoke first."""
    return _begin(facts, [Metric.RESOLUTION], at.replace(microsecond=0))


def staff_replied(facts: TicketFacts, *, at: datetime) -> Standing | None:
    """Stop the response timers; a resolution that waits for the customer stands from now on.

    A reply that was in time and is told of late (a call, a mail that was held up) corrects a breach.
    """
    at = at.replace(microsecond=0)
    live = _lock(facts.number)
    changed = _notice_breaches(live, at)
    for timer in live:
        if timer.metric in choose.RESPONSES:
            if lifecycle.stop(timer, at):
                noticing.correct(timer, at)
            changed.add(timer)
        elif timer.state == Timer.State.RUNNING and stands(timer, facts.status, last_public_is_staff=True):
            lifecycle.pause(timer, at)
            changed.add(timer)
    return _save(live, changed)


def status_changed(facts: TicketFacts, *, at: datetime, old_status: str, last_public_is_staff: bool) -> Standing | None:
    """Pause, resume, stop or reopen what a change of status pauses, resumes, stops or reopens."""
    at = at.replace(microsecond=0)
    is_done, was_done = facts.status in DONE, old_status in DONE
    if is_done and was_done:
        return None  # closing what is solved: everything has stopped, and met is final
    live = _lock(facts.number, also_solved=was_done)
    changed = _notice_breaches(live, at) if is_done else _notice_steps(live, at)
    for timer in live:
        before = (timer.state, timer.stopped_at)
        if is_done:
            if timer.metric in choose.RESPONSES:
                lifecycle.cancel(timer, at, "unanswered")
            else:
                lifecycle.stop(timer, at)
        else:
            if timer.metric == Metric.RESOLUTION and timer.stopped_at is not None:
                lifecycle.reopen(timer, at)
            if stands(timer, facts.status, last_public_is_staff=last_public_is_staff):
                lifecycle.pause(timer, at)
            else:
                lifecycle.resume(timer, at)
        if (timer.state, timer.stopped_at) != before:
            changed.add(timer)
    return _save(live, changed)


def stands(timer: Timer, status: str, *, last_public_is_staff: bool) -> bool:
    """Return whether a timer's clock stands on a status; on pending only while the customer has the word."""
    return status in timer.pause_on and (status != "pending" or last_public_is_staff)


def retarget(facts: TicketFacts, *, at: datetime, lowered: bool) -> Standing | None:
    """Let the row apply that the ticket's tier and priority now choose; only a lowered priority may loosen.

    Tier and priority are those of the verdict: a promise that is broken already keeps the ones it was broken under.
    """
    at = at.replace(microsecond=0)
    live = _lock(facts.number)
    changed = _notice_steps(live, at)
    waiting = [timer for timer in live if timer.state in {Timer.State.RUNNING, Timer.State.PAUSED}]
    if not waiting:
        return _save(live, changed)
    rules = list(targets_for(facts.tier_id, {timer.channel for timer in waiting}))
    for timer in waiting:
        target = choose.choose(
            rules, metric=timer.metric, tier_id=facts.tier_id, channel=timer.channel, priority=facts.priority
        )
        before = (timer.generation, timer.target_id, timer.tier_id, timer.priority)
        if target and target.calendar.current:
            lifecycle.retarget(timer, target, target.calendar.current, at, may_loosen=lowered)
        timer.tier_id, timer.priority = facts.tier_id, facts.priority
        if timer.state == Timer.State.PAUSED and facts.status not in timer.pause_on:
            lifecycle.resume(timer, at)
        if (timer.generation, timer.target_id, timer.tier_id, timer.priority) != before:
            changed.add(timer)
    return _save(live, changed)


def cancel(facts: TicketFacts, *, at: datetime, reason: str) -> Standing | None:
    """Take every live promise back: spam, withdrawn, self_served. What was late already stays breached."""
    live = _lock(facts.number)
    for timer in live:
        lifecycle.cancel(timer, at.replace(microsecond=0), reason)
    return _save(live, set(live))


def restore(facts: TicketFacts, *, reason: str) -> Standing | None:
    """Take a cancellation for this reason back, as if the timers had run throughout (sla.md, section 3: not spam)."""
    timers = list(_timers().filter(Q(stopped_at=None) | Q(reason=reason), ticket=facts.number))
    cancelled = {timer for timer in timers if timer.stopped_at is not None}
    for timer in cancelled:
        lifecycle.restore(timer)
    return _save(timers, cancelled)


def merge(loser: TicketFacts, winner: TicketFacts, *, at: datetime) -> tuple[Standing | None, Standing | None]:
    """Bring the promises of one ticket into another one (sla.md, section 6); return the standing of both.

    1. The response that waits in the loser meets the one that waits in the winner, the resolution the resolution.
       Where the loser's is due earlier (one of them paused: where it has less left), the winner takes it over.
    2. What waits for an answer in the loser, while the winner is answered, goes on as the winner's next response;
       its resolution goes on where the winner never had one.
    3. The loser's live timers are cancelled; its breached ones stay breached, and stop.

    The caller has locked both tickets.
    """
    at = at.replace(microsecond=0)
    timers = list(
        _timers()
        .select_related("target")
        .filter(Q(stopped_at=None) | Q(metric=Metric.RESOLUTION), ticket__in=[loser.number, winner.number])
    )
    changed = _notice_steps([timer for timer in timers if timer.is_live], at)
    ours = [timer for timer in timers if timer.ticket_id == winner.number]
    theirs = [timer for timer in timers if timer.ticket_id == loser.number and timer.is_live]
    for other in theirs:
        metrics = choose.RESPONSES if other.metric in choose.RESPONSES else (Metric.RESOLUTION,)
        rivals = [timer for timer in ours if timer.metric in metrics]
        mine = next((timer for timer in rivals if timer.is_live), None)
        if mine is not None:
            if lifecycle.take_over(mine, other, at):
                changed.add(mine)
        elif other.metric in choose.RESPONSES or not rivals:
            lifecycle.settle(other, at)
            ours.append(_continue(other, winner, at))
        lifecycle.cancel(other, at, "merged")
        changed.add(other)
    for timer in changed:
        timer.save()
    if not changed:
        return None, None
    return _standing(theirs), _standing(ours)


def _continue(other: Timer, winner: TicketFacts, at: datetime) -> Timer:
    """Start a timer of the winner that goes on with what the loser's, settled at `at`, has promised."""
    is_response = other.metric in choose.RESPONSES
    timer = Timer(
        ticket_id=winner.number,
        metric=Metric.NEXT_RESPONSE if is_response else Metric.RESOLUTION,
        cycle=_next_cycle(winner.number) if is_response else 0,
        state=Timer.State.PAUSED if other.state == Timer.State.PAUSED else Timer.State.RUNNING,
        tier_id=winner.tier_id,
        priority=winner.priority,
        channel=other.channel,
        started_at=other.started_at,
        paused_at=other.paused_at,
        consumed=other.consumed,
        generation=0,
    )
    lifecycle.copy_promise(timer, other, at)
    timer.save()
    return timer


def promise_for(tier_id: int | None, channel: str, priority: int, at: datetime) -> Promise | None:
    """Return what a ticket filed at `at` would be promised as its first response, or None without a row for it."""
    target = choose.choose(
        targets_for(tier_id, {channel}),
        metric=Metric.FIRST_RESPONSE,
        tier_id=tier_id,
        channel=channel,
        priority=priority,
    )
    if target is None or target.calendar.current is None:
        return None
    due_at = clock.due(target.calendar.current.hours, at, target.seconds)
    return Promise(target.seconds, due_at, Metric.FIRST_RESPONSE, target)


def timers_of(number: int) -> list[Timer]:
    """Return all timers of a ticket with where they come from, the live ones first."""
    timers = Timer.objects.filter(ticket=number).select_related("target__tier", "calendar_version__calendar", "tier")
    return sorted(timers, key=lambda timer: (not timer.is_live, timer.started_at, timer.pk))


def targets_for(tier_id: int | None, channels: Iterable[str]) -> QuerySet[Target]:
    """Return the rows that may apply, with their calendars, in one query."""
    mine = Q(channel__in=channels) | Q(source=choose.DESK)
    if tier_id is not None:
        mine |= Q(tier=tier_id)
    return Target.objects.filter(mine).select_related("calendar__current").order_by("pk")


def _begin(
    facts: TicketFacts, metrics: list[Metric], at: datetime, *, cycle: int = 0, beside: Iterable[Timer] = ()
) -> Standing | None:
    """Start a timer for each metric that the policy has a row for."""
    rules = list(targets_for(facts.tier_id, {facts.channel}))
    started = []
    for metric in metrics:
        target = choose.choose(
            rules, metric=metric, tier_id=facts.tier_id, channel=facts.channel, priority=facts.priority
        )
        if target is None or target.calendar.current is None:
            continue
        timer = Timer(
            ticket_id=facts.number,
            metric=metric,
            cycle=cycle,
            target=target,
            target_seconds=target.seconds,
            calendar_version=target.calendar.current,
            pause_on=target.pause_on,
            steps=target.steps,
            tier_id=facts.tier_id,
            priority=facts.priority,
            channel=facts.channel,
        )
        lifecycle.start(timer, at)
        started.append(timer)
    Timer.objects.bulk_create(started)
    return _standing([*beside, *started]) if started else None


def _timers() -> QuerySet[Timer]:
    return Timer.objects.select_for_update(of=("self",)).select_related("calendar_version").order_by("pk")


def _lock(number: int, *, also_solved: bool = False) -> list[Timer]:
    """Return a ticket's live timers, locked; with the resolution that solving stopped, if asked."""
    live = Q(stopped_at=None) & ~Q(state=Timer.State.CANCELLED)
    if also_solved:
        live |= Q(metric=Metric.RESOLUTION) & ~Q(state=Timer.State.CANCELLED)
    return list(_timers().filter(live, ticket=number))


def _next_cycle(number: int) -> int:
    last = Timer.objects.filter(ticket=number, metric=Metric.NEXT_RESPONSE).aggregate(last=Max("cycle"))
    return (last["last"] or 0) + 1


def _notice_steps(timers: Iterable[Timer], at: datetime) -> set[Timer]:
    """Notice what fell due before an act, as a sweep in time would have; return the timers that moved on."""
    fallen = {timer for timer in timers if timer.next_check_at and timer.next_check_at <= at}
    if fallen:
        noticing.notice(sorted(fallen, key=lambda timer: timer.pk), at)
    return fallen


def _notice_breaches(timers: Iterable[Timer], at: datetime) -> set[Timer]:
    """Notice what is broken before an act that stops it; a warning would come too late to be of use."""
    return _notice_steps([timer for timer in timers if timer.is_live and timer.due_at and timer.due_at < at], at)


def _save(live: list[Timer], changed: set[Timer]) -> Standing | None:
    for timer in changed:
        timer.save()
    return _standing(live) if changed else None


def _standing(timers: Iterable[Timer]) -> Standing:
    live = [timer for timer in timers if timer.is_live]
    due = min((timer for timer in live if timer.due_at), key=lambda timer: timer.due_at, default=None)  # type: ignore[arg-type,return-value]
    return Standing(
        next_due_at=due.due_at if due else None,
        metric=due.metric if due else "",
        is_paused=bool(live) and all(timer.state == Timer.State.PAUSED for timer in live),
    )
