"""Finding things for somebody: the engine's ranking, the staff's pins, and nothing that its pages would not show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from search.asking import normalized
from search.engine import Answer, Hit, Key, Query, Unavailable
from search.engines import engine
from search.models import Pin
from search.sources import sources, tokens_of

logger = structlog.get_logger(__name__)

LONGEST_PAGE = 100
FARTHEST = 1_000


@dataclass(frozen=True)
class FoundHit:
    """A hit, and the row it stands for."""

    hit: Hit
    row: Any
    is_pinned: bool = False


@dataclass(frozen=True)
class Found:
    """What somebody finds: see `search.engine.Answer`. `problem` says in a sentence why nothing could be looked up."""

    hits: Sequence[FoundHit] = ()
    total: int = 0
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    did_you_mean: str = ""
    is_corrected: bool = False
    problem: str = ""


def find(
    actor: Actor,
    text: str,
    *,
    kinds: Iterable[str] = (),
    section: str = "",
    languages: Iterable[str] = (),
    limit: int = 10,
    offset: int = 0,
    is_prefix: bool = False,
) -> Found:
    """Return what this actor finds with a text, best first. Any text is a valid one; never raises for it.

    `section` is the path of one, and means what is below it as well. Pins come first on the first page.
    """
    return _found(
        actor,
        Query(
            text=text,
            tokens=tokens_of(actor),
            kinds=frozenset(kinds),
            section=section,
            languages=frozenset(languages),
            is_prefix=is_prefix,
            limit=max(0, min(limit, LONGEST_PAGE)),
            offset=max(0, min(offset, FARTHEST)),
        ),
    )


def suggest(actor: Actor, text: str, *, kinds: Iterable[str] = (), limit: int = 6) -> Found:
    """Return what this actor may be about to look for: as `find`, and the last word may be unfinished."""
    return find(actor, text, kinds=kinds, limit=limit, is_prefix=True)


def _found(actor: Actor, query: Query) -> Found:
    if not query.text.strip():
        return Found()
    try:
        with transaction.atomic():  # a failing statement must not break the page's transaction
            answer = engine().search(query)
            pinned = _pinned(query)
    except Unavailable as error:
        return Found(problem=str(error))
    except DatabaseError:
        logger.exception("search_failed", length=len(query.text))
        return Found(problem=_("The search cannot answer at the moment. Please try again in a minute."))
    rows = _visible(actor, [*pinned, *(hit.key for hit in answer.hits)])
    hits = [FoundHit(hit, rows[hit.key]) for hit in answer.hits if hit.key in rows]
    gone = len(answer.hits) - len(hits)
    first = _pins_first(query, [key for key in pinned if key in rows], rows, hits)
    return Found(
        hits=[*first, *(found for found in hits if found.hit.key not in pinned)][: query.limit],
        total=max(0, answer.total - gone) + sum(1 for found in first if found not in hits and not _is_in(found, hits)),
        counts=_without(answer, rows),
        did_you_mean=answer.did_you_mean,
        is_corrected=answer.is_corrected,
    )


def _pinned(query: Query) -> list[Key]:
    """Return what the staff put first for these words, of the kinds that are looked for."""
    words = normalized(query.text)[:200]
    if not words:
        return []
    pins = Pin.objects.filter(query=words).order_by("order", "pk").values_list("kind", "object_id")
    return [Key(kind, pk) for kind, pk in pins if not query.kinds or kind in query.kinds]


def _pins_first(query: Query, keys: Sequence[Key], rows: Mapping[Key, Any], hits: Sequence[FoundHit]) -> list[FoundHit]:
    """Return the pinned things as hits: as they were found, else as they describe themselves."""
    found = {each.hit.key: each for each in hits}
    first = []
    for key in keys:
        if key in found:
            first.append(replace(found[key], is_pinned=True))
        elif query.offset == 0 and (hit := _described(key, query)):
            first.append(FoundHit(hit, rows[key], is_pinned=True))
    return first


def _described(key: Key, query: Query) -> Hit | None:
    for source in sources():
        if key.kind in source.kinds:
            for document in source.documents([key.pk]).get(key, ()):
                if query.languages and document.language not in query.languages:
                    return None
                if query.section and not f"{document.section}/".startswith(f"{query.section}/"):
                    return None
                return Hit(
                    key=key,
                    part="",
                    score=0.0,
                    title=((document.title, False),),
                    heading="",
                    passage=((document.body[:200], False),) if document.body else (),
                    section=document.section,
                    url=document.url,
                    source=document.source,
                    language=document.language,
                )
    return None


def _visible(actor: Actor, keys: Iterable[Key]) -> Mapping[Key, Any]:
    wanted = list(dict.fromkeys(keys))
    rows: dict[Key, Any] = {}
    for source in sources():
        if mine := [key for key in wanted if key.kind in source.kinds]:
            rows.update(source.visible(actor, mine))
    return rows


def _without(answer: Answer, rows: Mapping[Key, Any]) -> Mapping[str, Mapping[str, int]]:
    """Return the counts without the hits that are not to be seen any more."""
    counts = {facet: dict(values) for facet, values in answer.counts.items()}
    for hit in answer.hits:
        if hit.key in rows:
            continue
        for facet, value in (("kind", hit.key.kind), ("section", hit.section), ("language", hit.language)):
            left = counts.get(facet, {}).get(value, 0) - 1
            if left > 0:
                counts[facet][value] = left
            elif value in counts.get(facet, {}):
                del counts[facet][value]
    return counts


def _is_in(found: FoundHit, hits: Sequence[FoundHit]) -> bool:
    return any(found.hit.key == hit.hit.key for hit in hits)
