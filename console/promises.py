"""The promises of a ticket explained, as its page shows them: the values of `sla.explain`, and a bar of each clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from console.workspace import timer_due
from sla.explain import Explanation, explain_ticket
from sla.promise_words import exact_span
from support.due import Due
from support.models import Ticket

# The bar's own unit of length; its drawing is stretched to the width of the page.
LENGTH = 1000


@dataclass(frozen=True)
class Part:
    """A part of the bar: where it begins, how long it is, and what it stands for (counted, stood, late, left)."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True)
class Bar:
    """A timer's life on one line, by the clock on the wall, from its beginning to the last that is known of it."""

    begins_at: datetime
    ends_at: datetime
    parts: list[Part]
    due_x: int | None
    words: str


@dataclass(frozen=True)
class Line:
    """A stretch as a line of the table."""

    begins_at: datetime
    ends_at: datetime
    is_counted: bool
    is_ongoing: bool
    what: str
    open_time: str
    wall_time: str


@dataclass(frozen=True)
class Shown:
    """One promise as its page shows it."""

    told: Explanation
    due: Due
    title: str
    bar: Bar | None
    lines: list[Line]
    used: str
    sum: str


def explained(ticket: Ticket) -> list[Shown]:
    """Return every promise of a ticket, the live ones first: four questions."""
    now = timezone.now().replace(microsecond=0)
    return [_shown(each, now) for each in explain_ticket(ticket.pk, now)]


def zone_words() -> str:
    """Return the reader's zone, and what its time is called now: "Europe/Berlin (CET)"."""
    name, short = timezone.get_current_timezone_name(), timezone.localtime().strftime("%Z")
    return name if short == name else f"{name} ({short})"


def _shown(each: Explanation, now: datetime) -> Shown:
    return Shown(
        told=each,
        due=timer_due(each, now),
        title=_("%(metric)s, number %(count)s") % {"metric": each.label, "count": each.cycle}
        if each.cycle > 1
        else each.label,
        bar=_bar(each, now),
        lines=[
            Line(
                stretch.begins_at,
                stretch.ends_at,
                stretch.is_counted,
                stretch.is_ongoing,
                stretch.why if stretch.why or not stretch.is_counted else stretch.hours,
                exact_span(stretch.seconds) if stretch.is_counted else "",
                exact_span(stretch.wall_seconds),
            )
            for stretch in each.stretches
        ],
        used=exact_span(each.consumed),
        sum=(
            _("Counted of %(target)s, which leaves %(left)s")
            if each.remaining >= 0
            else _("Counted, though only %(target)s were promised")
        )
        % {"target": exact_span(each.target_seconds), "left": exact_span(each.remaining)},
    )


def _bar(each: Explanation, now: datetime) -> Bar | None:
    """Return the bar, or None for a timer that ended when it began."""
    known = [each.due_at, each.stopped_at, now if each.is_live else None]
    ends = max([at for at in known if at] + [stretch.ends_at for stretch in each.stretches] + [each.started_at])
    if ends <= each.started_at:
        return None
    whole = ends - each.started_at

    def place(at: datetime) -> int:
        return round(LENGTH * ((at - each.started_at) / whole))

    def part(begins_at: datetime, ends_at: datetime, kind: str) -> Part:
        return Part(place(begins_at), max(place(ends_at) - place(begins_at), 2), kind)

    parts = []
    for stretch in each.stretches:
        if not stretch.is_counted:
            parts.append(part(stretch.begins_at, stretch.ends_at, "stood"))
            continue
        turns = min(max(each.breached_at or stretch.ends_at, stretch.begins_at), stretch.ends_at)
        if turns > stretch.begins_at:
            parts.append(part(stretch.begins_at, turns, "counted"))
        if stretch.ends_at > turns:
            parts.append(part(turns, stretch.ends_at, "late"))
    if each.is_live and each.due_at and each.due_at > now:
        parts.append(part(max(now, each.started_at), each.due_at, "left"))
    counted = sum(
        (stretch.ends_at - stretch.begins_at for stretch in each.stretches if stretch.is_counted), timedelta()
    )
    words = _("%(share)s %% of the time from its beginning to its end the clock counted.") % {
        "share": round(100 * (counted / whole))
    }
    return Bar(each.started_at, ends, parts, place(each.due_at) if each.due_at else None, words)
