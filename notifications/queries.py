"""Questions about mail that several pages ask."""

from django.db.models import QuerySet

from notifications.models import OutgoingMail


def failures_of(ticket_number: int) -> QuerySet[OutgoingMail]:
    """Return the mails of a ticket that did not arrive, newest first."""
    return OutgoingMail.objects.filter(ticket_number=ticket_number, state=OutgoingMail.State.FAILED)


def mails_of(ticket_number: int) -> QuerySet[OutgoingMail]:
    """Return all mails of a ticket, newest first."""
    return OutgoingMail.objects.filter(ticket_number=ticket_number).select_related("recipient")


def count_failed(mails: QuerySet[OutgoingMail] | None = None) -> int:
    """Return how many mails did not arrive, of those given."""
    return (mails if mails is not None else OutgoingMail.objects.all()).filter(state=OutgoingMail.State.FAILED).count()
