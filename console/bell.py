"""What an agent was told in the console: the bell of every page, and its lines in words.

A notice holds nothing but the event it tells of: the line is made when it is read, in the reader's language and zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from console.access import MOST_UNREAD, unread_of
from console.bounded import shown
from events.models import Event
from notifications.models import Alert
from sla.models import Metric
from sla.time_words import clock_words
from support.actions.tell import LATE
from support.due import LATE as LATE_SHAPE
from support.due import MET, NONE, SOON, past_words
from support.notices import BREACH, Kind


@dataclass(frozen=True)
class Bell:
    """How many notices wait to be read: "3", "99+", or nothing."""

    unread: str


@dataclass(frozen=True)
class Line:
    """One notice. `shape` names shape and colour of its word (see templates/components/due.html)."""

    pk: int
    shape: str
    word: str
    text: str
    subject: str
    when: str
    told_at: datetime
    url: str
    is_unread: bool


def bell_of(request: HttpRequest) -> Bell | None:
    """Return the bell of this member of the staff, or None where they work no tickets. No query of its own."""
    user = request.user
    assert isinstance(user, User)
    if not user.has_perm("support.work_tickets"):
        return None
    unread = unread_of(user)
    return Bell(shown(unread, MOST_UNREAD) if unread else "")


def lines_of(alerts: Iterable[Alert], now: datetime) -> list[Line]:
    """Return notices as they are read; events with their actors and tickets were loaded with them."""
    return [_line(alert, now) for alert in alerts]


def _line(alert: Alert, now: datetime) -> Line:
    event = alert.event
    if alert.ticket is None:
        return _article(alert, now)
    shape, word, text = _promise(alert, now) if alert.kind in {Kind.STEP, Kind.CORRECTED} else _other(alert)
    return Line(
        pk=alert.pk,
        shape=shape,
        word=word,
        text=text,
        subject=alert.ticket.subject,
        when=_when(event, now),
        told_at=event.occurred_at,
        url=reverse("console:ticket", args=[alert.ticket_id]),
        is_unread=alert.read_at is None,
    )


def _article(alert: Alert, now: datetime) -> Line:
    """Return what is told of an article; its title is on its page, which asks who looks."""
    event = alert.event
    return Line(
        pk=alert.pk,
        shape=SOON,
        word=_("Look again"),
        text=_("An article of yours waits for its review"),
        subject="",
        when=past_words(event.occurred_at, now),
        told_at=event.occurred_at,
        url=reverse("console:article", args=[event.subject_id]),
        is_unread=alert.read_at is None,
    )


def _promise(alert: Alert, now: datetime) -> tuple[str, str, str]:
    event = alert.event
    metric, percent = event.data.get("metric"), int(event.data.get("percent", BREACH))
    due, kept = (_clock(event.data.get(key), now) for key in ("due_at", "stopped_at"))
    said = {
        "metric": str(Metric(metric).label) if metric in Metric.values else _("Reply"),
        "number": alert.ticket_id,
        "due": due,
        "kept": kept,
        "percent": percent,
    }
    if alert.kind == Kind.CORRECTED:
        return MET, _("Kept after all"), _("%(metric)s of #%(number)s was kept %(kept)s, due %(due)s") % said
    if percent > BREACH:
        words = _("%(metric)s of #%(number)s was due %(due)s; %(percent)s %% of its time is over")
        return LATE_SHAPE, pgettext("a promise", "Breached"), words % said
    if percent == BREACH:
        return LATE_SHAPE, pgettext("a promise", "Breached"), _("%(metric)s of #%(number)s was due %(due)s") % said
    words = _("%(metric)s of #%(number)s is due %(due)s; %(percent)s %% of its time is over")
    return SOON, _("Due soon"), words % said


def _other(alert: Alert) -> tuple[str, str, str]:
    actor = alert.event.actor.get_full_name() if alert.event.actor else _("Tierdesk")
    said = {"number": alert.ticket_id, "who": actor}
    match alert.kind:
        case Kind.REPLY:
            return NONE, _("Reply"), _("%(who)s replied in #%(number)s") % said
        case Kind.NOTE:
            return NONE, _("Note"), _("%(who)s left a note in #%(number)s") % said
        case Kind.ASSIGNED:
            return NONE, _("Assigned"), _("%(who)s assigned #%(number)s to you") % said
        case Kind.NEW_TICKET:
            return NONE, _("New"), _("%(who)s filed #%(number)s, which is yours") % said
        case Kind.REOPENED:
            return NONE, _("Open again"), _("%(who)s opened #%(number)s again") % said
        case Kind.FOLLOWING:
            return NONE, _("Following"), _("You follow #%(number)s now") % said
    return NONE, _("News"), _("Something happened in #%(number)s") % said


def _when(event: Event, now: datetime) -> str:
    """Return when it happened; for what the desk noticed late, both instants."""
    fell_due_at = event.data.get("fell_due_at")
    if fell_due_at is None:
        return past_words(event.occurred_at, now)
    fell = datetime.fromisoformat(fell_due_at)
    if event.occurred_at - fell <= LATE:
        return past_words(fell, now)
    return _("%(time)s, noticed late: %(noticed)s") % {
        "time": past_words(fell, now),
        "noticed": past_words(event.occurred_at, now),
    }


def _clock(text: str | None, now: datetime) -> str:
    return clock_words(datetime.fromisoformat(text), now) if text else "–"
