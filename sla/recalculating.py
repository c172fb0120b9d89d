"""Running promises follow an edit (sla.md, section 6): which timers a job concerns, and what it does to them.

`support.actions.recalculate` locks the tickets, a batch at a time, calls `recalculate`, and keeps on them what is due
next. A batch costs the same number of queries whatever its size, and repeated it changes nothing:

- **target**: the timers that a row started, or would start now, follow it; nothing moves later;
- **calendar**: timers that count by older hours of a calendar count by the new ones; a promise may move either way;
- **zone data**: every promise is computed anew from what remained, with the time-zone data that is installed now.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from sla import acts, choose, lifecycle, timers
from sla.acts import Choice, TicketFacts
from sla.models import Calendar, CalendarVersion, Metric, Move, Recalculation, Target, Timer
from sla.timers import Standing

Kind = Recalculation.Kind

# A preview looks at no more timers than this, so that its page stays quick.
PREVIEWED = 2_000
# What falls due within this time goes first when hours change, lest it is noticed as late by the old hours.
URGENT = timedelta(hours=1)


@dataclass(frozen=True)
class Moved:
    """A promise that moved: due before and due now, UTC; none while the clock stands."""

    metric: str
    cycle: int
    old: datetime | None
    new: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What changed at a ticket: how it stands now, with what its timers were told, and the promises that moved."""

    standing: Standing
    moved: list[Moved]


# --- Jobs ------------------------------------------------------------------------------------------------------------


def jobs() -> QuerySet[Recalculation]:
    """Return all jobs with who asked for them, the newest first."""
    return Recalculation.objects.select_related("asked_by", "calendar_version").order_by("-pk")


def open_job_of(calendar: Calendar) -> Recalculation | None:
    """Return the job that lets timers follow the latest hours of a calendar, unless it is finished."""
    job = jobs().filter(calendar_version__calendar=calendar.pk).first()
    return job if job and job.is_open else None


def last_zone_data() -> Recalculation | None:
    """Return the last finished recount after new time-zone data, without failures: it names the data."""
    found = jobs().filter(kind=Kind.ZONE_DATA, state=Recalculation.State.DONE, failed=0)
    return found.first()


def open_zone_data(version: str) -> Recalculation | None:
    """Return the recount for this time-zone data that was begun and not finished, if there is one."""
    unfinished = [Recalculation.State.WAITING, Recalculation.State.RUNNING]
    return jobs().filter(kind=Kind.ZONE_DATA, zone_data=version, state__in=unfinished).first()


def moves_of(job: Recalculation) -> QuerySet[Move]:
    """Return the promises that a job moved, the latest first."""
    return Move.objects.filter(recalculation=job.pk, error="").order_by("-pk")


def failures_of(job: Recalculation) -> QuerySet[Move]:
    """Return the tickets at which a job failed, the latest first."""
    return Move.objects.filter(recalculation=job.pk).exclude(error="").order_by("-pk")


def application(metric: str, target: Target | None) -> Recalculation:
    """Return a new job that applies a row as it is now; None: to the timers of a metric whose row is gone."""
    rows = Target.objects.filter(metric=metric).select_related("calendar__current", "tier").order_by("pk")
    rules = [
        {
            **timers.row_of((row, row.calendar.current)),
            "metric": row.metric,
            "source": row.source,
            "tier": row.tier_id,
            "channel": row.channel,
            "priority": row.priority,
        }
        for row in rows
        if row.calendar.current is not None
    ]
    return Recalculation(
        kind=Kind.TARGET,
        name=target.described if target else str(Metric(metric).label),
        metric=metric,
        row=target.pk if target else None,
        rules=rules,
    )


def rules_of(job: Recalculation) -> dict[int, Choice]:
    """Return the rows of the policy by id as they were when the job was asked for, with the hours of then."""
    versions = CalendarVersion.objects.in_bulk({rule["calendar"] for rule in job.rules})
    return {
        rule["target"]: (
            Target(
                pk=rule["target"],
                metric=rule["metric"],
                source=rule["source"],
                tier_id=rule["tier"],
                channel=rule["channel"],
                priority=rule["priority"],
                seconds=rule["seconds"],
                calendar_id=versions[rule["calendar"]].calendar_id,
                pause_on=rule["pause_on"],
                steps=rule["steps"],
            ),
            versions[rule["calendar"]],
        )
        for rule in job.rules
    }


# --- Which timers ----------------------------------------------------------------------------------------------------


def affected(job: Recalculation) -> QuerySet[Timer]:
    """Return the live timers that a job may concern; calendar: those that it did not move yet."""
    live = Timer.objects.filter(stopped_at=None)
    if job.kind == Kind.CALENDAR:
        assert job.calendar_version is not None
        return live.filter(
            calendar_version__calendar=job.calendar_version.calendar_id, calendar_version__lt=job.calendar_version_id
        )
    if job.kind == Kind.ZONE_DATA:
        return live
    waiting = live.filter(metric=job.metric, state__in=acts.WAITING)
    if job.row is None:
        return waiting.filter(target=None)
    concerned = Q(target=job.row)
    for rule in job.rules:
        if rule["target"] == job.row:
            concerned |= _where(rule)
    return waiting.filter(concerned)


def _where(rule: dict[str, Any]) -> Q:
    """Return where a row applies, by the tier, channel and priority that its timers would have."""
    priority = {} if rule["priority"] is None else {"priority": rule["priority"]}
    if rule["source"] == choose.TIER:
        return Q(tier=rule["tier"], **priority)
    if rule["source"] == choose.CHANNEL:
        return Q(channel=rule["channel"], **priority)
    return Q(**priority) if priority else Q(pk__isnull=False)


def count_tickets(job: Recalculation) -> int:
    """Return how many tickets have timers that a job may concern."""
    return affected(job).order_by().values("ticket").distinct().count()


def next_tickets(job: Recalculation, limit: int) -> list[int]:
    """Return the numbers of the next tickets to look at, in order."""
    left = affected(job).filter(ticket__gt=job.last_ticket).exclude(ticket__in=_failed(job)).order_by("ticket")
    return list(left.values_list("ticket", flat=True).distinct()[:limit])


def urgent_tickets(job: Recalculation, limit: int, now: datetime) -> list[int]:
    """Return numbers of tickets that a change of hours must reach first: their promises end soon."""
    if job.kind != Kind.CALENDAR or job.last_ticket:
        return []
    soon = affected(job).filter(next_check_at__lte=now + URGENT).exclude(ticket__in=_failed(job))
    return sorted(set(soon.order_by("next_check_at").values_list("ticket", flat=True)[:limit]))


def left_behind(job: Recalculation, limit: int) -> list[int]:
    """Return tickets that a finished change of hours did not reach and did not fail at.

    One that was being filed at that moment may have been given the old hours.
    """
    left = affected(job).exclude(ticket__in=_failed(job)).order_by("ticket")
    return list(left.values_list("ticket", flat=True).distinct()[:limit])


def gone_past(number: int, *, since: datetime) -> list[Recalculation]:
    """Return the edits asked for since an instant (UTC) whose jobs will not come by this ticket any more, in order."""
    asked = jobs().filter(asked_at__gte=since).exclude(state=Recalculation.State.CANCELLED).order_by("asked_at", "pk")
    return [job for job in asked if not job.is_open or job.last_ticket >= number]


def _failed(job: Recalculation) -> QuerySet[Move, Any]:
    return failures_of(job).order_by().values("ticket")


# --- What is done to them --------------------------------------------------------------------------------------------


def recalculate(job: Recalculation, tickets: Iterable[TicketFacts]) -> dict[int, Outcome]:
    """Let the timers of these tickets follow the edit, as of its instant; return what changed, by ticket number.

    The caller has locked the tickets. What fell due before the edit is noticed first, as by a sweep in time.
    """
    at = job.asked_at
    facts = {ticket.number: ticket for ticket in tickets}
    live = list(timers.lockable().filter(stopped_at=None, ticket__in=facts))
    kept = timers.kept(live)
    timers.notice_steps(live, at)
    rules = rules_of(job) if job.kind == Kind.TARGET else {}
    told, mine = {}, _by_ticket(live)
    for number, its in mine.items():
        told[number] = _act(job, facts[number], its, rules)
    _save(live, kept)
    outcomes = {}
    for number, its in mine.items():
        if any(acts.values(timer) != kept[timer.pk] for timer in its):
            moved = [
                Moved(timer.metric, timer.cycle, kept[timer.pk]["due_at"], timer.due_at)
                for timer in its
                if timer.due_at != kept[timer.pk]["due_at"]
            ]
            outcomes[number] = Outcome(timers.standing_of(its, told[number]), moved)
    return outcomes


def _by_ticket(live: Iterable[Timer]) -> dict[int, list[Timer]]:
    found: dict[int, list[Timer]] = {}
    for timer in live:
        found.setdefault(timer.ticket_id, []).append(timer)
    return found


def _act(job: Recalculation, facts: TicketFacts, live: list[Timer], rules: dict[int, Choice]) -> dict[str, Any]:
    """Change the timers of one ticket; return what they were told."""
    if job.kind == Kind.CALENDAR:
        assert job.calendar_version is not None
        acts.move_calendar(live, job.calendar_version, job.asked_at)
        return {"act": "move_calendar", "calendar": job.calendar_version.pk}
    if job.kind == Kind.ZONE_DATA:
        told = {"act": "recount", "kept": [acts.snapshot(timer) for timer in live]}
        acts.recount(live)
        return told
    chosen = chosen_for(job, facts, live, rules)
    acts.retarget(live, facts, chosen, job.asked_at, lowered=False)
    return {
        "act": "retarget",
        "tier": facts.tier_id,
        "priority": facts.priority,
        "status": facts.status,
        "lowered": False,
        "rows": [timers.row_of(choice, metric=metric, cycle=cycle) for (metric, cycle), choice in chosen.items()],
    }


def chosen_for(
    job: Recalculation, facts: TicketFacts, live: Iterable[Timer], rules: dict[int, Choice]
) -> dict[acts.Key, Choice]:
    """Return the row that each timer of a ticket which the job concerns would be started by now."""
    chosen: dict[acts.Key, Choice] = {}
    rows = [row for row, _version in rules.values()]
    for timer in acts.waiting(live):
        if timer.metric != job.metric:
            continue
        row = choose.choose(
            rows, metric=job.metric, tier_id=facts.tier_id, channel=timer.channel, priority=facts.priority
        )
        if row is not None and (timer.target_id == job.row or row.pk == job.row):
            chosen[acts.key_of(timer)] = rules[row.pk]
    return chosen


def _save(live: Sequence[Timer], kept: dict[int, dict[str, Any]]) -> None:
    """Save the columns that differ from what the table has, of all timers in one statement."""
    gone: set[int] = {timer.target_id for timer in live if timer.target_id != kept[timer.pk]["target_id"]}  # type: ignore[misc]
    if gone:  # a row may have been deleted since the job was asked for
        gone -= set(Target.objects.filter(pk__in=gone).values_list("pk", flat=True))
        for timer in live:
            if timer.target_id in gone:
                timer.target = None
    columns, changed = set(), []
    for timer in live:
        differing = {name for name, value in acts.values(timer).items() if value != kept[timer.pk][name]}
        if differing:
            columns |= differing
            changed.append(timer)
    if changed:  # each row is there, so the insert ends in its conflict: an UPDATE is built much more slowly
        Timer.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted(name.removesuffix("_id") for name in columns),
        )


def rehearse(job: Recalculation) -> Iterator[tuple[int, Moved]]:
    """Yield ticket numbers and the promises that new time-zone data would move. Locks and changes nothing."""
    found = affected(job).select_related("calendar_version").order_by("ticket", "pk")
    for timer in found.iterator(chunk_size=PREVIEWED):
        old = timer.due_at
        lifecycle.notice_breach(timer, job.asked_at)
        acts.recount([timer])
        if timer.due_at != old:
            yield timer.ticket_id, Moved(timer.metric, timer.cycle, old, timer.due_at)


# --- Before it is asked for ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Following:
    """How many running timers a row started, how many of them it promises something else today, and how many others
    it would start today."""

    started: int
    differing: int
    others: int

    @property
    def is_useful(self) -> bool:
        """Return whether applying the row could change anything."""
        return bool(self.differing or self.others)


def following(target: Target) -> Following:
    """Return how many running timers have to do with a row of the policy. A fixed number of queries."""
    job = application(target.metric, target)
    rules = [row for row, _version in rules_of(job).values()]
    mine = affected(job).filter(target=target.pk)
    same = Q(
        target_seconds=target.seconds,
        calendar_version=target.calendar.current_id,
        pause_on=target.pause_on,
        steps=target.steps,
    )
    others = affected(job).exclude(target=target.pk).exclude(target=None)
    groups = others.order_by().values_list("tier", "channel", "priority").annotate(count=Count("pk"))
    return Following(
        started=mine.count(),
        differing=mine.exclude(same).count(),
        others=sum(
            count
            for tier, channel, priority, count in groups
            if (row := choose.choose(rules, metric=target.metric, tier_id=tier, channel=channel, priority=priority))
            and row.pk == target.pk
        ),
    )


def without_row() -> list[tuple[str, str, int]]:
    """Return metric, its label and count of the running timers whose row is gone."""
    found = Timer.objects.filter(stopped_at=None, state__in=acts.WAITING, target=None).order_by()
    return [
        (metric, str(Metric(metric).label), count)
        for metric, count in found.values_list("metric").annotate(count=Count("pk"))
    ]


@dataclass(frozen=True)
class Preview:
    """What a job would do: of how many timers that were looked at how many would move; whether there are more."""

    looked_at: int
    would_move: int
    is_part: bool

    @property
    def would_stay(self) -> int:
        """Return how many timers that were looked at would keep their promise."""
        return self.looked_at - self.would_move


def preview(job: Recalculation, at: datetime) -> Preview:
    """Return what applying a row at `at` would do, looking at no more than PREVIEWED timers. Changes nothing."""
    rules = rules_of(job)
    found = list(affected(job).select_related("calendar_version").order_by("ticket")[: PREVIEWED + 1])
    looked_at = would_move = 0
    for timer in found[:PREVIEWED]:
        facts = TicketFacts(timer.ticket_id, timer.tier_id, timer.priority, timer.channel, "")
        choice = chosen_for(job, facts, [timer], rules).get(acts.key_of(timer))
        if choice is None:
            continue
        looked_at += 1
        before = (timer.due_at, timer.remaining if timer.due_at is None else 0)
        lifecycle.retarget(timer, *choice, at.replace(microsecond=0), may_loosen=False)
        would_move += (timer.due_at, timer.remaining if timer.due_at is None else 0) != before
    return Preview(looked_at, would_move, len(found) > PREVIEWED)
