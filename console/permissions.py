"""Who sees what in the console, beyond what each app says of its own."""

from django.db.models import QuerySet

from accounts.actors import Actor
from notifications.models import OutgoingMail
from support.permissions import sees_all_queues, visible_tickets


def visible_mails(actor: Actor) -> QuerySet[OutgoingMail]:
    """Return the mails that this actor may read: those of the tickets they may read; leads read all."""
    if actor.user is None or not actor.user.has_perm("notifications.view_outgoingmail"):
        return OutgoingMail.objects.none()
    if sees_all_queues(actor):
        return OutgoingMail.objects.all()
    return OutgoingMail.objects.filter(ticket_number__in=visible_tickets(actor).values("pk"))
