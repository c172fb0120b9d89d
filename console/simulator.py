"""The simulator and the dry run: what `sla` works out, put beside tickets and drawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Tier
from console.charts import TimeLine, time_line
from console.permissions import visible_timers
from console.report_forms import DryRunForm
from sla import dry_run
from sla.choose import RESPONSES
from sla.models import Calendar, Target, Timer
from sla.periods import Tally
from sla.simulator import Simulated, simulate

LAST = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A simulated promise as the page shows it: due by two clocks, with a picture of the open stretches."""

    result: Simulated
    due_there: str
    due_here: str
    picture: TimeLine | None


def simulated(tier: Tier | None, channel: str, priority: int, at: datetime) -> list[Shown]:
    """Return every metric of a ticket that arrives at an instant (UTC)."""
    return [_shown(result) for result in simulate(tier, channel, priority, at)]


def _shown(result: Simulated) -> Shown:
    timer = result.timer
    if timer is None or timer.due_at is None:
        return Shown(result, "", "", None)
    steps = [step for step in result.ahead if step.percent < 100]
    marks = [
        (timer.started_at, _("arrives")),
        *((step.at, _("%(percent)s %%") % {"percent": step.percent}) for step in steps),
        (timer.due_at, _("due")),
    ]
    picture = time_line(timer.started_at, timer.due_at, result.open_spans(), marks)
    return Shown(result, _clock(timer.due_at, ZoneInfo(result.zone)), _clock(timer.due_at, None), picture)


def _clock(at: datetime, zone: ZoneInfo | None) -> str:
    """Return an instant to the second by the clock of a zone, or of the reader, with the zone's name."""
    local = timezone.localtime(at, zone)
    name = zone.key if zone else timezone.get_current_timezone_name()
    return f"{date_format(local, 'D j M Y')} {local:%H:%M:%S} ({name})"


# --- The dry run ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TierLine:
    """Verdicts of one tier, as they were and as they would have been."""

    name: str
    was: Tally
    would: Tally


@dataclass(frozen=True)
class Group:
    """Promises whose verdict would have been another: how many there are, and those that are named."""

    title: str
    count: int
    rows: list[tuple[dry_run.Changed, Timer]]


@dataclass(frozen=True)
class Outcome:
    """What the page of a dry run shows."""

    run: dry_run.DryRun
    was: Tally
    would: Tally
    tiers: list[TierLine]
    groups: list[Group]
    is_changed: bool
    most: int = dry_run.MOST


def policy_form(data: object) -> DryRunForm:
    """Return the response rows of the policy as a form: two queries."""
    targets = Target.objects.filter(metric__in=RESPONSES).select_related("calendar__current", "tier")
    calendars = list(Calendar.objects.select_related("current"))
    return DryRunForm(data, targets=list(targets), calendars=calendars)  # type: ignore[arg-type]


def try_out(actor: Actor, form: DryRunForm, now: datetime) -> Outcome:
    """Return what a valid form's policy would have done in the last 30 days; nothing is written. Three queries."""
    rows = dry_run.rows_with(form.targets, form.edits())
    run = dry_run.try_policy(visible_timers(actor), rows, since=now - LAST, until=now, now=now)
    names = {tier.pk: tier.name for tier in Tier.objects.all()}
    named = [change.timer for changes in run.named.values() for change in changes]
    timers = {timer.pk: timer for timer in visible_timers(actor).filter(pk__in=named).select_related("ticket", "tier")}
    titles = {
        dry_run.MISSED: _("Would have been missed, and were kept"),
        dry_run.KEPT: _("Would have been kept, and were missed"),
        dry_run.UNDECIDED: _("Would still run, and were missed"),
        dry_run.TAKEN_BACK: _("Would have been taken back in time, and were missed"),
    }
    return Outcome(
        run,
        run.of("was"),
        run.of("would"),
        [
            TierLine(names.get(pk, _("Without a tier")) if pk else _("Without a tier"), run.was[pk], run.would[pk])
            for pk in [*names, None]
            if pk in run.was
        ],
        [
            Group(title, run.counts[key], [(change, timers[change.timer]) for change in run.named[key]])
            for key, title in titles.items()
            if run.counts[key]
        ],
        is_changed=any(row.is_changed for row in rows),
    )
