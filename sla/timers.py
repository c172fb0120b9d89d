"""The door of `sla`: what `support` tells the timers, in its own transaction, after it has locked the ticket.

`sla` never sees a ticket, only `TicketFacts`. Each function locks the ticket's live timers, lets `sla.lifecycle` change
them, saves what changed, and returns what is due next, which `support` keeps on the ticket. None: nothing moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from database.prepared import prepared
from sla import acts, choose, clock, noticing
from sla.acts import SOLVED, Choice
from sla.acts import TicketFacts as TicketFacts
from sla.models import Metric, Target, Timer


@dataclass(frozen=True)
class Standing:
    """What is due next: the earliest promise not yet kept, and whether every live clock stands.

    `told` is what the timers were told, as JSON: with it in the event of the change, `sla.replay` can do it again.
    """

    next_due_at: datetime | None
    metric: str
    is_paused: bool
    told: dict[str, Any] = field(default_factory=dict, compare=False)


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


def staff_replied(facts: TicketFacts, *, at: datetime, is_told_late: bool = False) -> Standing | None:
    """Stop the response timers; a resolution that waits for the customer stands from now on.

    A reply that was in time and is told of late (a call, a mail that was held up) corrects a breach. With
    `is_told_late` it answers only what was asked before it.
    """
    at = at.replace(microsecond=0)
    live = _lock(facts.number)
    before = kept(live)
    _notice_breaches(live, at)
    for timer in acts.staff_replied(live, facts.status, at, is_told_late=is_told_late):
        noticing.correct(timer, at)
    told = {"act": "staff_replied", "status": facts.status, **({"is_told_late": True} if is_told_late else {})}
    return _save(live, before, told)


def status_changed(
    facts: TicketFacts,
    *,
    at: datetime,
    old_status: str,
    last_public_is_staff: bool,
    reason: str = acts.UNANSWERED,
) -> Standing | None:
    """Pause, resume, stop or reopen what a change of status pauses, resumes, stops or reopens.

    `reason` is why a response that still waits is owed no more once the ticket is done: unanswered, withdrawn by the
    customer, or self_served.
    """
    at = at.replace(microsecond=0)
    is_done, was_done = facts.status in acts.DONE, old_status in acts.DONE
    if is_done and was_done:
        return None
    live = _lock(facts.number, also_solved=was_done)
    before = kept(live)
    if is_done:
        _notice_breaches(live, at)
    else:
        notice_steps(live, at)
    acts.status_changed(
        live, facts.status, at, old_status=old_status, last_public_is_staff=last_public_is_staff, reason=reason
    )
    told = {
        "act": "status_changed",
        "status": facts.status,
        "old_status": old_status,
        "last_public_is_staff": last_public_is_staff,
        "reason": reason,
    }
    return _save(live, before, told)


def retarget(facts: TicketFacts, *, at: datetime, lowered: bool) -> Standing | None:
    """Let the row apply that the ticket's tier and priority now choose; only a lowered priority may loosen.

    Tier and priority are those of the verdict: a promise that is broken already keeps the ones it was broken under.
    """
    at = at.replace(microsecond=0)
    live = _lock(facts.number)
    before = kept(live)
    notice_steps(live, at)
    waiting = acts.waiting(live)
    if not waiting:
        return _save(live, before, {})
    rules = list(targets_for(facts.tier_id, {timer.channel for timer in waiting}))
    chosen: dict[acts.Key, Choice] = {}
    for timer in waiting:
        choice = _choose(rules, timer.metric, replace(facts, channel=timer.channel))
        if choice is not None:
            chosen[acts.key_of(timer)] = choice
    acts.retarget(live, facts, chosen, at, lowered=lowered)
    told = {
        "act": "retarget",
        "tier": facts.tier_id,
        "priority": facts.priority,
        "status": facts.status,
        "lowered": lowered,
        "rows": [row_of(choice, metric=metric, cycle=cycle) for (metric, cycle), choice in chosen.items()],
    }
    return _save(live, before, told)


def cancel(facts: TicketFacts, *, at: datetime, reason: str) -> Standing | None:
    """Take every live promise back: spam, withdrawn, self_served. What was late already stays breached."""
    live = _lock(facts.number)
    before = kept(live)
    acts.cancel(live, reason, at.replace(microsecond=0))
    return _save(live, before, {"act": "cancel", "reason": reason})


def restore(facts: TicketFacts, *, reason: str) -> Standing | None:
    """Take a cancellation for this reason back, as if the timers had run throughout (sla.md, section 3: not spam)."""
    timers = list(lockable().filter(Q(stopped_at=None) | Q(reason=reason), ticket=facts.number))
    before = kept(timers)
    acts.restore(timers, reason)
    return _save(timers, before, {"act": "restore", "reason": reason})


def merge(loser: TicketFacts, winner: TicketFacts, *, at: datetime) -> tuple[Standing | None, Standing | None]:
    """Bring the promises of one ticket into another one (sla.md, section 6); return the standing of both.

    The rules are those of `acts.merge`. The caller has locked both tickets.
    """
    at = at.replace(microsecond=0)
    timers = list(
        lockable()
        .select_related("target")
        .filter(Q(stopped_at=None) | Q(metric=Metric.RESOLUTION), ticket__in=[loser.number, winner.number])
    )
    before = kept(timers)
    notice_steps([timer for timer in timers if timer.is_live], at)
    ours = [timer for timer in timers if timer.ticket_id == winner.number]
    theirs = [timer for timer in timers if timer.ticket_id == loser.number and timer.is_live]
    told = {
        "act": "merge",
        "from": loser.number,
        "tier": winner.tier_id,
        "priority": winner.priority,
        "theirs": [acts.snapshot(timer) for timer in theirs],
    }
    begun = acts.merge(ours, theirs, winner, at, next_cycle=lambda: _next_cycle(winner.number))
    for timer in begun:
        timer.save()
    moved = _save([*ours, *begun], before, told)
    if not theirs:
        return None, moved
    return _save(theirs, before, {"act": "cancel", "reason": "merged"}), moved or standing_of(ours, told)


def was_left_unanswered(number: int) -> bool:
    """Return whether the last response that was owed here is owed no more, though nobody answered."""
    responses = Timer.objects.filter(ticket=number, metric__in=choose.RESPONSES)
    return responses.order_by("-pk").values_list("reason", flat=True).first() in acts.UNOWED


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
    return live_first(timers_with_origin(number))


def timers_with_origin(number: int) -> QuerySet[Timer]:
    """Return all timers of a ticket with where they come from: one query."""
    return Timer.objects.filter(ticket=number).select_related("target__tier", "calendar_version__calendar", "tier")


def live_first(timers: Iterable[Timer]) -> list[Timer]:
    """Return timers in the order in which people read them: what runs, then by when it began."""
    return sorted(timers, key=lambda timer: (not timer.is_live, timer.started_at, timer.pk))


def targets_for(tier_id: int | None, channels: Iterable[str]) -> QuerySet[Target]:
    """Return the rows that may apply, with their calendars, in one query."""
    mine = Q(channel__in=channels) | Q(source=choose.DESK)
    if tier_id is not None:
        mine |= Q(tier=tier_id)
    return Target.objects.filter(mine).select_related("calendar__current").order_by("pk")


@prepared
def _targets_of(tier: int, channel: str, priority: int) -> QuerySet[Target]:
    """Return the rows that may apply to a question of this tier (0: none), channel and priority."""
    return targets_for(tier, {channel}).filter(Q(priority=None) | Q(priority=priority))


def _begin(
    facts: TicketFacts, metrics: list[Metric], at: datetime, *, cycle: int = 0, beside: Iterable[Timer] = ()
) -> Standing | None:
    """Start a timer for each metric that the policy has a row for."""
    rules = list(_targets_of(facts.tier_id or 0, facts.channel, facts.priority))
    chosen = [(metric.value, choice) for metric in metrics if (choice := _choose(rules, metric, facts))]
    if not chosen:
        return None
    started = Timer.objects.bulk_create(acts.begin(facts, chosen, at, cycle=cycle))
    told = {
        "act": "begin",
        "cycle": cycle,
        "tier": facts.tier_id,
        "priority": facts.priority,
        "channel": facts.channel,
        "rows": [row_of(choice, metric=metric) for metric, choice in chosen],
    }
    return standing_of([*beside, *started], told)


def _choose(rules: Iterable[Target], metric: str, facts: TicketFacts) -> Choice | None:
    """Return the row that makes the promise, with the hours in force; None without a row, or without hours."""
    target = choose.choose(rules, metric=metric, tier_id=facts.tier_id, channel=facts.channel, priority=facts.priority)
    return (target, target.calendar.current) if target and target.calendar.current else None


def row_of(choice: Choice, **about: Any) -> dict[str, Any]:
    """Return a row of the policy as it was when it was chosen: rows are edited later, this is for the record."""
    target, version = choice
    return {
        **about,
        "target": target.pk,
        "source": target.source,
        "priority": target.priority,
        "seconds": target.seconds,
        "calendar": version.pk,
        "pause_on": target.pause_on,
        "steps": target.steps,
    }


def lockable() -> QuerySet[Timer]:
    """Return timers to be locked, each with its hours, in the order in which everybody locks them."""
    return Timer.objects.select_for_update(of=("self",)).select_related("calendar_version").order_by("pk")


def _lock(number: int, *, also_solved: bool = False) -> list[Timer]:
    """Return a ticket's live timers, locked; with the resolution that solving stopped, if asked."""
    live = Q(stopped_at=None) & ~Q(state=Timer.State.CANCELLED)
    if also_solved:
        live |= Q(metric=Metric.RESOLUTION) & ~Q(state=Timer.State.CANCELLED)
    return list(lockable().filter(live, ticket=number))


def _next_cycle(number: int) -> int:
    last = Timer.objects.filter(ticket=number, metric=Metric.NEXT_RESPONSE).aggregate(last=Max("cycle"))
    return (last["last"] or 0) + 1


def notice_steps(timers: Iterable[Timer], at: datetime) -> None:
    """Notice what fell due before an act, as a sweep in time would have."""
    fallen = [timer for timer in timers if timer.next_check_at and timer.next_check_at <= at]
    if fallen:
        noticing.notice(sorted(fallen, key=lambda timer: timer.pk), at)


def _notice_breaches(timers: Iterable[Timer], at: datetime) -> None:
    """Notice what is broken before an act that stops it; a warning would come too late to be of use."""
    notice_steps([timer for timer in timers if timer.is_live and timer.due_at and timer.due_at < at], at)


def kept(timers: Iterable[Timer]) -> dict[int, dict[str, Any]]:
    """Return the timers' columns as the table has them."""
    return {timer.pk: acts.values(timer) for timer in timers}


def _save(timers: list[Timer], before: dict[int, dict[str, Any]], told: dict[str, Any]) -> Standing | None:
    """Save every timer that differs from what the table has; return the standing, or None where none does."""
    changed = [timer for timer in timers if acts.values(timer) != before.get(timer.pk)]
    for timer in changed:
        timer.save()
    return standing_of(timers, told) if changed else None


def standing_of(timers: Iterable[Timer], told: dict[str, Any] | None = None) -> Standing:
    """Return what is due next of a ticket's timers."""
    live = [timer for timer in timers if timer.is_live]
    due = min((timer for timer in live if timer.due_at), key=lambda timer: timer.due_at, default=None)  # type: ignore[arg-type,return-value]
    return Standing(
        next_due_at=due.due_at if due else None,
        metric=due.metric if due else "",
        is_paused=bool(live) and all(timer.state == Timer.State.PAUSED for timer in live),
        told=told or {},
    )
