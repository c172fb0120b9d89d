"""A promise in words: what it is, by which row of the policy and why that one, what comes next. No instants in them.

Said of timers that run, by `sla.explain`, and of those that might, by `sla.simulator`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Channel
from sla import choose, lifecycle
from sla.models import CalendarVersion, Metric, Target, Timer

PRIORITIES = dict(Target._meta.get_field("priority").flatchoices)
TOLD = {
    "assignee": gettext_lazy("the assignee (without one, the queue)"),
    "lead": gettext_lazy("the leads"),
    "named_agent": gettext_lazy("the named agent"),
    "administrators": gettext_lazy("the administrators"),
}


@dataclass(frozen=True)
class Ahead:
    """A step that is still to come, if nothing happens before: when it falls due, UTC, and who is told."""

    at: datetime
    percent: int
    tell: list[str]
    words: str


def exact_span(seconds: int) -> str:
    """Return a span to the second, without what is nought: "48 h", "1 h 30 min 5 s"."""
    sign, left = ("−" if seconds < 0 else ""), abs(seconds)
    hours, minutes, rest = left // 3600, left // 60 % 60, left % 60
    parts = [
        _("%(n)s h") % {"n": hours} if hours else "",
        _("%(n)s min") % {"n": minutes} if minutes else "",
        _("%(n)s s") % {"n": rest} if rest or not left else "",
    ]
    return sign + " ".join(part for part in parts if part)


def hours_words(version: CalendarVersion) -> str:
    """Return a calendar by name, with its zone where that matters."""
    if version.hours.is_always:
        return str(version.calendar.name)
    return f"{version.calendar.name} ({version.hours.zone})"


def promise_words(timer: Timer) -> str:
    """Return what is promised, as a sentence."""
    about = {"span": exact_span(timer.target_seconds), "hours": hours_words(timer.calendar_version)}
    if timer.calendar_version.hours.is_always:
        words = {
            Metric.FIRST_RESPONSE: _("A first answer within %(span)s, by night and on holidays, too."),
            Metric.NEXT_RESPONSE: _(
                "An answer to each further message within %(span)s, by night and on holidays, too."
            ),
            Metric.RESOLUTION: _("Solved within %(span)s, by night and on holidays, too."),
        }
    else:
        words = {
            Metric.FIRST_RESPONSE: _("A first answer within %(span)s of the hours “%(hours)s”."),
            Metric.NEXT_RESPONSE: _("An answer to each further message within %(span)s of the hours “%(hours)s”."),
            Metric.RESOLUTION: _("Solved within %(span)s of the hours “%(hours)s”."),
        }
    return words[Metric(timer.metric)] % about


def why_that_row(source: str, *, names_priority: bool, metric: str, tier: str, channel: str, priority: int) -> str:
    """Return why a row of the policy was chosen (sla.md, section 4), of what tier (a name or nothing) and channel."""
    label = str(Metric(metric).label)
    about = {
        "metric": label[:1].lower() + label[1:],
        "tier": tier,
        "channel": str(Channel(channel).label) if channel in Channel.values else channel,
        "priority": priority_words(priority),
    }
    if source == choose.TIER:
        said = [_("%(tier)s, %(priority)s: the row of the tier. It wins over the channel's and the desk's.")]
    elif source == choose.CHANNEL:
        said = [
            _("The tier %(tier)s has no row for %(metric)s, so the row of the channel counts: %(channel)s.")
            if tier
            else _("The customer has no tier, so the row of the channel of the message counts: %(channel)s."),
            _("It wins over the desk's."),
        ]
    else:
        said = [_("Neither the tier nor the channel has a row for %(metric)s, so the desk's own row counts.")]
    if names_priority:
        said.append(_("It names the priority %(priority)s, and so comes before the general one."))
    else:
        said.append(_("It is the row for every priority without one of its own."))
    return " ".join(words % about for words in said)


def steps_ahead(timer: Timer) -> list[Ahead]:
    """Return the steps still to come, as they fall due if nothing happens before."""
    if timer.next_check_at is None:
        return []
    found = []
    for index in range(timer.next_step, len(timer.steps)):
        step = lifecycle.step_at(timer, index)
        if step is None:
            break
        tell = list(timer.steps[index]["tell"])
        people = get_text_list([str(TOLD.get(who, who)) for who in tell], _("and")) or _("nobody")
        words = (
            _("The promise is broken. Told: %(people)s.")
            if step.percent == lifecycle.BREACH
            else _("%(percent)s %% are used up. Told: %(people)s.")
        )
        found.append(Ahead(step.falls_at, step.percent, tell, words % {"percent": step.percent, "people": people}))
    return found


def priority_words(value: int) -> str:
    """Return a priority as it stands in a sentence: "urgent"."""
    return str(PRIORITIES.get(value, value)).lower()
