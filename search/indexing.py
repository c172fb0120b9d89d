"""Bringing the index up to what things are now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import dispatch
from search.engine import Document, Key, Unavailable
from search.engines import engine
from search.models import Waiting
from search.sources import sources

logger = structlog.get_logger(__name__)

BATCH = 100
# The index is written within two seconds; one that is this late is told of.
LATE = timedelta(minutes=1)
# Engines that every process may write, in the transaction in which it stands; others have one writer.
WRITTEN_AT_ONCE = frozenset({"database"})


def reindex(keys: Iterable[Key]) -> None:
    """Bring the index up to what these things are now; a thing that is gone leaves it.

    With an engine that every process may write it is done when this returns, or when the transaction around it
    commits. With another the things wait in `Waiting` for the one writer, `search.tasks.write_index`, which is rung
    after commit. May raise Unavailable.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return
    if settings.SEARCH_ENGINE in WRITTEN_AT_ONCE:
        write(wanted)
        return
    with transaction.atomic():
        Waiting.objects.bulk_create(Waiting(kind=key.kind, object_id=key.pk) for key in wanted)
        transaction.on_commit(lambda: dispatch.ask("search.tasks.write_index"))


def write(keys: Sequence[Key]) -> None:
    """Ask the sources what these things are now, and give it to the engine, whichever it is. May raise Unavailable."""
    for first in range(0, len(keys), BATCH):
        batch = keys[first : first + BATCH]
        things: dict[Key, Sequence[Document]] = dict.fromkeys(batch, ())
        for kind, pks in _by_kind(batch).items():
            for source in sources():
                if kind in source.kinds:
                    things.update({key: documents for key, documents in source.documents(pks).items() if key in things})
        engine().put(things)


def rebuild(tell: Callable[[int], None] = lambda count: None) -> int:
    """Make the index anew from all sources, while readers keep the old one; return how many documents it has.

    `tell` is called with the number of things read so far, now and then.
    """

    def told() -> Iterator[tuple[Key, Sequence[Document]]]:
        count = 0
        for source in sources():
            for thing in source.all_documents():
                yield thing
                count += 1
                if count % BATCH == 0:
                    tell(count)
        tell(count)

    return engine().rebuild(told())


def write_waiting() -> int:
    """Write the changes that wait, the oldest first; return how many. May raise Unavailable: then the rest waits on."""
    count = 0
    while rows := list(Waiting.objects.order_by("pk")[:BATCH]):
        write(list(dict.fromkeys(Key(row.kind, row.object_id) for row in rows)))
        Waiting.objects.filter(pk__in=[row.pk for row in rows]).delete()
        count += len(rows)
    return count


def heal() -> bool:
    """Rebuild the index if it is not what was written; return whether it was. May raise Unavailable."""
    state = engine().state(is_thorough=True)
    if state in {"ready", "rebuilding"}:
        return False
    logger.warning("search_index_rebuilt", state=state)
    rebuild()
    return True


def waiting_since() -> datetime | None:
    """Return since when the oldest change waits to be indexed (UTC), if one does."""
    return Waiting.objects.values_list("since", flat=True).order_by("pk").first()


def problem(now: datetime) -> str:
    """Return in a sentence what is wrong with the index, that it is being rebuilt, or how far it lags; "" for nothing.

    `now` is UTC. Never raises for an index that is away: that is a problem as well.
    """
    try:
        state = engine().state()
    except Unavailable as error:
        return str(error)
    if state == "rebuilding":
        return _("The search index is being rebuilt; searches are answered from the one before.")
    if state != "ready":
        return state
    since = waiting_since()
    if since is None or now - since < LATE:
        return ""
    minutes = int((now - since).total_seconds() // 60)
    return ngettext(
        "The search index is %(count)s minute behind.", "The search index is %(count)s minutes behind.", minutes
    ) % {"count": minutes}


def _by_kind(keys: Iterable[Key]) -> Mapping[str, list[int]]:
    found = defaultdict(list)
    for key in keys:
        found[key.kind].append(key.pk)
    return found
