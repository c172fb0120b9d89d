"""Marking notices in the console as read: a person's own marks, so no event is written."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from notifications.models import Alert


def read_alert(person: User, alert: int, *, at: datetime | None = None) -> bool:
    """Mark one notice of this person as read; return whether that changed anything. `at` is UTC."""
    return bool(_unread(person).filter(pk=alert).update(read_at=at or timezone.now()))


def read_alerts_until(person: User, newest: int, *, at: datetime | None = None) -> int:
    """Mark everything up to the newest notice that the person saw; what came since stays unread. Return how many."""
    return _unread(person).filter(pk__lte=newest).update(read_at=at or timezone.now())


def read_alerts_of_ticket(person: User, ticket: int, *, at: datetime | None = None) -> int:
    """Mark what this person was told of a ticket, as they look at it. Return how many notices that were."""
    return _unread(person).filter(ticket=ticket).update(read_at=at or timezone.now())


def _unread(person: User) -> QuerySet[Alert]:
    return Alert.objects.filter(recipient=person, read_at=None)
