"""Why a timer stands as it does: what was promised, by which row, each stretch of its clock, and what comes next.

The history is the replay of the ticket's events (`sla.replay`), watched: whenever telling an act changes a timer, the
difference is a moment, and the stretches lie between the moments. The words name no instants, so that each reader's
page can show them in the reader's zone; `as_dict` gives all of it as JSON.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier
from events.models import Event
from sla import acts, clock, lifecycle, replay, timers
from sla.event_names import TimerEvent
from sla.models import CalendarVersion, Metric, Timer
from sla.promise_words import (
    Ahead,
    exact_span,
    hours_words,
    priority_words,
    promise_words,
    steps_ahead,
    why_that_row,
)

REASONS = {
    "unanswered": gettext_lazy("the ticket was solved without an answer"),
    "spam": gettext_lazy("it was spam"),
    "withdrawn": gettext_lazy("the customer withdrew the ticket"),
    "self_served": gettext_lazy("the customer found the answer"),
    "merged": gettext_lazy("the ticket was merged into another"),
}


@dataclass(frozen=True)
class Stretch:
    """A stretch of a timer's life: its clock counted, or stood, and why. Seconds are open seconds of its calendar."""

    begins_at: datetime
    ends_at: datetime
    seconds: int
    is_counted: bool
    is_ongoing: bool
    hours: str
    why: str

    @property
    def wall_seconds(self) -> int:
        """Return how long it lasted on any clock."""
        return int((self.ends_at - self.begins_at).total_seconds())


@dataclass(frozen=True)
class Change:
    """Something that happened to the promise itself, and when it was due before and after, UTC."""

    at: datetime
    kind: str
    words: str
    due_before: datetime | None = None
    due_after: datetime | None = None


@dataclass(frozen=True)
class Explanation:
    """A timer explained. `consumed` and `remaining` are as of `as_of`; without a whole record, stretches are fewer."""

    metric: str
    cycle: int
    label: str
    state: str
    is_live: bool
    verdict: str
    promise: str
    origin: str
    source: str
    hours: str
    zone: str
    target_seconds: int
    consumed: int
    remaining: int
    as_of: datetime
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    noticed_at: datetime | None
    stopped_at: datetime | None
    reason: str
    loosened_at: datetime | None
    stretches: list[Stretch]
    changes: list[Change]
    ahead: list[Ahead]
    is_recorded: bool

    @property
    def counted(self) -> int:
        """Return the open seconds of all counted stretches: `consumed`."""
        return sum(stretch.seconds for stretch in self.stretches if stretch.is_counted)

    @property
    def percent(self) -> int:
        """Return how much of the promise is used up."""
        return self.consumed * 100 // self.target_seconds

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON; instants are UTC."""
        found: dict[str, Any] = _plain({**asdict(self), "percent": self.percent})
        return found


def explain(timer: Timer, now: datetime | None = None) -> Explanation:
    """Return one timer explained, as of now (UTC)."""
    return next(
        each for each in explain_ticket(timer.ticket_id, now) if (each.metric, each.cycle) == acts.key_of(timer)
    )


def explain_ticket(number: int, now: datetime | None = None) -> list[Explanation]:
    """Return every timer of a ticket explained, the live ones first, as of now (UTC): four questions."""
    at = (now or timezone.now()).replace(microsecond=0)
    kept = timers.timers_of(number)
    if not kept:
        return []
    events = list(
        Event.objects.filter(subject_type="ticket", subject_id=number)
        .filter(Q(data__has_key=replay.TOLD) | Q(name=TimerEvent.STEP_REACHED))
        .order_by("pk")
    )
    needed = replay.versions_in(events) | {timer.calendar_version_id for timer in kept}
    versions = CalendarVersion.objects.select_related("calendar").in_bulk(needed)
    tiers: dict[int | None, str] = dict(Tier.objects.values_list("pk", "name"))
    history, is_whole = _watched(number, events, versions)
    return [_explained(timer, history.get(acts.key_of(timer), []), is_whole, versions, tiers, at) for timer in kept]


# --- The history -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """What an act changed at a timer: its columns before (none: it began) and after."""

    at: datetime
    what: Mapping[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any]


def _watched(
    number: int, events: Iterable[Event], versions: Mapping[int, CalendarVersion]
) -> tuple[dict[acts.Key, list[Moment]], bool]:
    """Replay a ticket's events; return the moments of each timer, and whether the record could be read to its end."""
    whole = replay.Replay(number, versions)
    history: dict[acts.Key, list[Moment]] = {}
    seen: dict[acts.Key, dict[str, Any]] = {}
    try:
        for told in replay.told_by(events):
            whole.tell(told)
            for timer in whole.timers:
                key, after = acts.key_of(timer), acts.values(timer)
                if after != seen.get(key):
                    history.setdefault(key, []).append(Moment(told.at, told.what, seen.get(key), after))
                    seen[key] = after
    except (KeyError, ValueError, StopIteration):
        return history, False
    return history, True


def _explained(
    timer: Timer,
    moments: list[Moment],
    is_whole: bool,
    versions: Mapping[int, CalendarVersion],
    tiers: Mapping[int | None, str],
    now: datetime,
) -> Explanation:
    hours = timer.calendar_version
    # A row of the policy that is deleted takes the reference to it along.
    is_recorded = is_whole and bool(moments)
    is_recorded = is_recorded and {**moments[-1].after, "target_id": timer.target_id} == acts.values(timer)
    running = clock.between(hours.hours, timer.running_since, now) if timer.running_since else 0
    stretches = list(_stretches(timer, moments if is_recorded else [], versions, now))
    origin, source = _origin(timer, moments, tiers)
    return Explanation(
        metric=timer.metric,
        cycle=timer.cycle,
        label=str(timer.get_metric_display()),
        state=timer.state,
        is_live=timer.is_live,
        verdict=_verdict(timer, now),
        promise=promise_words(timer),
        origin=origin,
        source=source,
        hours=hours_words(hours),
        zone=hours.hours.zone,
        target_seconds=timer.target_seconds,
        consumed=timer.consumed + running,
        remaining=timer.remaining - running,
        as_of=now,
        started_at=timer.started_at,
        due_at=timer.due_at,
        breached_at=timer.breached_at,
        noticed_at=timer.noticed_at,
        stopped_at=timer.stopped_at,
        reason=timer.reason,
        loosened_at=timer.loosened_at,
        stretches=stretches,
        changes=[change for moment in moments for change in _changes(timer, moment, versions, tiers)],
        ahead=steps_ahead(timer),
        is_recorded=is_recorded,
    )


def _stretches(
    timer: Timer, moments: list[Moment], versions: Mapping[int, CalendarVersion], now: datetime
) -> Iterator[Stretch]:
    """Yield the stretches of a timer in order; counted ones that touch, by the same hours, come as one."""
    held: Stretch | None = None
    for stretch in _each_stretch(timer, moments, versions, now):
        joins = (
            held is not None
            and held.is_counted
            and stretch.is_counted
            and (held.ends_at, held.hours, held.why) == (stretch.begins_at, stretch.hours, stretch.why)
        )
        if held is not None and joins:
            seconds = held.seconds + stretch.seconds
            held = Stretch(
                held.begins_at, stretch.ends_at, seconds, True, stretch.is_ongoing, stretch.hours, stretch.why
            )
            continue
        if held is not None:
            yield held
        held = stretch
    if held is not None:
        yield held


def _each_stretch(
    timer: Timer, moments: list[Moment], versions: Mapping[int, CalendarVersion], now: datetime
) -> Iterator[Stretch]:
    """Yield what lies between two moments that moved the clock, then what lies between the last of them and now."""
    stood_at: datetime | None = None
    why = ""
    if not moments and (timer.consumed or timer.running_since is None):
        until = timer.running_since or timer.stopped_at or timer.paused_at or timer.started_at
        yield _counted(timer.calendar_version, timer.started_at, max(until, timer.started_at), timer.consumed)
    for moment in moments:
        before, after = moment.before, moment.after
        if before is None:
            if after["consumed"]:
                from_there = _("in ticket #%(number)s, before the merge") % {"number": moment.what.get("from")}
                version = versions[after["calendar_version_id"]]
                yield _counted(version, after["started_at"], moment.at, after["consumed"], why=from_there)
        elif before["running_since"] is not None:
            ends = after["running_since"] or max(moment.at, before["running_since"])
            used = after["consumed"] - before["consumed"]
            if used or ends > before["running_since"]:
                yield _counted(versions[before["calendar_version_id"]], before["running_since"], ends, used)
        reason = _why_it_stands(moment, why)
        begins_anew = after["running_since"] is not None or reason != why
        if stood_at is not None and begins_anew:
            until = after["running_since"] or moment.at
            if until > stood_at:
                yield _stood(versions[after["calendar_version_id"]], stood_at, until, why)
            stood_at = None
        if after["running_since"] is None and stood_at is None:
            last = before["running_since"] if before and before["running_since"] else moment.at
            stood_at = max(moment.at, last)
        why = reason if after["running_since"] is None else ""
    if timer.running_since is not None:
        ends = max(now, timer.running_since)
        used = clock.between(timer.calendar_version.hours, timer.running_since, ends)
        yield _counted(timer.calendar_version, timer.running_since, ends, used, is_ongoing=True)
    elif timer.is_live and (stood_at := stood_at or timer.paused_at):
        yield _stood(timer.calendar_version, stood_at, max(now, stood_at), why, is_ongoing=True)


def _counted(
    version: CalendarVersion,
    begins_at: datetime,
    ends_at: datetime,
    seconds: int,
    *,
    is_ongoing: bool = False,
    why: str = "",
) -> Stretch:
    return Stretch(begins_at, ends_at, seconds, True, is_ongoing, hours_words(version), why)


def _stood(
    version: CalendarVersion, begins_at: datetime, ends_at: datetime, why: str, *, is_ongoing: bool = False
) -> Stretch:
    return Stretch(begins_at, ends_at, 0, False, is_ongoing, hours_words(version), why or _("the clock stood"))


def _why_it_stands(moment: Moment, before: str) -> str:
    """Return why the clock stands after a moment, if it does."""
    after = moment.after
    if after["stopped_at"] is not None:
        if after["reason"]:
            return str(REASONS.get(after["reason"], after["reason"]))
        return _("the ticket was solved") if after["metric"] == Metric.RESOLUTION else _("it was answered")
    match moment.what.get("status"):
        case "pending":
            return _("waiting for the customer")
        case "hold":
            return _("on hold, waiting for somebody else")
    return before or _("the clock stood")


# --- In words --------------------------------------------------------------------------------------------------------


def _origin(timer: Timer, moments: list[Moment], tiers: Mapping[int | None, str]) -> tuple[str, str]:
    """Return which row of the policy made the promise that counts, why that one (sla.md, section 4), its source."""
    row, facts = _row_that_counts(moments)
    if row is None:
        merged = next((moment.what.get("from") for moment in moments if moment.what["act"] == "merge"), None)
        if merged is not None:
            return _("Taken over from ticket #%(number)s, which was merged into this one.") % {"number": merged}, ""
        return _("The record does not say which row of the policy made this promise."), ""
    source = str(row.get("source", ""))
    said = why_that_row(
        source,
        names_priority=row.get("priority") is not None,
        metric=facts["metric"],
        tier=tiers.get(facts["tier_id"], ""),
        channel=facts["channel"],
        priority=facts["priority"],
    )
    if timer.target_id is None:
        said += " " + _("The row itself was taken out of the policy since; the promise stays.")
    return said, source


def _row_that_counts(moments: list[Moment]) -> tuple[Mapping[str, Any] | None, dict[str, Any]]:
    """Return the row, as it was when chosen, by which the timer counts since a moment, and its columns then."""
    for moment in reversed(moments):
        before, after = moment.before, moment.after
        is_new = before is None or (before["generation"], before["target_id"]) != (
            after["generation"],
            after["target_id"],
        )
        if not is_new:
            continue
        for row in moment.what.get("rows", ()):
            if row["metric"] == after["metric"] and row.get("cycle", after["cycle"]) == after["cycle"]:
                return row, after
        return None, after
    return None, {}


def _verdict(timer: Timer, now: datetime) -> str:
    """Return how it stands, without instants."""
    if timer.state == Timer.State.CANCELLED:
        return _("Taken back: %(reason)s.") % {"reason": REASONS.get(timer.reason, timer.reason)}
    if timer.state == Timer.State.MET:
        if timer.due_at is None or timer.stopped_at is None:
            return _("Kept while the clock stood.")
        early = int((timer.due_at - timer.stopped_at).total_seconds())
        return (
            _("Kept, %(span)s early.") % {"span": exact_span(early)} if early else _("Kept, at the very last second.")
        )
    if timer.state == Timer.State.PAUSED:
        return _("The clock stands; %(span)s are left when it runs again.") % {"span": exact_span(timer.remaining)}
    if timer.due_at is not None and (timer.state == Timer.State.BREACHED or now > timer.due_at):
        late = exact_span(int(((timer.stopped_at or now) - timer.due_at).total_seconds()))
        if timer.stopped_at is not None and timer.reason:
            return _("Broken; it ended %(span)s late: %(reason)s.") % {
                "span": late,
                "reason": REASONS.get(timer.reason, timer.reason),
            }
        return (_("Broken; done %(span)s late.") if timer.stopped_at else _("Broken, %(span)s late so far.")) % {
            "span": late
        }
    used = clock.between(timer.calendar_version.hours, timer.running_since, now) if timer.running_since else 0
    return _("Running; %(span)s are left.") % {"span": exact_span(timer.remaining - used)}


def _changes(
    timer: Timer, moment: Moment, versions: Mapping[int, CalendarVersion], tiers: Mapping[int | None, str]
) -> Iterator[Change]:
    """Yield what a moment changed at the promise, if anything: pauses are stretches, not changes."""
    before, after, act = moment.before, moment.after, moment.what["act"]
    if before is None:
        return
    dues = (before["due_at"], after["due_at"])
    if act == "take_steps":
        percents = [int(step["percent"]) for step in after["steps"][before["next_step"] : after["next_step"]]]
        kind = "breach" if lifecycle.BREACH in percents else "step"
        steps = [_("the breach") if each == lifecycle.BREACH else f"{each} %" for each in percents]
        yield Change(moment.at, kind, _("Noticed: %(steps)s.") % {"steps": get_text_list(steps, _("and"))})
    elif act == "retarget":
        yield Change(moment.at, *_retargeted(moment, before, after, tiers), *dues)
    elif act == "merge":
        words = _(
            "Ticket #%(number)s was merged into this one; its promise was the earlier one, and counts from now on."
        )
        if before["generation"] != after["generation"]:
            yield Change(moment.at, "merge", words % {"number": moment.what.get("from")}, *dues)
    elif act == "move_calendar":
        name = versions[after["calendar_version_id"]].calendar.name
        yield Change(moment.at, "hours", _("The hours “%(name)s” were changed.") % {"name": name}, *dues)
    elif act == "recount":
        yield Change(moment.at, "zone_data", _("New time-zone data moved the end."), *dues)
    elif act == "staff_replied" and before["state"] == "breached" and after["state"] == "met":
        yield Change(moment.at, "correction", _("The answer had been in time, and was told of late: not broken."))


def _retargeted(
    moment: Moment, before: dict[str, Any], after: dict[str, Any], tiers: Mapping[int | None, str]
) -> tuple[str, str]:
    """Return what another row of the policy did to the promise: its kind, and words."""
    none = _("none")
    said = []
    if before["tier_id"] != after["tier_id"]:
        about = {"old": tiers.get(before["tier_id"], none), "new": tiers.get(after["tier_id"], none)}
        said.append(_("The tier changed from %(old)s to %(new)s.") % about)
    if before["priority"] != after["priority"]:
        about = {"old": priority_words(before["priority"]), "new": priority_words(after["priority"])}
        said.append(_("The priority changed from %(old)s to %(new)s.") % about)
    if not said:
        said.append(_("The policy was changed, and applied to what was running."))
    key = (after["metric"], after["cycle"])
    row = next((row for row in moment.what["rows"] if (row["metric"], row["cycle"]) == key), None)
    spans = {"old": exact_span(before["target_seconds"]), "new": exact_span(row["seconds"] if row else 0)}
    if (before["target_seconds"], before["calendar_version_id"]) != (
        after["target_seconds"],
        after["calendar_version_id"],
    ):
        said.append(_("The promise is %(new)s now, instead of %(old)s.") % spans)
        if after["remaining"] > after["target_seconds"] - after["consumed"]:
            said.append(_("A quarter of that is left to act."))
        if before["loosened_at"] != after["loosened_at"]:
            return "loosened", " ".join([*said, _("The end moved later; reports show it as loosened.")])
        return "retargeted", " ".join(said)
    if row is None or (row["seconds"], row["calendar"]) == (after["target_seconds"], after["calendar_version_id"]):
        return "same", " ".join([*said, _("The promise stays the same.")])
    return "kept", " ".join([*said, _("%(new)s would end later, so the promise of %(old)s stays.") % spans])


def _plain(value: Any) -> Any:
    """Return a value as JSON."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
