"""Where a ticket stands, in a customer's words rather than the desk's."""

from django.utils.translation import gettext as _

from support.models import Status, Ticket


def status_words(ticket: Ticket) -> str:
    """Return the state in two or three words: "We're on it", "Waiting for you", "Solved"."""
    if ticket.status == Status.NEW:
        return _("We have it")
    if ticket.status == Status.OPEN:
        return _("Answered") if ticket.last_public_is_staff else _("We're on it")
    if ticket.status == Status.PENDING:
        return _("Waiting for you")
    if ticket.status == Status.HOLD:
        return _("Waiting for others")
    return _("Solved") if ticket.status == Status.SOLVED else _("Closed")


def status_style(ticket: Ticket) -> str:
    """Return which mark goes with the words; an open ticket that we answered looks settled, as its words say."""
    if ticket.status == Status.OPEN and ticket.last_public_is_staff:
        return "answered"
    return ticket.status
