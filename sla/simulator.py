"""What would be promised: the row that would be chosen and the rows passed over, when it is due, and each step.

It starts an unsaved timer with the arithmetic of real ones: nothing is implemented a second time, nothing is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Channel, Tier
from sla import choose, clock, lifecycle, promise_words
from sla.models import Metric, Target, Timer


@dataclass(frozen=True)
class PassedOver:
    """A row of the policy that was not chosen, and why."""

    target: Target
    why: str


@dataclass(frozen=True)
class Simulated:
    """One metric of a ticket that does not exist. Without a row there is no promise: `timer` is None."""

    metric: str
    label: str
    target: Target | None
    timer: Timer | None
    why: str
    promise: str = ""
    hours: str = ""
    zone: str = ""
    passed_over: list[PassedOver] = field(default_factory=list)
    ahead: list[promise_words.Ahead] = field(default_factory=list)

    def open_spans(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches in which the clock counts, from the arrival until it is due."""
        if self.timer is not None and self.timer.due_at is not None:
            yield from clock.open_spans(self.timer.calendar_version.hours, self.timer.started_at, self.timer.due_at)


def simulate(tier: Tier | None, channel: str, priority: int, at: datetime) -> list[Simulated]:
    """Return what a ticket that arrives at an instant (UTC) would be promised, metric by metric: one query."""
    at = at.replace(microsecond=0)
    rows = list(
        Target.objects.filter(Q(source=choose.TIER, tier=tier) | Q(source=choose.CHANNEL) | Q(source=choose.DESK))
        .select_related("calendar__current__calendar", "tier")
        .order_by("pk")
    )
    return [_simulated(metric, rows, tier, channel, priority, at) for metric in Metric]


def _simulated(
    metric: Metric, rows: list[Target], tier: Tier | None, channel: str, priority: int, at: datetime
) -> Simulated:
    target = choose.choose(rows, metric=metric, tier_id=tier.pk if tier else None, channel=channel, priority=priority)
    passed = [
        PassedOver(row, _why_not(row, target, channel, priority))
        for row in rows
        if row.metric == metric and row != target
    ]
    if target is None:
        why = _("No row of the policy is for this, so nothing is promised.")
        return Simulated(metric, str(metric.label), None, None, why, passed_over=passed)
    why = promise_words.why_that_row(
        target.source,
        names_priority=target.priority is not None,
        metric=metric,
        tier=tier.name if tier else "",
        channel=channel,
        priority=priority,
    )
    version = target.calendar.current
    if version is None:
        why = _("The row's calendar has no hours yet, so nothing is promised.")
        return Simulated(metric, str(metric.label), target, None, why, passed_over=passed)
    timer = Timer(
        metric=metric,
        target=target,
        target_seconds=target.seconds,
        calendar_version=version,
        pause_on=target.pause_on,
        steps=target.steps,
        tier=tier,
        priority=priority,
        channel=channel,
    )
    lifecycle.start(timer, at)
    return Simulated(
        metric,
        str(metric.label),
        target,
        timer,
        why,
        promise=promise_words.promise_words(timer),
        hours=promise_words.hours_words(version),
        zone=version.hours.zone,
        passed_over=passed,
        ahead=promise_words.steps_ahead(timer),
    )


def _why_not(row: Target, chosen: Target | None, channel: str, priority: int) -> str:
    """Return why a row of the same metric was passed over (sla.md, section 4)."""
    if row.source == choose.CHANNEL and row.channel != channel:
        return _("It is for another channel: %(channel)s.") % {"channel": Channel(row.channel).label}
    if row.priority is not None and row.priority != priority:
        return _("It is for another priority: %(priority)s.") % {"priority": str(row.get_priority_display()).lower()}
    if chosen is not None and row.source == chosen.source:
        return _("It is for every priority; the chosen row names this one.")
    return _("A tier's row comes before a channel's, and a channel's before the desk's.")
