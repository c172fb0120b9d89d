"""What a mail about a ticket says: everything its templates need, and nothing its reader may not see.

A customer's mail is made of the one public message that it brings: no earlier words are quoted, so no note
can slip in with them (SEC-08). What a stranger caused holds none of the stranger's words, names or links
(SEC-12). Files are linked, not attached: reading them asks the same permission as the page does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from events.models import Event
from notifications.compose import PERSONAL_LINK, Letter, as_reader
from notifications.mail_html import for_mail
from notifications.models import Alert
from notifications.plain_words import without_links
from sla.models import Metric
from support import unsubscribing
from support.event_names import TicketEvent
from support.models import Message, Status, Ticket
from support.notices import BREACH, INTERNAL, Because, Kind, Notice

# So many promises of a digest are listed; the console lists them all.
LONGEST_TABLE = 100
# Words of the customer's side do not speak in the desk's name; a person of the desk does.
AUTOMATIC = {Kind.ACKNOWLEDGEMENT: "auto-replied"}


def letter_for(notice: Notice, event: Event, ticket: Ticket) -> Letter:
    """Return the letter that tells one person of one event."""
    with as_reader(notice.person):
        message = _message(event)
        is_staff_words = bool(message and message.is_public and message.is_staff_reply)
        is_automatic = not (notice.kind == Kind.REPLY and is_staff_words)
        # Words about a ticket that nobody has proven to be theirs may be a stranger's, sent to a victim.
        hides_words = is_automatic and not ticket.is_requester_proven and notice.person.pk == ticket.requester_id
        context = _context(notice, event, ticket, message, hides_words=hides_words)
        return Letter(
            cause=f"{event.name}:{event.pk}:{notice.person.pk}",
            kind=notice.kind,
            recipient=notice.person,
            ticket_number=ticket.pk,
            template=notice.kind,
            subject=_subject(notice, ticket, event, hides_words=hides_words),
            context=context,
            message_id_part=f"message.{message.pk}" if message else f"event.{event.pk}",
            sender_name=_sender_name(notice, message, hides_words=hides_words),
            automatic=AUTOMATIC.get(notice.kind, "auto-generated") if is_automatic else "",
            unsubscribe_url=(
                settings.BASE_URL + unsubscribing.path(ticket.pk, notice.person.pk)
                if notice.because == Because.FOLLOWER
                else ""
            ),
            is_unproven=hides_words,
        )


def ticket_url(person: User, ticket: Ticket) -> str:
    """Return where this person reads the ticket: the console, the portal, or a link of their own.

    Who has no password, or has not proven the address of this ticket, gets a signed link. It is filled in
    when the mail leaves: what agents can read in the outbox must not open a customer's ticket as that
    customer.
    """
    is_requester = person.pk == ticket.requester_id
    if person.is_staff and not is_requester:
        return settings.BASE_URL + reverse("console:ticket", args=[ticket.pk])
    has_key = person.has_usable_password() and ticket.is_requester_proven
    if is_requester and not person.is_staff and not has_key:
        return PERSONAL_LINK
    return settings.BASE_URL + reverse("support:ticket", args=[ticket.pk])


def desk_name() -> str:
    """Return what the desk calls itself (settings.DESK_LOOK)."""
    return str(import_string(settings.DESK_LOOK)().name)


def moment(at: datetime) -> str:
    """Return an instant in the reader's zone, as it reads well days later: "Tue 3 Mar 14:00 (UTC)"."""
    form = pgettext("time in a mail, in Django's date format", "D j M H:i")
    return f"{date_format(timezone.localtime(at), form)} ({timezone.get_current_timezone_name()})"


def _context(
    notice: Notice, event: Event, ticket: Ticket, message: Message | None, *, hides_words: bool
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "desk_name": desk_name(),
        "url": ticket_url(notice.person, ticket),
        "hides_words": hides_words,
        "because": notice.because,
        "reply_by": "",
    }
    if notice.kind in {Kind.ACKNOWLEDGEMENT, *INTERNAL} - {Kind.STEP, Kind.CORRECTED} and ticket.next_due_at:
        context["reply_by"] = moment(ticket.next_due_at)
        context["is_late"] = ticket.next_due_at < timezone.now()
    if hides_words:
        return context
    context |= {
        "name": without_links(notice.person.get_short_name()),
        "subject": without_links(ticket.subject),
        "requester": without_links(ticket.requester.get_full_name()),
        "organization": without_links(ticket.organization.name) if ticket.organization else "",
    }
    if event.actor:
        context["actor"] = without_links(event.actor.get_full_name())
    if notice.kind in INTERNAL:
        context |= {
            "priority": ticket.get_priority_display(),
            "queue": ticket.queue.name,
            "tier": ticket.organization.tier.name if ticket.organization and ticket.organization.tier else "",
        }
    if notice.kind in {Kind.STEP, Kind.CORRECTED}:
        context |= _promise(event)
        context["assignee"] = without_links(ticket.assignee.get_full_name()) if ticket.assignee else ""
    if message and notice.kind in {Kind.REPLY, Kind.NOTE, Kind.NEW_TICKET}:
        context |= _words(message)
        context["is_solved"] = ticket.status == Status.SOLVED and _solved_with(event)
    return context


def digest_letter(person: User, alerts: Sequence[Alert]) -> Letter:
    """Return the one letter that tells a person of many promises of which the desk could not tell in time.

    Events and tickets are loaded with the alerts. The oldest LONGEST_TABLE are listed, all are counted.
    """
    with as_reader(person):
        broken = sum(_percent(alert.event) >= BREACH for alert in alerts)
        close = len(alerts) - broken
        said = []
        if broken:
            said.append(ngettext("%(count)s promise was broken", "%(count)s promises were broken", broken))
            said[-1] %= {"count": number_format(broken)}
        if close:
            said.append(ngettext("%(count)s promise is in danger", "%(count)s promises are in danger", close))
            said[-1] %= {"count": number_format(close)}
        listed = sorted(alerts, key=lambda alert: str(alert.event.data.get("due_at")))[:LONGEST_TABLE]
        return Letter(
            cause=f"digest:{alerts[-1].pk}:{person.pk}",
            kind=Kind.DIGEST,
            recipient=person,
            ticket_number=None,
            template=Kind.DIGEST,
            subject=_("While the desk was away: %(what)s") % {"what": ", ".join(said)},
            context={
                "desk_name": desk_name(),
                "what": ", ".join(said),
                "rows": [_digest_row(person, alert) for alert in listed],
                "more": len(alerts) - len(listed),
                "all_url": settings.BASE_URL + reverse("console:notices"),
                "late_url": settings.BASE_URL + reverse("console:queue") + "?view=breached",
            },
            message_id_part=f"digest.{alerts[-1].pk}",
            sender_name=desk_name(),
        )


def _digest_row(person: User, alert: Alert) -> dict[str, Any]:
    ticket = alert.ticket
    assert ticket is not None  # of articles nothing falls due
    tier = ticket.organization.tier if ticket.organization else None
    return {
        **_promise(alert.event),
        "number": ticket.pk,
        "subject": without_links(ticket.subject),
        "tier": tier.name if tier else "",
        "url": ticket_url(person, ticket),
    }


def _percent(event: Event) -> int:
    return int(event.data.get("percent", BREACH))


def _promise(event: Event) -> dict[str, Any]:
    """Return what an event says of a promise: which one, when it was due, when it was kept."""
    metric, due_at, stopped_at = (event.data.get(key) for key in ("metric", "due_at", "stopped_at"))
    return {
        "percent": _percent(event),
        "is_breach": _percent(event) >= BREACH,
        "metric": str(Metric(metric).label) if metric in Metric.values else _("Reply"),
        "due": moment(datetime.fromisoformat(due_at)) if due_at else "",
        "kept": moment(datetime.fromisoformat(stopped_at)) if stopped_at else "",
    }


def _words(message: Message) -> dict[str, Any]:
    return {
        "author": without_links(message.author.get_full_name()) if message.author else "",
        "is_staff_reply": message.is_staff_reply,
        "text": message.text,
        "html": for_mail(message.html),
        "files": [
            {
                "name": without_links(file.name),
                "size": file.size,
                "url": settings.BASE_URL + reverse("support:file_by_key", args=[file.pk]),
            }
            for file in message.attachments.order_by("created_at")
        ],
    }


def _message(event: Event) -> Message | None:
    key = event.data.get("message")
    return Message.objects.select_related("author").filter(pk=key, ticket=event.subject_id).first() if key else None


def _subject(notice: Notice, ticket: Ticket, event: Event, *, hides_words: bool) -> str:
    if hides_words:
        return _("We have your question")
    if notice.kind == Kind.STEP:
        said = _("Overdue") if _percent(event) >= BREACH else _("Due soon")
        return f"{said}: {ticket.subject}"
    if notice.kind == Kind.CORRECTED:
        return _("Kept after all: %(subject)s") % {"subject": ticket.subject}
    return ticket.subject


def _sender_name(notice: Notice, message: Message | None, *, hides_words: bool) -> str:
    """Return whose name stands in From: the writer's, marked as coming through the desk."""
    desk = desk_name()
    if hides_words or message is None or message.author is None or notice.kind not in {Kind.REPLY, Kind.NOTE}:
        return desk
    words = _("%(person)s at %(desk)s") if message.is_staff_reply else _("%(person)s via %(desk)s")
    return words % {"person": message.author.get_full_name(), "desk": desk}


def _solved_with(event: Event) -> bool:
    """Return whether the reply solved the ticket in the same stroke."""
    return Event.objects.filter(
        name=TicketEvent.SOLVED,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        actor=event.actor_id,
        data__version=event.data.get("version", 0) + 1,
    ).exists()
