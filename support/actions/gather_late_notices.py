"""After an outage: one mail instead of a hundred (sla.md, section 7; REL-13 in the tests of reliability)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import User
from events.models import Delivery
from notifications.compose import compose
from notifications.models import Alert
from sla.event_names import TimerEvent
from support.letters import digest_letter, letter_for
from support.notices import Because, Kind, Notice, may_be_told

# A person waits until nothing more has come for a while, or until they have waited long enough.
QUIET = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
# So many may come as mails of their own.
FEW = 5
MOST = 10_000


def gather_late_notices(*, now: datetime | None = None) -> int:
    """Write the mails for what was told late: up to FEW each by itself, more as one. Return how many mails.

    `now` is UTC. A person whose notices still come in is left for the next run.
    """
    now = now or timezone.now()
    waiting = Alert.objects.filter(is_mail_waiting=True).values("recipient").order_by("recipient")
    people = list(waiting.annotate(first=Min("created_at"), last=Max("created_at")))
    if not people:
        return 0
    more_to_come = Delivery.objects.filter(state=Delivery.State.PENDING, event__name=TimerEvent.STEP_REACHED).exists()
    return sum(
        _write_to(row["recipient"])
        for row in people
        if row["first"] <= now - LONGEST_WAIT or (row["last"] <= now - QUIET and not more_to_come)
    )


def _write_to(person_id: int) -> int:
    """Write to one person of all that waits, and mark it, in one transaction; others wait at the person's row."""
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",)).get(pk=person_id)
        alerts = list(
            Alert.objects.select_for_update(of=("self",))
            .filter(recipient=person, is_mail_waiting=True)
            .select_related("event", "ticket__requester", "ticket__assignee", "ticket__queue")
            .select_related("ticket__organization__tier")
            .order_by("pk")[:MOST]
        )
        told = [alert for alert in alerts if alert.ticket and may_be_told(person, alert.ticket, is_internal=True)]
        mails = []
        if len(told) > FEW:
            mails.append(compose(digest_letter(person, told)))
            Alert.objects.filter(pk__in=[alert.pk for alert in told]).update(digest=mails[0])
        else:
            notice = Notice(person, Kind.STEP, Because.DUTY)
            mails += [compose(letter_for(notice, alert.event, alert.ticket)) for alert in told if alert.ticket]
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(is_mail_waiting=False)
    return len([mail for mail in mails if mail])
