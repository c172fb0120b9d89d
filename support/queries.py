"""Questions about tickets that several pages ask."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Organization, Tier, User
from database.prepared import prepared
from support.models import IN_QUEUE, NO_PROMISE, Follower, Queue, Ticket


def queue_for(organization: Organization | None) -> Queue:
    """Return where a new ticket goes: the organisation's own queue, its tier's, or the default one.

    Raises Queue.DoesNotExist while the desk has no default queue.
    """
    found = list(_claimants(organization.pk if organization else 0, (organization and organization.tier_id) or 0))
    found.sort(
        key=lambda queue: (
            organization is None or queue.organization_id != organization.pk,
            organization is None or queue.tier_id is None or queue.tier_id != organization.tier_id,
        )
    )
    if not found:
        raise Queue.DoesNotExist("The desk has no default queue; mark one in the console.")
    return found[0]


@prepared
def _claimants(organization: int, tier: int) -> QuerySet[Queue]:
    """Return the queues of this organisation and tier (0: none) and the default one."""
    return Queue.objects.filter(Q(is_default=True) | Q(organization=organization) | Q(tier=tier))


def with_people(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Fetch with each ticket what every row and page shows, in the same query."""
    return tickets.select_related("requester", "organization__tier", "queue", "assignee")


def colleague(ticket: Ticket, email: str) -> User | None:
    """Return the active member of the ticket's organisation with this address, if there is one."""
    return User.objects.filter(
        email=email.strip().lower(), is_active=True, membership__organization=ticket.organization_id
    ).first()


def following_of(number: int, person: int) -> Follower | None:
    """Return somebody's following of a ticket, with both, if they follow it."""
    return Follower.objects.select_related("ticket", "user").filter(ticket=number, user=person).first()


def tiers_in_order() -> list[Tier]:
    """Return the plans of the desk, the smallest first."""
    return list(Tier.objects.all())


def all_queues() -> QuerySet[Queue]:
    """Return every queue of the desk: a ticket may be moved to one that the mover does not see."""
    return Queue.objects.all()


def names_of_tags(ticket: Ticket) -> list[str]:
    """Return the ticket's tags by name."""
    return list(ticket.tags.values_list("name", flat=True))


def next_due(tickets: QuerySet[Ticket], now: datetime) -> datetime | None:
    """Return the next instant (UTC, after `now`) at which a promise of these tickets falls due, if one runs."""
    found = tickets.filter(IN_QUEUE, queue_at__gte=now, queue_at__lt=NO_PROMISE).order_by("queue_at")
    return found.values_list("queue_at", flat=True).first()
