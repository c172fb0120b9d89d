"""What is chosen when something shall stand first for a search, and what stands there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge.models import Kind
from search.engine import Key
from search.errors import Invalid
from search.models import Pin
from search.queries import find
from search.sources import sources

MOST_CHOICES = 10
LARGEST_PK = 2**63


@dataclass(frozen=True)
class Choice:
    """Something that can stand first: as the form names it, and as people see it."""

    key: str
    title: str
    kind: str
    where: str
    url: str


@dataclass(frozen=True)
class Pinned:
    """A pin, and what it pins as readers see it now; nothing where it is not published any more."""

    pin: Pin
    title: str
    kind: str
    url: str


def choices_of(actor: Actor, text: str) -> list[Choice]:
    """Return what may be meant by a text, as this member of the staff finds it."""
    found = find(actor, text, kinds=Kind.values, limit=MOST_CHOICES)
    return [
        Choice(
            f"{each.hit.key.kind}:{each.hit.key.pk}",
            "".join(piece for piece, _is_match in each.hit.title),
            kind_label(each.hit.key.kind),
            str(each.row.section or ""),
            each.row.get_absolute_url(),
        )
        for each in found.hits
    ]


def key_of(text: str) -> Key:
    """Return the thing that "kind:id" names. Raises Invalid where nothing was chosen."""
    kind, _mark, pk = text[:60].partition(":")
    if kind not in Kind.values or not (pk.isascii() and pk.isdecimal()) or int(pk) >= LARGEST_PK:
        raise Invalid("object", _("Choose one of the results first."))
    return Key(kind, int(pk))


def pinned(actor: Actor, pins: Iterable[Pin]) -> Sequence[Pinned]:
    """Return pins with what they pin, one query for each kind of thing."""
    rows = list(pins)
    keys = {Key(pin.kind, pin.object_id) for pin in rows}
    found: dict[Key, Any] = {}
    for source in sources():
        if mine := [key for key in keys if key.kind in source.kinds]:
            found.update(source.visible(actor, mine))
    shown = []
    for pin in rows:
        row = found.get(Key(pin.kind, pin.object_id))
        shown.append(Pinned(pin, str(row) if row else "", kind_label(pin.kind), row.get_absolute_url() if row else ""))
    return shown


def kind_label(kind: str) -> str:
    """Return what one thing of a kind is called."""
    if kind == "ticket":
        return _("Ticket")
    return str(Kind(kind).label) if kind in Kind.values else kind
