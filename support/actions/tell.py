"""Telling people of an event: each a notice in the console and a mail, as they may and want to be told."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from events.models import Event
from notifications.compose import compose
from notifications.models import Alert, Preference
from sla.event_names import TimerEvent
from support.letters import letter_for
from support.models import Ticket
from support.notices import belongs_in_console, breaches_of, notices_for, wants_mail

# What is told later than this after it fell due comes from an outage: its mails are gathered (sla.md, section 7).
LATE = timedelta(minutes=10)


def tell(event: Event, ticket: Ticket, *, now: datetime | None = None) -> None:
    """Write a notice and a mail for everybody who is to be told of a ticket's event, once each. `now` is UTC.

    Both come in one transaction, so a run that is killed and repeated neither loses nor doubles one. Of a promise, a
    breach and its correction, only one is told at a time: they meet at the lock of the ticket's row.
    """
    is_late = _fell_long_ago(event, now or timezone.now())
    with transaction.atomic():
        if event.name in {TimerEvent.STEP_REACHED, TimerEvent.BREACH_CORRECTED}:
            Ticket.objects.select_for_update(of=("self",)).only("pk").get(pk=ticket.pk)
        if event.name == TimerEvent.BREACH_CORRECTED:
            Alert.objects.filter(event__in=breaches_of(event), is_mail_waiting=True).update(is_mail_waiting=False)
        told = set(Alert.objects.filter(event=event).values_list("recipient", flat=True))
        alerts = []
        for notice in notices_for(event, ticket):
            if notice.person.pk in told:
                continue
            preference = Preference.of(notice.person)
            is_mailed = wants_mail(notice, preference)
            if belongs_in_console(notice, preference, ticket):
                alerts.append(
                    Alert(
                        recipient=notice.person,
                        event=event,
                        ticket=ticket,
                        kind=notice.kind,
                        is_mail_waiting=is_mailed and is_late,
                    )
                )
                is_mailed = is_mailed and not is_late
            if is_mailed:
                compose(letter_for(notice, event, ticket))
        Alert.objects.bulk_create(alerts, ignore_conflicts=True)


def _fell_long_ago(event: Event, now: datetime) -> bool:
    fell_due_at = event.data.get("fell_due_at")
    return bool(fell_due_at) and now - datetime.fromisoformat(str(fell_due_at)) > LATE
