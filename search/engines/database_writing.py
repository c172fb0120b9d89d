"""Writing the index into its tables.

Writers take turns: each holds a lock of the database until its transaction ends, so that counts are always those of
the things that stand there, whoever writes and whoever fails. Readers wait for nobody.

Replacing things, in each generation (the one in use, and one that is being built):
1. Leave alone what is the same as it stands.
2. Take from the counts what the old rows said, add what the new ones say, and write the difference once.
3. Exchange the rows.
"""

import hashlib
import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone

from search import ranking
from search.analysing import Analysed, analyse, digest
from search.analysis import base_language
from search.engine import Document, Key
from search.engines import database_sql as sql
from search.models import IndexState, Part, Posting, Shelf, Spelling, Term, TermCount, Thing, WordCount
from search.spelling import can_be_corrected, deletions

Kept = TypeVar("Kept", int, str)


@dataclass
class Changes:
    """What a batch changes in the counts of a generation: by (term or word, shelf) and by shelf."""

    terms: Counter[tuple[int, int]] = field(default_factory=Counter)
    words: Counter[tuple[str, int]] = field(default_factory=Counter)
    things: Counter[int] = field(default_factory=Counter)
    length: Counter[int] = field(default_factory=Counter)


def put(things: Mapping[Key, Sequence[Document]], *, generation: int | None = None) -> None:
    """Replace things in every generation; or, for a rebuild, add to `generation` those that it does not have yet."""
    if not things:
        return
    analysed = {key: analyse(documents) for key, documents in things.items() if documents}
    with transaction.atomic():
        state = locked()
        if generation is not None:
            if state.building != generation:
                return
            _replace(generation, things, analysed, is_first=True)
            return
        _replace(state.live, things, analysed)
        if state.building is not None:
            _replace(state.building, things, analysed, is_building=True)


def locked() -> IndexState:
    """Return the state of the index, once no other writer is at it until this transaction ends."""
    sql.lock(connection)
    return IndexState.objects.get_or_create(pk=1)[0]


def begin() -> int:
    """Begin a new generation in place of one that was not finished; return its number."""
    with transaction.atomic():
        state = locked()
        unfinished, state.building = state.building, max(state.live, state.building or 0) + 1
        state.beat_at = timezone.now()
        state.save()
    if unfinished is not None:
        clear(unfinished)
    return state.building


def finish(generation: int) -> bool:
    """Take a generation into use; return whether it was still wanted: a later rebuild may have taken its place."""
    with transaction.atomic():
        state = locked()
        if state.building != generation:
            return False
        Thing.objects.filter(generation=generation, shelf=None).delete()
        old, state.live, state.building = state.live, generation, None
        state.built_at = state.beat_at = timezone.now()
        state.save()
    clear(old)
    sql.analyse(connection)
    return True


def beat() -> None:
    """Say that the rebuild goes on."""
    IndexState.objects.filter(pk=1).update(beat_at=timezone.now())


def clear(generation: int) -> None:
    """Delete what a generation held that nobody uses or writes any more, a little at a time."""
    while things := list(Thing.objects.filter(generation=generation).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            _delete(things)
    shelves = list(Shelf.objects.filter(generation=generation).values_list("pk", flat=True))
    TermCount.objects.filter(shelf__in=shelves).delete()
    WordCount.objects.filter(shelf__in=shelves).delete()
    Shelf.objects.filter(pk__in=shelves).delete()


def _replace(
    generation: int,
    things: Mapping[Key, Sequence[Document]],
    analysed: Mapping[Key, Analysed],
    *,
    is_first: bool = False,
    is_building: bool = False,
) -> None:
    standing = _standing(generation, things)
    digests = {key: digest(documents) for key, documents in things.items()}
    if is_first:  # what somebody wrote meanwhile is newer than what the rebuild read
        wanted = [key for key in things if key not in standing and things[key]]
    else:
        wanted = [key for key in things if key not in standing or standing[key].digest != digests[key]]
        if not is_building:
            wanted = [key for key in wanted if things[key] or key in standing]
    if not wanted:
        return
    changes = Changes()
    _take_out([standing[key] for key in wanted if key in standing], changes)
    rows = [key for key in wanted if things[key]]
    shelves = _shelves(generation, {key: things[key][0] for key in rows})
    terms = _terms({term for key in rows for term in analysed[key].terms})
    made = Thing.objects.bulk_create(
        Thing(
            generation=generation,
            shelf_id=shelves[key],
            kind=key.kind,
            object_id=key.pk,
            digest=digests[key],
            title=_clean(things[key][0].title),
            source=_clean(things[key][0].source),
            boost=things[key][0].boost,
            length=analysed[key].length,
            starts=analysed[key].starts,
            words=" ".join(sorted(analysed[key].words)),
        )
        for key in rows
    )
    if is_building:
        Thing.objects.bulk_create(
            Thing(generation=generation, kind=key.kind, object_id=key.pk, digest=digests[key], title="", words="")
            for key in wanted
            if not things[key]
        )
    Part.objects.bulk_create(
        Part(
            thing_id=thing.pk,
            number=number,
            anchor=_clean(document.part),
            heading=_clean(document.heading),
            body=_clean(document.body),
            url=_clean(document.url),
        )
        for key, thing in zip(rows, made, strict=True)
        for number, document in enumerate(things[key])
    )
    postings = []
    for key, thing in zip(rows, made, strict=True):
        shelf = shelves[key]
        kept = analysed[key]
        for term, (frequency, positions) in kept.terms.items():
            number = terms[term]
            changes.terms[number, shelf] += 1
            at = ranking.place(frequency, kept.length)
            postings.append((thing.pk, number, shelf, at, frequency, kept.length, array("I", positions).tobytes()))
        for word in kept.words:
            changes.words[word, shelf] += 1
        changes.things[shelf] += 1
        changes.length[shelf] += kept.length
    sql.insert(
        connection,
        Posting._meta.db_table,
        ("thing_id", "term_id", "shelf_id", "place", "frequency", "length", "positions"),
        postings,
    )
    _count(changes)


def _standing(generation: int, keys: Iterable[Key]) -> dict[Key, Thing]:
    """Return what the generation has of these things."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        by_kind[key.kind].append(key.pk)
    return {
        Key(thing.kind, thing.object_id): thing
        for kind, pks in by_kind.items()
        for thing in Thing.objects.filter(generation=generation, kind=kind, object_id__in=pks)
    }


def _take_out(things: Sequence[Thing], changes: Changes) -> None:
    """Delete things, and take from the counts what they added to them."""
    shelves = {thing.pk: thing.shelf_id for thing in things if thing.shelf_id is not None}
    for term, shelf in Posting.objects.filter(thing__in=shelves).values_list("term_id", "shelf_id"):
        changes.terms[term, shelf] -= 1
    for thing in things:
        if thing.shelf_id is None:
            continue
        for word in thing.words.split():
            changes.words[word, thing.shelf_id] -= 1
        changes.things[thing.shelf_id] -= 1
        changes.length[thing.shelf_id] -= thing.length
    _delete([thing.pk for thing in things])


def _delete(things: Sequence[int]) -> None:
    Posting.objects.filter(thing__in=things).delete()
    Part.objects.filter(thing__in=things).delete()
    Thing.objects.filter(pk__in=things).delete()


def _shelves(generation: int, firsts: Mapping[Key, Document]) -> dict[Key, int]:
    """Return the shelf on which each thing belongs, new ones made."""
    wanted: dict[str, tuple[list[str], list[str]]] = {}
    digests = {}
    for key, document in firsts.items():
        place = [key.kind, base_language(document.language), _clean(document.section)]
        audience = sorted(document.audience)
        digests[key] = hashlib.sha256(json.dumps([place, audience]).encode()).hexdigest()
        wanted[digests[key]] = (place, audience)
    known = dict(Shelf.objects.filter(generation=generation, digest__in=wanted).values_list("digest", "pk"))
    for shelf in Shelf.objects.bulk_create(
        Shelf(generation=generation, kind=kind, language=language, section=section, audience=audience, digest=told)
        for told, ((kind, language, section), audience) in wanted.items()
        if told not in known
    ):
        known[shelf.digest] = shelf.pk
    return {key: known[digest] for key, digest in digests.items()}


def _terms(wanted: Iterable[str]) -> dict[str, int]:
    """Return the numbers of terms, new ones made."""
    wanted = sorted(wanted)
    known = sql.numbers(connection, Term._meta.db_table, "term", wanted)
    missing = [Term(term=term) for term in wanted if term not in known]
    if missing:
        known.update((term.term, term.pk) for term in Term.objects.bulk_create(missing))
    return known


def _count(changes: Changes) -> None:
    """Write what changed in the counts."""
    sql.add(connection, TermCount._meta.db_table, "term_id", _rows(changes.terms))
    words = _rows(changes.words)
    sql.add(connection, WordCount._meta.db_table, "word", words)
    wanted = sorted({word for word, _shelf, often in words if often > 0 and can_be_corrected(word)})
    known = sql.remembered(connection, Spelling._meta.db_table, wanted)
    sql.remember(
        connection,
        Spelling._meta.db_table,
        sorted((rest, word) for word in wanted if word not in known for rest in deletions(word)),
    )
    for shelf in sorted(changes.things.keys() | changes.length.keys()):
        sql.add_to_shelf(connection, Shelf._meta.db_table, shelf, changes.things[shelf], changes.length[shelf])


def _rows(counts: Mapping[tuple[Kept, int], int]) -> list[tuple[Kept, int, int]]:
    return sorted((what, shelf, often) for (what, shelf), often in counts.items() if often)


def _clean(text: str) -> str:
    """Return a text that PostgreSQL can keep."""
    return text.replace("\x00", "").encode(errors="replace").decode()
