"""Questions about deliveries that several pages ask."""

from django.db.models import QuerySet

from events.models import Delivery


def unfinished() -> QuerySet[Delivery]:
    """Return the deliveries that are failed or still to be done, newest first."""
    return Delivery.objects.exclude(state=Delivery.State.DONE).select_related("event").order_by("-id")


def failed() -> QuerySet[Delivery]:
    """Return the deliveries that were given up, newest first."""
    return Delivery.objects.filter(state=Delivery.State.FAILED).select_related("event").order_by("-id")


def count_failed() -> int:
    """Return how many deliveries were given up."""
    return Delivery.objects.filter(state=Delivery.State.FAILED).count()
