"""Articles stand beside a ticket that somebody writes: which were offered, which were opened, and how it ended."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from accounts.actors import Actor
from accounts.readers import reader_of_actor
from knowledge.models import Article, Deflection
from support.models import Ticket

logger = structlog.get_logger(__name__)

LONGEST_TEXT = 200
MOST_OFFERED = 40
# Who says that something answered it, and files a ticket within this time, was not answered by it.
ANSWERED_FOR = timedelta(hours=24)
BATCH = 5_000


def offer_articles(key: uuid.UUID, articles: Iterable[int], *, text: str, reader: str, by: Actor) -> None:
    """Note which articles stood beside a form, in the order in which they came, and what was typed last.

    `key` is the form's own, `reader` a hash (accounts.readers). The staff's forms are not counted, nor those of
    browsers that cannot be known again. A form that has ended is not changed any more. Nobody's form fails because
    this could not be written.
    """
    offered = [*articles]
    if not offered or not reader or by.is_staff:
        return
    try:
        with transaction.atomic():
            found, is_new = Deflection.objects.select_for_update().get_or_create(
                key=key, defaults={"reader": reader, "text": _storable(text), "offered": offered[:MOST_OFFERED]}
            )
            if is_new or found.reader != reader or found.ticket_id or found.answered_by_id:
                return
            every = [*dict.fromkeys([*found.offered, *offered])][:MOST_OFFERED]
            if every != found.offered or found.text != _storable(text):
                found.offered, found.text = every, _storable(text)
                found.save(update_fields=["offered", "text"])
    except DatabaseError:
        logger.exception("offer_not_noted")


def note_opened(key: uuid.UUID, article: Article, *, text: str, reader: str, by: Actor) -> None:
    """Note that an article which stood beside a form was opened. Whoever calls has found it for this reader."""
    offer_articles(key, [article.pk], text=text, reader=reader, by=by)
    with transaction.atomic():
        found = _going_on(key, reader)
        if found is not None and article.pk in found.offered and article.pk not in found.opened:
            found.opened = [*found.opened, article.pk]
            found.save(update_fields=["opened"])


def note_answered(key: uuid.UUID, article: Article, *, text: str, reader: str, by: Actor) -> None:
    """Note that an article answered what somebody was about to ask. Whoever calls has found it for this reader."""
    offer_articles(key, [article.pk], text=text, reader=reader, by=by)
    with transaction.atomic():
        found = _going_on(key, reader)
        if found is not None and article.pk in found.offered:
            found.answered_by = article
            found.save(update_fields=["answered_by"])


def tie_ticket(ticket: Ticket, key: uuid.UUID | None, *, at: datetime) -> None:
    """Note that a ticket came all the same: of the form with this key, and of what was "answered" before.

    Before means: to the same person, at most ANSWERED_FOR before `at` (UTC). Done again it changes nothing.
    """
    if key is not None:
        Deflection.objects.filter(key=key, ticket=None).update(ticket=ticket)
    reader = reader_of_actor(Actor.person(ticket.requester))
    Deflection.objects.filter(
        reader=reader,
        ticket=None,
        answered_by__isnull=False,
        created_at__gte=at - ANSWERED_FOR,
        created_at__lte=at + timedelta(seconds=1),  # `at` is cut to whole seconds
    ).update(ticket=ticket)


def _going_on(key: uuid.UUID, reader: str) -> Deflection | None:
    """Return what is noted of a form of this reader that has come to no ticket."""
    if not reader:
        return None
    return Deflection.objects.select_for_update().filter(key=key, reader=reader, ticket=None).first()


def _storable(text: str) -> str:
    """Return the text on one line, without what no database keeps: zero bytes and halves of characters."""
    return " ".join(text.replace("\x00", "").encode("utf-8", "ignore").decode().split())[:LONGEST_TEXT]


def forget_reader(reader: str) -> int:
    """Take from the forms of one reader what was typed and whose they were; the numbers stay. Returns how many."""
    return Deflection.objects.filter(reader=reader).update(reader="", text="") if reader else 0


def forget_before(before: datetime) -> int:
    """Delete what is noted of forms from before an instant (UTC), at most BATCH at a time; return how many."""
    old = Deflection.objects.filter(created_at__lt=before).order_by("created_at").values_list("pk", flat=True)[:BATCH]
    return Deflection.objects.filter(pk__in=list(old)).delete()[0]
