"""What a member of the staff may do, learned in one question before a page of the console is made."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import BigIntegerField, CharField, Exists, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.actors import Actor
from accounts.models import User
from console.bounded import BoundedCount
from console.permissions import visible_alerts
from database.prepared import prepared
from notifications.models import Alert
from support.models import Queue

UNREAD = "unread"
# The bell counts no further.
MOST_UNREAD = 100


def learn_access(user: User) -> None:
    """Fill the caches of permissions and queues that `has_perm` and `queue_ids` use: one query instead of three.

    It brings along how many notices this person has not read, for the bell of every page. The caches live on the user
    object, which lives as long as the request.
    """
    if hasattr(user, "_perm_cache") or user.is_superuser:
        return
    rows = list(_access(user.pk))
    user._perm_cache = {name for name, _number in rows if name and name != UNREAD}  # type: ignore[attr-defined]
    user._queue_ids = {queue for name, queue in rows if not name}  # type: ignore[attr-defined]
    user._unread = sum(count for name, count in rows if name == UNREAD)  # type: ignore[attr-defined]


def unread_of(user: User) -> int:
    """Return how many notices of tickets that this person may still see are unread, at most MOST_UNREAD."""
    known: int | None = getattr(user, "_unread", None)
    if known is None:
        known = visible_alerts(Actor.person(user)).filter(read_at=None)[:MOST_UNREAD].count()
    return known


@prepared
def _access(user: int) -> QuerySet[Any, Any]:
    """Return pairs: a permission's name and 0, nothing and the id of a queue, UNREAD and how many notices are."""
    permissions = (
        Permission.objects.filter(Q(user=user) | Q(group__user=user))
        .order_by()
        .annotate(
            name_of=Concat(F("content_type__app_label"), Value("."), F("codename"), output_field=CharField()),
            queue_of=Value(0, output_field=BigIntegerField()),
        )
        .values_list("name_of", "queue_of")
    )
    queues = (
        Queue.members.through.objects.filter(user=user)
        .annotate(name_of=Value("", output_field=CharField()), queue_of=F("queue_id"))
        .values_list("name_of", "queue_of")  # type: ignore[misc]  # annotated just above
    )
    sees_all = Permission.objects.filter(
        Q(user=user) | Q(group__user=user), codename="see_all_queues", content_type__app_label="support"
    )
    own = Queue.members.through.objects.filter(user=user).values("queue")
    may_see = Q(ticket=None) | Q(ticket__queue__in=own) | Exists(sees_all)
    alerts = Alert.objects.filter(may_see, recipient=user, read_at=None)
    unread = (
        User.objects.filter(pk=user)
        .order_by()
        .annotate(
            name_of=Value(UNREAD, output_field=CharField()),
            queue_of=Cast(BoundedCount(alerts, MOST_UNREAD), BigIntegerField()),
        )
        .values_list("name_of", "queue_of")
    )
    return permissions.union(queues, unread, all=True)
