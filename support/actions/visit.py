"""Leaving a mark that an agent looks at a ticket, or writes."""

from datetime import datetime, timedelta

from accounts.models import User
from support.models import Ticket, Visit

PRESENT = timedelta(seconds=45)


def mark_visit(ticket: Ticket, user: User, *, at: datetime, is_writing: bool = False) -> None:
    """Keep that this person sees the ticket now; colleagues are told so for 45 seconds. `at` is UTC.

    A person's own mark: nothing of the ticket changes, so no version is made and no event is written.
    """
    values = {"seen_at": at, "present_until": at + PRESENT}
    if is_writing:
        values["writing_until"] = at + PRESENT
    if not Visit.objects.filter(ticket=ticket, user=user).update(**values):
        Visit.objects.bulk_create([Visit(ticket=ticket, user=user, **values)], ignore_conflicts=True)
