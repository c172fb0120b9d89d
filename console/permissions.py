"""Who sees what in the console, beyond what each app says of its own."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from knowledge.models import Deflection
from notifications.models import Alert, OutgoingMail
from search.permissions import can_curate
from sla.models import Timer
from support.permissions import is_agent, queue_ids, sees_all_queues, worked_tickets


def visible_mails(actor: Actor) -> QuerySet[OutgoingMail]:
    """Return the mails that this actor may read: those of the tickets they may read; leads read all."""
    if actor.user is None or not actor.user.has_perm("notifications.view_outgoingmail"):
        return OutgoingMail.objects.none()
    if sees_all_queues(actor):
        return OutgoingMail.objects.all()
    return OutgoingMail.objects.filter(ticket_number__in=worked_tickets(actor).values("pk"))


def visible_alerts(actor: Actor) -> QuerySet[Alert]:
    """Return what this person was told in the console: of articles, and of the tickets that they work now."""
    if actor.user is None or not is_agent(actor):
        return Alert.objects.none()
    alerts = Alert.objects.filter(recipient=actor.user)
    if sees_all_queues(actor):
        return alerts
    return alerts.filter(Q(ticket=None) | Q(ticket__queue__in=queue_ids(actor.user)))


def visible_timers(actor: Actor) -> QuerySet[Timer]:
    """Return the promises of the tickets that this member of the staff may work."""
    if sees_all_queues(actor):
        return Timer.objects.all()
    return Timer.objects.filter(ticket__queue__in=queue_ids(actor.user)) if actor.user else Timer.objects.none()


def visible_deflections(actor: Actor) -> QuerySet[Deflection]:
    """Return beside which forms articles stood, and how it ended, for those who keep the search."""
    return Deflection.objects.all() if can_curate(actor) else Deflection.objects.none()
