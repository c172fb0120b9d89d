"""The navigation beside every page of the console, with counts that are true to a few seconds.

All counts come from one statement in which each is bounded: the thousandth ticket ends the counting, so a desk with a
million tickets pays what a small one pays. The answer is kept for KEPT_SECONDS per person ("Mine" differs between
people, and so do the queues they see); whoever changes a ticket sees the new count within that time.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from django.core.cache import cache
from django.db.models import OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, actor_of
from accounts.models import User
from console.bounded import BoundedCount, shown
from console.queue import VIEWS
from support.models import IN_QUEUE, Queue, Ticket
from support.permissions import queue_ids, sees_all_queues, worked_tickets

KEPT_SECONDS = 5
COUNTED = ("next", "mine", "unassigned", "waiting", "breached")


@dataclass(frozen=True)
class Item:
    """A link of the navigation."""

    label: str
    url: str
    count: str = ""
    key: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Group:
    """Links under a heading."""

    title: str
    items: list[Item] = dataclass_field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """How many tickets each view has, and each queue that the agent works in; never beyond 1,000."""

    views: dict[str, int]
    queues: list[tuple[int, str, str, int]]


def counts_of(actor: Actor) -> Counts:
    """Return the counts of one agent, at most KEPT_SECONDS old. One query, or none."""
    assert actor.user is not None
    sees_all = sees_all_queues(actor)
    scope = "all" if sees_all else "-".join(map(str, sorted(queue_ids(actor.user))))
    key = f"rail:{actor.user.pk}:{scope}"
    kept: Counts | None = cache.get(key)
    if kept is not None:
        return kept
    now, tickets = timezone.now(), worked_tickets(actor)
    queues = Queue.objects.all() if sees_all else Queue.objects.filter(pk__in=queue_ids(actor.user))
    rows = list(
        queues.annotate(
            waiting_here=BoundedCount(Ticket.objects.filter(IN_QUEUE, queue=OuterRef("pk"))),
            **{f"count_{key}": BoundedCount(VIEWS[key].narrow(tickets, actor.user, now)) for key in COUNTED},
        ).values("pk", "name", "slug", "waiting_here", *(f"count_{key}" for key in COUNTED))
    )
    counts = Counts(
        views={key: rows[0][f"count_{key}"] if rows else 0 for key in COUNTED},
        queues=[(row["pk"], row["name"], row["slug"], row["waiting_here"]) for row in rows],
    )
    cache.set(key, counts, KEPT_SECONDS)
    return counts


def rail_of(request: HttpRequest, *, with_counts: bool = True) -> list[Group]:
    """Return what this member of the staff may open. Without counts it costs no query."""
    user = request.user
    assert isinstance(user, User)
    groups = []
    if user.has_perm("support.work_tickets"):
        counts = counts_of(actor_of(request)) if with_counts else None
        groups.append(Group(_("Work"), _work(request, counts)))
        if counts and counts.queues:
            here, chosen = reverse("console:queue"), request.GET.get("queue")
            groups.append(
                Group(
                    _("Queues"),
                    [
                        Item(
                            name,
                            f"{here}?queue={slug}",
                            shown(count),
                            is_current=request.path == here and chosen == slug,
                        )
                        for _pk, name, slug, count in counts.queues
                    ],
                )
            )
    if user.has_perm("knowledge.write_articles"):
        groups.append(Group(_("Knowledge"), _knowledge(request, user)))
    groups.append(Group(_("Desk"), _desk(request, user)))
    return groups


def _work(request: HttpRequest, counts: Counts | None) -> list[Item]:
    here, keys = reverse("console:queue"), {"next": "g q", "mine": "g m", "unassigned": "g u", "breached": "g b"}
    is_queue = request.path == here and not request.GET.get("queue")
    items = [Item(_("Dashboard"), reverse("admin:index"), key="g h", is_current=request.path == reverse("admin:index"))]
    for key in COUNTED:
        items.append(
            Item(
                str(VIEWS[key].title),
                here if key == "next" else f"{here}?view={key}",
                shown(counts.views[key]) if counts else "",
                keys.get(key, ""),
                is_current=is_queue and request.GET.get("view", "next") == key,
            )
        )
    is_spam = is_queue and request.GET.get("view") == "spam"
    items.append(Item(str(VIEWS["spam"].title), f"{here}?view=spam", is_current=is_spam))
    search = reverse("console:search")
    items.append(Item(_("Search"), search, key="g s", is_current=request.path == search))
    return items


def _knowledge(request: HttpRequest, user: User) -> list[Item]:
    here = reverse("console:articles")
    is_article = request.path.startswith((f"{here}articles/", f"{here}new/")) or request.path == here
    entries = [(_("Articles"), here, is_article, "g a")]
    for label, name in (
        (_("Sections"), "console:sections"),
        (_("Snippets"), "console:texts"),
        (_("Unhelpful"), "console:article_feedback"),
    ):
        entries.append((label, reverse(name), request.path.startswith(reverse(name)), ""))
    return [Item(label, url, key=key, is_current=is_current) for label, url, is_current, key in entries]


def _desk(request: HttpRequest, user: User) -> list[Item]:
    entries: list[tuple[str, str, str]] = [
        (_("Customers"), "accounts.view_organization", "admin:accounts_organization_changelist"),
        (_("People"), "accounts.view_user", "admin:accounts_user_changelist"),
        (_("Outbox"), "notifications.view_outgoingmail", "console:outbox"),
        (_("Deliveries"), "events.view_delivery", "console:deliveries"),
        (_("Recalculations"), "sla.view_recalculation", "console:recalculations"),
        (_("Reports"), "support.work_tickets", "console:reports"),
        (_("Searches"), "search.curate", "console:search_gaps"),
        (_("Settings"), "support.view_queue", "console:settings"),
    ]
    items = []
    for label, permission, name in entries:
        if user.has_perm(permission):
            url = reverse(name)
            is_current = request.path.startswith(url)
            if name == "console:search_gaps":  # one entry for all pages of what the search is told
                search = reverse("console:search")
                is_current = request.path.startswith(search) and request.path != search
            items.append(Item(label, url, is_current=is_current))
    return items
