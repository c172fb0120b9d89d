"""The index in the database: its counts stay true whoever writes, and readers never see half a change."""

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from search.engine import Key, Query
from search.engines import database_writing as writing
from search.models import IndexState, Part, Posting, Shelf, TermCount, Thing, WordCount
from tests.search.conftest import document, found

WORDS = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]


def a_thing(chance, pk):
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 30)))
    return [
        document(
            pk,
            chance.choice(WORDS),
            words,
            section=chance.choice(["", "one", "one/two"]),
            language=chance.choice(["en", "de"]),
            audience=chance.choice([{"everyone"}, {"staff"}, {"tier:1", "staff"}]),
        )
        for _part in range(chance.randint(1, 3))
    ][:1]


def assert_counts_are_true(generation=None):
    """Count everything anew from the postings and things, and compare."""
    generation = generation or IndexState.objects.get(pk=1).live
    shelves = {shelf.pk: shelf for shelf in Shelf.objects.filter(generation=generation)}
    things = list(Thing.objects.filter(generation=generation).exclude(shelf=None))
    numbers = {thing.pk for thing in things}
    terms = Counter(
        (term, shelf)
        for thing, term, shelf in Posting.objects.values_list("thing_id", "term_id", "shelf_id")
        if thing in numbers
    )
    words = Counter((word, thing.shelf_id) for thing in things for word in thing.words.split())
    kept_terms = TermCount.objects.filter(shelf__in=shelves).values_list("term_id", "shelf_id", "things")
    kept_words = WordCount.objects.filter(shelf__in=shelves).values_list("word", "shelf_id", "things")
    assert {(term, shelf): often for term, shelf, often in kept_terms} == dict(terms)
    assert {(word, shelf): often for word, shelf, often in kept_words} == dict(words)
    for pk, shelf in shelves.items():
        mine = [thing for thing in things if thing.shelf_id == pk]
        assert (shelf.things, shelf.length) == (len(mine), sum(thing.length for thing in mine))
    assert {thing.shelf_id for thing in things} == set(shelves)
    assert set(Part.objects.values_list("thing_id", flat=True)) <= set(Thing.objects.values_list("pk", flat=True))


def test_counts_stay_true_through_any_changes(database_engine):
    chance = random.Random(4)
    for _round in range(30):
        batch = {
            Key("article", pk): a_thing(chance, pk) if chance.random() < 0.8 else []
            for pk in chance.sample(range(1, 40), 8)
        }
        database_engine.put(batch)
    assert_counts_are_true()
    for pk in range(1, 40):
        database_engine.put({Key("article", pk): []})
    assert not any(model.objects.exists() for model in (Thing, Part, Posting, TermCount, WordCount, Shelf))


def test_the_same_again_writes_nothing(database_engine, django_assert_max_num_queries):
    thing = {Key("article", 1): [document(1, "Keys", "and locks")]}
    database_engine.put(thing)
    before = Thing.objects.get().pk
    with django_assert_max_num_queries(6):
        database_engine.put(thing)
    assert Thing.objects.get().pk == before


def test_a_change_that_is_rolled_back_leaves_nothing(database_engine):
    database_engine.put({Key("article", 1): [document(1, "Keys")]})
    with pytest.raises(RuntimeError), transaction.atomic():
        database_engine.put({Key("article", 1): [document(1, "Locks")], Key("article", 2): [document(2, "Doors")]})
        raise RuntimeError
    assert_counts_are_true()
    assert found(database_engine.search(Query("keys locks doors", frozenset({"everyone"})))) == [1]


@pytest.mark.django_db(transaction=True)
def test_counts_stay_true_while_many_write_and_one_rebuilds(database_engine):
    """Four writers on the same few things, some of them rolled back, searches all the while, and a rebuild among it."""
    current: dict[Key, list] = {}
    problems = []
    stop = threading.Event()

    def guarded(function, *args):
        def run():
            try:
                function(*args)
            except Exception as error:  # noqa: BLE001 (told below: a thread has nobody else to tell)
                problems.append(error)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def write(seed):
        chance = random.Random(seed)
        for _turn in range(8):
            keys = [Key("article", pk) for pk in chance.sample(range(1, 15), 3)]
            batch = {key: a_thing(chance, key.pk) if chance.random() < 0.8 else [] for key in keys}
            try:
                with transaction.atomic():
                    database_engine.put(batch)
                    if chance.random() < 0.2:
                        raise KeyError
            except KeyError:
                pass
            else:
                current.update(batch)

    def write_others(seed):
        chance = random.Random(seed)
        for turn in range(8):
            key = Key("faq", seed * 100 + turn)
            database_engine.put({key: a_thing(chance, key.pk)})

    def read():
        while not stop.is_set():
            database_engine.search(Query("worda wordb wordz", frozenset({"everyone", "staff"})))

    def rebuild():
        for _turn in range(2):
            everything = {key: [*documents] for key, documents in current.items() if documents}
            kept = {
                Key(thing.kind, thing.object_id): None
                for thing in Thing.objects.filter(generation=IndexState.objects.get(pk=1).live, kind="faq")
            }
            chance = random.Random(1)
            database_engine.rebuild([*everything.items(), *((key, a_thing(chance, key.pk)) for key in kept)])

    database_engine.put({Key("article", 1): a_thing(random.Random(0), 1)})
    current[Key("article", 1)] = a_thing(random.Random(0), 1)
    reader = guarded(read)
    reader.start()
    threads = [
        guarded(write, 1),
        guarded(write, 2),
        guarded(write_others, 3),
        guarded(write_others, 4),
        guarded(rebuild),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    reader.join()
    assert not problems
    assert_counts_are_true()
    live = IndexState.objects.get(pk=1).live
    assert not Thing.objects.exclude(generation=live).exists()
    assert not Shelf.objects.exclude(generation=live).exists()


def test_what_changes_during_a_rebuild_is_in_the_new_index(database_engine):
    for pk in (1, 2, 3):
        database_engine.put({Key("article", pk): [document(pk, "Old")]})

    def things():
        database_engine.put(
            {Key("article", 2): [document(2, "New")], Key("article", 3): [], Key("article", 4): [document(4, "New")]}
        )
        for pk in (1, 2, 3):  # as the rebuild read them before that change
            yield Key("article", pk), [document(pk, "Old")]

    database_engine.rebuild(things())
    everyone = frozenset({"everyone"})
    assert found(database_engine.search(Query("old", everyone))) == [1]
    assert sorted(found(database_engine.search(Query("new", everyone)))) == [2, 4]
    assert set(database_engine.keys()) == {Key("article", pk) for pk in (1, 2, 4)}
    assert_counts_are_true()


def test_a_rebuild_that_was_broken_off_is_told_and_done_again(database_engine, time_machine):
    database_engine.put({Key("article", 1): [document(1, "Keys")]})

    def broken():
        yield from ((Key("article", pk), [document(pk, "Half")]) for pk in range(2, 300))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database_engine.rebuild(broken())
    assert database_engine.state() == "rebuilding"
    everyone = frozenset({"everyone"})
    assert database_engine.search(Query("half", everyone)).total == 0
    database_engine.put({Key("article", 9): [document(9, "Keys")]})
    assert database_engine.search(Query("keys", everyone)).total == 2
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert "rebuild_index" in database_engine.state()
    database_engine.rebuild([(Key("article", 1), [document(1, "Keys")])])
    assert database_engine.state() == "ready"
    assert database_engine.search(Query("keys", everyone)).total == 1
    assert_counts_are_true()
    assert Thing.objects.count() == 1
    assert IndexState.objects.get().built_at <= timezone.now()


def test_a_rebuild_that_a_later_one_replaced_changes_nothing(database_engine):
    first = writing.begin()
    second = writing.begin()
    writing.put({Key("article", 1): [document(1, "First")]}, generation=first)
    writing.put({Key("article", 2): [document(2, "Second")]}, generation=second)
    assert not writing.finish(first)
    assert writing.finish(second)
    assert found(database_engine.search(Query("first second", frozenset({"everyone"})))) == [2]


def test_a_word_in_very_many_things_is_ranked_from_the_best_and_counted_in_full(database_engine, monkeypatch):
    monkeypatch.setattr("search.searching.MOST_OF_A_TERM", 20)
    monkeypatch.setattr("search.searching.LEAST_OF_A_SHELF", 5)
    things = {
        Key("article", pk): [document(pk, "Keys" if pk == 77 else "Other", "the keys " + "and more words " * pk)]
        for pk in range(1, 101)
    }
    things[Key("faq", 1)] = [document(1, "Keys", kind="faq")]
    database_engine.put(things)
    answer = database_engine.search(Query("keys", frozenset({"everyone"}), limit=3))
    assert answer.total == 101
    assert answer.counts["kind"] == {"article": 100, "faq": 1}
    assert {(hit.key.kind, hit.key.pk) for hit in answer.hits[:2]} == {("article", 77), ("faq", 1)}
    both = database_engine.search(Query("keys words", frozenset({"everyone"}), limit=3))
    assert both.total == 101
