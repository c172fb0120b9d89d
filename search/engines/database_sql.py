# ruff: noqa: S608 (names are our own; everything else is a parameter)
"""The statements of the database engine that Django's ORM cannot say, for PostgreSQL and SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Any number that nobody else uses: writers of the index wait for each other on it.
WRITERS = 5_362_114_703
SQLITE_MOST_VALUES = 20_000


def is_postgresql(connection: BaseDatabaseWrapper) -> bool:
    """Return whether this is PostgreSQL; else it is SQLite."""
    return connection.vendor == "postgresql"


def lock(connection: BaseDatabaseWrapper) -> None:
    """Wait until no other transaction writes the index. SQLite has one writer at a time anyway."""
    with connection.cursor() as cursor:
        if is_postgresql(connection):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        else:  # a write takes SQLite's lock, in a transaction that only read so far as well
            cursor.execute("UPDATE search_indexstate SET live = live WHERE id = 1")


def analyse(connection: BaseDatabaseWrapper) -> None:
    """Let the planner know the tables after they were filled, and PostgreSQL read postings from their index alone."""
    verb = "VACUUM (ANALYZE)" if is_postgresql(connection) and not connection.in_atomic_block else "ANALYZE"
    with connection.cursor() as cursor:
        for table in ("posting", "termcount", "wordcount", "thing", "part", "spelling", "term", "shelf"):
            cursor.execute(f"{verb} search_{table}")


def insert(connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows, the fastest way."""
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgresql(connection):
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def numbers(connection: BaseDatabaseWrapper, table: str, column: str, values: Sequence[str]) -> dict[str, int]:
    """Return the ids of rows by a column's value."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for first in range(0, len(values), SQLITE_MOST_VALUES):
            batch = list(values[first : first + SQLITE_MOST_VALUES])
            if is_postgresql(connection):
                cursor.execute(f"SELECT {column}, id FROM {table} WHERE {column} = ANY(%s::text[])", [batch])
            else:
                marks = ", ".join(["%s"] * len(batch))
                cursor.execute(f"SELECT {column}, id FROM {table} WHERE {column} IN ({marks})", batch)
            found.update(cursor.fetchall())
    return found


def add(connection: BaseDatabaseWrapper, table: str, what: str, rows: Sequence[tuple[Any, int, int]]) -> None:
    """Add to counts by (term or word, shelf); a count that becomes nothing is deleted."""
    if not rows:
        return
    kind = "text" if what == "word" else "int"
    with connection.cursor() as cursor:
        if is_postgresql(connection):
            cursor.execute(
                f"INSERT INTO {table} ({what}, shelf_id, things)"
                f" SELECT * FROM unnest(%s::{kind}[], %s::int[], %s::int[])"
                f" ON CONFLICT ({what}, shelf_id) DO UPDATE SET things = {table}.things + excluded.things",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {table} ({what}, shelf_id, things) VALUES (%s, %s, %s)"
                f" ON CONFLICT ({what}, shelf_id) DO UPDATE SET things = things + excluded.things",
                rows,
            )
        fewer = [(key, shelf) for key, shelf, often in rows if often < 0]
        if not fewer:
            return
        if is_postgresql(connection):
            cursor.execute(
                f"DELETE FROM {table} USING unnest(%s::{kind}[], %s::int[]) AS fewer (key, shelf)"
                f" WHERE {table}.{what} = fewer.key AND {table}.shelf_id = fewer.shelf AND things <= 0",
                [list(column) for column in zip(*fewer, strict=True)],
            )
        else:
            cursor.executemany(
                f"DELETE FROM {table} WHERE {what} = %s AND shelf_id = %s AND things <= 0",
                fewer,
            )


def add_to_shelf(connection: BaseDatabaseWrapper, table: str, shelf: int, things: int, length: int) -> None:
    """Add to a shelf's own counts; an empty shelf is deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET things = things + %s, length = length + %s WHERE id = %s",
            [things, length, shelf],
        )
        cursor.execute(f"DELETE FROM {table} WHERE id = %s AND things <= 0", [shelf])


def remembered(connection: BaseDatabaseWrapper, table: str, words: Sequence[str]) -> set[str]:
    """Return which of these words are kept there: each leaves itself, too, when nothing is taken from it."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for first in range(0, len(words), SQLITE_MOST_VALUES):
            listed, values = _listed(connection, words[first : first + SQLITE_MOST_VALUES], "text")
            cursor.execute(f"SELECT word FROM {table} WHERE rest = word AND rest {listed}", values)
            found.update(row[0] for row in cursor.fetchall())
    return found


def remember(connection: BaseDatabaseWrapper, table: str, rows: Sequence[tuple[str, str]]) -> None:
    """Keep what is left of words when a letter is taken from them, once each."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if is_postgresql(connection):
            cursor.execute(
                f"INSERT INTO {table} (rest, word) SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            cursor.executemany(f"INSERT OR IGNORE INTO {table} (rest, word) VALUES (%s, %s)", rows)


def counts(connection: BaseDatabaseWrapper, terms: Iterable[str], shelves: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return (term, its id, shelf, things) of these terms on these shelves."""
    query = (
        "SELECT t.term, t.id, c.shelf_id, c.things FROM search_term t JOIN search_termcount c ON c.term_id = t.id"
        " WHERE t.term {} AND c.shelf_id {}"
    )
    return _two_lists(connection, query, list(terms), "text", shelves)


def near_words(connection: BaseDatabaseWrapper, rests: Iterable[str], shelves: Sequence[int]) -> dict[str, int]:
    """Return words that leave one of these when a letter is taken, with their count on these shelves."""
    query = (
        "SELECT word, SUM(things) FROM search_wordcount WHERE word IN (SELECT word FROM search_spelling WHERE rest {})"
        " AND shelf_id {} GROUP BY word"
    )
    return {word: int(often) for word, often in _two_lists(connection, query, list(rests), "text", shelves)}


def completions(connection: BaseDatabaseWrapper, prefix: str, shelves: Sequence[int], most: int) -> list[str]:
    """Return the words on these shelves that begin so, the most frequent first."""
    query = (
        "SELECT word FROM search_wordcount WHERE word >= %s AND word < %s AND shelf_id {}"
        " GROUP BY word ORDER BY SUM(things) DESC, word LIMIT %s"
    )
    with connection.cursor() as cursor:
        shelf_list, values = _listed(connection, shelves, "int")
        cursor.execute(query.format(shelf_list), [prefix, prefix + "\U0010ffff", *values, most])
        return [row[0] for row in cursor.fetchall()]


def ranked(
    connection: BaseDatabaseWrapper,
    pairs: Sequence[tuple[int, int, int, float, float]],
    musts: Sequence[Sequence[int]],
    *,
    hit_shelves: Sequence[int],
    enough: float,
    k: float,
    most_of_a_term: Sequence[int],
    most: int,
    is_best_of_word: bool,
) -> tuple[list[tuple[int, int, float]], dict[int, int]]:
    """Return the best things (id, shelf, score) on `hit_shelves`, and how many match on each shelf of `pairs`.

    `pairs` are (word, term, shelf, weight, norm): a term's postings on a shelf earn the word
    weight · frequency / (frequency + k + norm · length). With `is_best_of_word` the best term of a word counts, else
    their sum. A thing must have a term of each of `musts`, and earn `enough` by its words' weights. Of each pair's
    postings only the first `most_of_a_term` are read (SQLite: all).
    """
    if not pairs:
        return [], {}
    postgresql = is_postgresql(connection)
    values: list[Any] = []
    if postgresql:
        source = (
            "unnest(%s::int[], %s::int[], %s::int[], %s::float8[], %s::float8[], %s::int[])"
            " AS w (word, term, shelf, weight, norm, most)"
            " CROSS JOIN LATERAL (SELECT thing_id, frequency, length FROM search_posting"
            " WHERE term_id = w.term AND shelf_id = w.shelf ORDER BY place LIMIT w.most) AS p"
        )
        values += [*(list(column) for column in zip(*pairs, strict=True)), list(most_of_a_term)]
        where = "TRUE"
    else:
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(pairs))
        source = (
            "(SELECT column1 AS word, column2 AS term, column3 AS shelf, column4 AS weight, column5 AS norm"
            f" FROM (VALUES {rows})) AS w CROSS JOIN search_posting AS p"
        )
        values += [value for pair in pairs for value in pair]
        where = "p.term_id = w.term AND p.shelf_id = w.shelf"
    for must in musts:
        listed, more = _listed(connection, must, "int")
        where += f" AND EXISTS (SELECT 1 FROM search_posting m WHERE m.thing_id = p.thing_id AND m.term_id {listed})"
        values += more
    earned = "w.weight * p.frequency / (p.frequency + %s + w.norm * p.length)"
    if is_best_of_word:
        matched = (
            "SELECT thing_id, shelf, SUM(earned) AS score FROM (SELECT p.thing_id, w.shelf, w.word,"
            f" MAX({earned}) AS earned, MAX(w.weight) AS weight FROM {source} WHERE {where}"
            " GROUP BY p.thing_id, w.shelf, w.word) AS words GROUP BY thing_id, shelf HAVING SUM(weight) >= %s"
        )
    else:
        matched = (
            f"SELECT p.thing_id, w.shelf, SUM({earned}) AS score FROM {source} WHERE {where}"
            " GROUP BY p.thing_id, w.shelf HAVING SUM(w.weight) >= %s"
        )
    listed, more = _listed(connection, hit_shelves, "int")
    statement = (
        f"WITH matched AS MATERIALIZED ({matched})"
        f" SELECT thing_id, shelf, score FROM (SELECT thing_id, shelf, score FROM matched WHERE shelf {listed}"
        " ORDER BY score DESC, thing_id LIMIT %s) AS best"
        " UNION ALL SELECT NULL, shelf, COUNT(*) FROM matched GROUP BY shelf"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [k, *values, enough, *more, most])
        rows_found = cursor.fetchall()
    best = [(thing, shelf, float(score)) for thing, shelf, score in rows_found if thing is not None]
    return best, {shelf: int(often) for thing, shelf, often in rows_found if thing is None}


def places(
    connection: BaseDatabaseWrapper, things: Sequence[int], terms: Sequence[int]
) -> list[tuple[int, int, int, bytes]]:
    """Return (thing, term, frequency, positions) of these terms in these things."""
    query = "SELECT thing_id, term_id, frequency, positions FROM search_posting WHERE thing_id {} AND term_id {}"
    return [
        (thing, term, often, bytes(where))
        for thing, term, often, where in _two_lists(connection, query, things, "int", terms)
    ]


def _two_lists(
    connection: BaseDatabaseWrapper, query: str, first: Sequence[Any], kind: str, second: Sequence[int]
) -> list[Any]:
    if not first or not second:
        return []
    one, values = _listed(connection, first, kind)
    other, more = _listed(connection, second, "int")
    with connection.cursor() as cursor:
        cursor.execute(query.format(one, other), [*values, *more])
        return list(cursor.fetchall())


def _listed(connection: BaseDatabaseWrapper, values: Sequence[Any], kind: str) -> tuple[str, list[Any]]:
    """Return a condition that a column is one of these, and its parameters."""
    if is_postgresql(connection):
        return f"= ANY(%s::{kind}[])", [list(values)]
    return f"IN ({', '.join(['%s'] * len(values))})", list(values)
