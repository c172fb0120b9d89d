"""When an answer is due, in words: one wording for the queue, the ticket pages and the customer's lists.

Only the ticket's own row is read, so a list of any length needs no further query. Times are shown in the zone
that is active (the reader's own), and the words of times and spans are left to translators.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla.time_words import clock_words as clock_words
from sla.time_words import duration as duration
from support.models import Status

# A row does not say how long its promise was, so "soon" is one rule for all: less than an hour is left.
SOON_BELOW = timedelta(hours=1)

OK, SOON, LATE, STILL, MET, NONE = "ok", "soon", "late", "still", "met", "none"
RESOLUTION = "resolution"


class Promised(Protocol):
    """What is read of a ticket."""

    status: str
    next_due_at: datetime | None
    next_due_metric: str
    is_paused: bool
    last_public_is_staff: bool
    is_spam: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket's next promise: `kind` names shape and colour, `text` says it, `at` is its instant, UTC.

    Where the time left stands in a sentence, `before` and `after` are the rest of it: only `text` counts down.

    Kinds: ok (more than an hour is left), soon (less), late (past), still (the clock stands, or somebody
    else is asked), met (answered, nothing is owed), none (solved or closed, or nothing was promised).
    """

    kind: str
    text: str
    at: datetime | None = None
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """Return everything that is said: the time left within its sentence."""
        return self.before + self.text + self.after

    @property
    def is_running(self) -> bool:
        """Return whether the text changes as time goes by."""
        return self.at is not None


def due_of(ticket: Promised, now: datetime) -> Due:
    """Return what is due next on a ticket, in the few words of a queue: "42 min", "18 min late", "paused"."""
    if ticket.is_spam:
        return Due(NONE, _("spam"))
    if ticket.status in {Status.SOLVED, Status.CLOSED}:
        return Due(NONE, "")
    if ticket.next_due_at:
        return Due(kind_of(ticket.next_due_at, now), time_left_words(ticket.next_due_at, now), ticket.next_due_at)
    if ticket.status == Status.PENDING:
        return Due(STILL, _("waiting"))
    if ticket.status == Status.HOLD:
        return Due(STILL, _("on hold"))
    if ticket.is_paused:
        return Due(STILL, _("paused"))
    if ticket.last_public_is_staff:
        return Due(MET, _("answered"))
    return Due(NONE, "")


def customer_due(ticket: Promised, now: datetime) -> Due:
    """Return the same for the customer's lists: "we reply by 11:18 (in 42 min)", "waiting for you"."""
    at = ticket.next_due_at
    if ticket.status in {Status.SOLVED, Status.CLOSED}:
        return Due(NONE, "")
    if at and now > at:
        words = (
            _("our solution is %(span)s late")
            if ticket.next_due_metric == RESOLUTION
            else _("our reply is %(span)s late")
        )
        return _around(words, LATE, duration(now - at), at, now)
    if at:
        words = (
            _("solved by %(time)s (in %(span)s)")
            if ticket.next_due_metric == RESOLUTION
            else _("we reply by %(time)s (in %(span)s)")
        )
        return _around(words, kind_of(at, now), duration(at - now), at, now)
    if ticket.status == Status.PENDING:
        return Due(STILL, _("waiting for you"))
    if ticket.status == Status.HOLD:
        return Due(STILL, _("waiting for somebody else"))
    if ticket.last_public_is_staff:
        return Due(MET, _("answered"))
    return Due(NONE, "")


def customer_sentence(ticket: Promised, now: datetime) -> str:
    """Return when the customer hears from us, as a sentence: "We'll reply by Tue 14:00 (in 3 h 20 min)."."""
    at = ticket.next_due_at
    if ticket.status == Status.CLOSED:
        return _("This is closed. If you write again, a new ticket starts that is linked to this one.")
    if ticket.status == Status.SOLVED:
        return _("This is solved. If it is not, write again and it is open once more.")
    if at and now > at:
        words = (
            _("We promised a solution by %(time)s and are %(span)s late. We are sorry; you are next.")
            if ticket.next_due_metric == RESOLUTION
            else _("We promised a reply by %(time)s and are %(span)s late. We are sorry; you are next.")
        )
        return words % {"time": clock_words(at, now), "span": duration(now - at, in_full=True)}
    if at:
        return promise_sentence(at, now, is_resolution=ticket.next_due_metric == RESOLUTION)
    if ticket.status == Status.PENDING and ticket.is_paused:
        return _("We asked you something. The time we promised for a solution goes on when you answer.")
    if ticket.status == Status.PENDING:
        return _("We asked you something and wait for your answer.")
    if ticket.status == Status.HOLD:
        return _("We wait for somebody outside of our desk, and write as soon as we know more.")
    if ticket.last_public_is_staff:
        return _("We have answered. Write again if anything is open.")
    return _("We have your question and will reply.")


def promise_sentence(at: datetime, now: datetime, *, is_resolution: bool = False) -> str:
    """Return the promise of an instant (UTC): "We'll reply by 14:00 (in 3 h 20 min)."."""
    words = (
        _("We'll have this solved by %(time)s (in %(span)s).")
        if is_resolution
        else _("We'll reply by %(time)s (in %(span)s).")
    )
    return words % _by(at, now)


def _around(sentence: str, kind: str, span: str, at: datetime, now: datetime) -> Due:
    """Return the promise as a sentence that knows which part of it counts down."""
    mark = "\x00"
    before, _mark, after = (sentence % {"time": clock_words(at, now), "span": mark}).partition(mark)
    return Due(kind, span, at, before, after)


def _by(at: datetime, now: datetime) -> dict[str, str]:
    return {"time": clock_words(at, now), "span": duration(at - now, in_full=True)}


def kind_of(at: datetime, now: datetime) -> str:
    """Return ok, soon or late for a promise that runs; answered at the very instant is still in time."""
    if now > at:
        return LATE
    return SOON if at - now < SOON_BELOW else OK


def time_left_words(at: datetime, now: datetime) -> str:
    """Return the time left, "1 h 55", or "18 min late"."""
    if now > at:
        return _("%(span)s late") % {"span": duration(now - at)}
    return duration(at - now)


def past_words(at: datetime, now: datetime) -> str:
    """Return an instant gone by, in the reader's zone: "today 09:18", "yesterday 17:40", "Tue 14:00"."""
    away = (timezone.localtime(now).date() - timezone.localtime(at).date()).days
    form = pgettext("time today, in Django's date format", "H:i")
    if away == 0:
        return _("today %(time)s") % {"time": date_format(timezone.localtime(at), form)}
    if away == 1:
        return _("yesterday %(time)s") % {"time": date_format(timezone.localtime(at), form)}
    return clock_words(at, now)
