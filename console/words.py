"""What happened to a ticket, as agents read it: one sentence for each event."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import ActorKind
from events.models import Event
from sla import acts
from sla.event_names import TimerEvent
from sla.models import Metric
from sla.time_words import clock_words
from support.event_names import TicketEvent
from support.models import Priority, Status


def people_in(events: Iterable[Event]) -> set[int]:
    """Return the ids of all people whom the events name in their details."""
    keys = ("old", "new", "user", "assignee")
    named = {TicketEvent.ASSIGNED, TicketEvent.FOLLOWED, TicketEvent.UNFOLLOWED, TicketEvent.OPENED}
    return {
        number
        for event in events
        if event.name in named
        for key in keys
        if isinstance(number := event.data.get(key), int)
    }


def actor_words(event: Event) -> str:
    """Return who did it."""
    if event.actor is not None:
        return event.actor.get_full_name()
    if event.data.get("rule"):
        return _("the rule “%(name)s”") % {"name": event.data["rule"]}
    return _("Somebody without an account") if event.actor_kind == ActorKind.ANONYMOUS else _("Tierdesk")


def sentence(event: Event, people: Mapping[int, str], queues: Mapping[int, str], tiers: Mapping[int, str]) -> str:
    """Return the event in words, with who did it; an event of a kind unknown here is told by its name."""
    data, who = event.data, actor_words(event)
    about = {"who": who}
    match event.name:
        case TicketEvent.OPENED:
            about |= {"queue": _named(queues, data.get("queue")), "agent": _named(people, data.get("assignee"))}
            if data.get("assignee"):
                return _("%(who)s filed this; it went to %(queue)s and to %(agent)s.") % about
            return _("%(who)s filed this; it went to %(queue)s.") % about
        case TicketEvent.REPLIED if data.get("is_automatic"):
            return _("A program answered for %(who)s.") % about
        case TicketEvent.REPLIED if data.get("call_at"):
            return _("%(who)s told of a call.") % about
        case TicketEvent.REPLIED:
            return _("%(who)s replied.") % about
        case TicketEvent.NOTED:
            return _("%(who)s left a note.") % about
        case TicketEvent.ASSIGNED:
            if data.get("new") is None:
                return _("%(who)s took it off %(agent)s.") % {**about, "agent": _named(people, data.get("old"))}
            if event.actor_id == data.get("new"):
                return _("%(who)s took it.") % about
            return _("%(who)s assigned it to %(agent)s.") % {**about, "agent": _named(people, data.get("new"))}
        case TicketEvent.MOVED:
            return _("%(who)s moved it from %(old)s to %(new)s.") % {
                **about,
                "old": _named(queues, data.get("old")),
                "new": _named(queues, data.get("new")),
            }
        case TicketEvent.PRIORITY_SET:
            return _("%(who)s changed the priority from %(old)s to %(new)s.") % {
                **about,
                "old": _priority(data.get("old")),
                "new": _priority(data.get("new")),
            }
        case TicketEvent.STATUS_SET:
            return _("%(who)s changed the status from %(old)s to %(new)s.") % {
                **about,
                "old": _status(data.get("old")),
                "new": _status(data.get("new")),
            }
        case TicketEvent.SOLVED if data.get("reason") == acts.WITHDRAWN:
            return _("%(who)s withdrew it: solved before we answered.") % about
        case TicketEvent.SOLVED if data.get("reason"):
            return _("%(who)s solved it without an answer.") % about
        case TicketEvent.SOLVED:
            return _("%(who)s solved it.") % about
        case TicketEvent.REOPENED:
            return _("%(who)s opened it again.") % about
        case TicketEvent.CLOSED:
            return _("%(who)s closed it.") % about
        case TicketEvent.TAGGED:
            added, removed = ", ".join(data.get("added", [])), ", ".join(data.get("removed", []))
            if added and removed:
                return _("%(who)s tagged it %(added)s, and no more %(removed)s.") % {
                    **about,
                    "added": added,
                    "removed": removed,
                }
            if added:
                return _("%(who)s tagged it %(added)s.") % {**about, "added": added}
            return _("%(who)s took the tag off: %(removed)s.") % {**about, "removed": removed}
        case TicketEvent.FOLLOWED:
            return _("%(name)s follows it now.") % {"name": _named(people, data.get("user"))}
        case TicketEvent.UNFOLLOWED:
            return _("%(name)s follows it no more.") % {"name": _named(people, data.get("user"))}
        case TicketEvent.FOLLOW_UP_STARTED:
            return _("An answer started a new ticket, #%(number)s.") % {"number": data.get("follow_up")}
        case TicketEvent.SPAM_MARKED:
            return _("%(who)s marked it as spam.") % about
        case TicketEvent.SPAM_UNMARKED:
            return _("%(who)s said that it is not spam.") % about
        case TicketEvent.CAUGHT_UP:
            return _("What happened then counts for the promises after all.")
        case TicketEvent.IMPORTED:
            about |= {"reference": data.get("reference", "")}
            if data.get("has_promises"):
                return _("%(who)s imported it as “%(reference)s”; its promises count from here.") % about
            return _("%(who)s imported it as “%(reference)s”, without promises.") % about
        case TicketEvent.REQUESTER_PROVEN:
            return _("The requester's address was proven.")
        case TicketEvent.RETIERED:
            return _("The organisation's tier changed from %(old)s to %(new)s.") % {
                "old": _named(tiers, data.get("old")),
                "new": _named(tiers, data.get("new")),
            }
        case TimerEvent.RECALCULATED:
            return recalculated_words(data)
        case "timer.step_reached":
            label = _metric(data.get("metric", ""))
            if int(data.get("percent", 0)) >= 100:
                return _("%(metric)s: the promise was missed.") % {"metric": label}
            return _("%(metric)s: %(percent)s %% of the time is used up.") % {
                "metric": label,
                "percent": data.get("percent"),
            }
        case "timer.breach_corrected":
            return _("%(metric)s: the promise was kept after all; what kept it was written down late.") % {
                "metric": _metric(data.get("metric", ""))
            }
    return _("%(who)s: %(name)s") % {**about, "name": event.name}


def recalculated_words(data: Mapping[str, Any]) -> str:
    """Return which promises moved from when to when, and which edit they followed."""
    name, moved = data.get("name", ""), data.get("moved", [])
    why = {
        "target": _("because the target “%(name)s” was applied to running timers") % {"name": name},
        "calendar": _("because the hours of “%(name)s” changed") % {"name": name},
    }.get(data.get("why", ""), _("because there is new time-zone data"))
    if not moved:
        return _("The promise was looked at anew, %(why)s; it did not move.") % {"why": why}
    now = timezone.now()
    return " ".join(
        _("%(promise)s moved from %(old)s to %(new)s, %(why)s.")
        % {
            "promise": _("Promise") if len(moved) == 1 else _metric(move.get("metric", "")),
            "old": _instant(move.get("old"), now),
            "new": _instant(move.get("new"), now),
            "why": why,
        }
        for move in moved
    )


def _instant(value: str | None, now: datetime) -> str:
    return clock_words(datetime.fromisoformat(value), now) if value else _("a clock that stands")


def _metric(value: str) -> str:
    return str(Metric(value).label) if value in Metric.values else value


def _named(names: Mapping[int, str], number: object) -> str:
    return names.get(number, _("somebody or something no longer here")) if isinstance(number, int) else _("none")


def _priority(value: object) -> str:
    return str(Priority(value).label).lower() if isinstance(value, int) and value in Priority.values else "–"


def _status(value: object) -> str:
    return Status(str(value)).words if value in Status.values else "–"
