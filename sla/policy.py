"""The policy as people read it: the table of sla.md, section 4, and a row of it as a sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier
from sla.models import Metric, Target

PRIORITIES: Any = tuple(Target._meta.get_field("priority").choices or ())
PROMISED = {
    Metric.FIRST_RESPONSE: gettext_lazy("a first response"),
    Metric.NEXT_RESPONSE: gettext_lazy("an answer to each further message"),
    Metric.RESOLUTION: gettext_lazy("a solution"),
}
STANDS = {"pending": gettext_lazy("while we wait for the customer"), "hold": gettext_lazy("while it is on hold")}


@dataclass(frozen=True)
class Cell:
    """What is promised at a priority. `is_general` where the row for all priorities serves; `add` without any."""

    target: Target | None = None
    length: str = ""
    calendar: str = ""
    is_general: bool = False
    add: str = ""


@dataclass(frozen=True)
class Line:
    """A tier, a channel or the desk."""

    name: str
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """A metric: its lines by priority, and the calendar that most of its rows have."""

    name: str
    calendar: str
    lines: list[Line] = field(default_factory=list)


def policy() -> list[Table]:
    """Return the whole policy, a table for each metric. Two queries."""
    targets = list(Target.objects.select_related("tier", "calendar"))
    tiers = list(Tier.objects.order_by("order"))
    return [_table(metric, [each for each in targets if each.metric == metric], tiers) for metric in Metric]


def _table(metric: Metric, targets: list[Target], tiers: list[Tier]) -> Table:
    usual = Counter(target.calendar.name for target in targets).most_common(1)
    calendar = usual[0][0] if usual else ""
    rows = {(each.source, each.tier_id, each.channel, each.priority): each for each in targets}
    sources: list[tuple[str, str, int | None, str]] = [(tier.name, "tier", tier.pk, "") for tier in tiers]
    for each in targets:
        if each.source == Target.Source.CHANNEL and (each.where, "channel", None, each.channel) not in sources:
            sources.append((each.where, "channel", None, each.channel))
    sources.append((_("The desk, where neither serves"), "desk", None, ""))
    lines = []
    for name, source, tier, channel in sources:
        cells = []
        for priority, _label in PRIORITIES:
            own, general = rows.get((source, tier, channel, priority)), rows.get((source, tier, channel, None))
            target = own or general
            asked = {"metric": metric.value, "source": source, "tier": tier, "channel": channel}
            cells.append(
                Cell(
                    target,
                    length_words(target.seconds),
                    "" if target.calendar.name == calendar else target.calendar.name,
                    own is None,
                )
                if target
                else Cell(add=urlencode({key: value for key, value in asked.items() if value}))
            )
        lines.append(Line(name, cells))
    return Table(str(metric.label), calendar, lines)


def length_words(seconds: int) -> str:
    """Return the length of a promise: "48 h", "1 h 30 min", "45 min"; open seconds of its calendar."""
    hours, minutes = divmod(seconds // 60, 60)
    if not minutes:
        return _("%(hours)s h") % {"hours": hours}
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def sentence(target: Target, calendar: str) -> str:
    """Return what a row promises to whom, as a sentence; `calendar` is the name of its calendar."""
    said = _("%(who)s are promised %(what)s within %(length)s, counted by the calendar %(calendar)s.") % {
        "who": _who(target),
        "what": PROMISED[Metric(target.metric)],
        "length": length_words(target.seconds),
        "calendar": calendar,
    }
    stands = _stands(target.pause_on)
    return f"{said} {_('The clock stands %(when)s.') % {'when': stands}}" if stands else said


def _who(target: Target) -> str:
    priority = str(target.get_priority_display()) if target.priority is not None else ""
    names = {"priority": priority, "tier": target.tier, "channel": target.get_channel_display()}
    if target.source == Target.Source.TIER:
        if priority:
            return _("%(priority)s tickets of %(tier)s customers") % names
        return _("Tickets of %(tier)s customers, at any priority without a row of its own,") % names
    if target.source == Target.Source.CHANNEL:
        if priority:
            return _("%(priority)s tickets that come by %(channel)s, and have no row of a tier,") % names
        return _("Tickets that come by %(channel)s, and have no row of a tier or priority,") % names
    if priority:
        return _("%(priority)s tickets for which no other row serves") % names
    return _("Tickets for which no other row serves")


def _stands(statuses: Iterable[str]) -> str:
    words = [str(STANDS[status]) for status in statuses if status in STANDS]
    return _(" and ").join(words)
