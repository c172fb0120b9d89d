"""One search system measured in a process of its own: `python -m benchmarks.search_systems SYSTEM JOB`.

JOB is JSON of what benchmarks.search asks; the answer is JSON on the last line of the output.
"""

import json
import math
import os
import re
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Protocol

from benchmarks.search_collections import Collection, Thing, judged, made_up, with_typo

LIMIT = 10


class System(Protocol):
    """Something that searches."""

    def index(self, things: list[Thing]) -> None: ...

    def search(self, text: str) -> list[str]: ...

    def size(self) -> int:
        """Return the bytes that the index takes on disk or in memory."""


class Bm25s:
    """Plain BM25 in memory, English stems, no stop words; the title thrice, the best of 24 ways that were tried."""

    def index(self, things: list[Thing]) -> None:
        import bm25s
        import Stemmer

        self.ids = [thing.id for thing in things]
        self.stemmer = Stemmer.Stemmer("english")
        self.tokenize = bm25s.tokenize
        tokens = self.tokenize(
            [f"{thing.title}\n" * 3 + thing.text for thing in things],
            stopwords="en",
            stemmer=self.stemmer,
            show_progress=False,
        )
        self.retriever = bm25s.BM25()
        self.retriever.index(tokens, show_progress=False)

    def search(self, text: str) -> list[str]:
        tokens = self.tokenize(text, stopwords="en", stemmer=self.stemmer, show_progress=False)
        if not tokens.vocab:
            return []
        found, scores = self.retriever.retrieve(tokens, k=min(LIMIT, len(self.ids)), show_progress=False)
        return [self.ids[place] for place, score in zip(found[0], scores[0], strict=True) if score > 0]

    def size(self) -> int:
        return sum(array.nbytes for array in self.retriever.scores.values() if hasattr(array, "nbytes"))


class Fts5:
    """SQLite's own full text search on disk: Porter's stems, the title counts three times."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="tierdesk-benchmark-")
        self.path = Path(self.folder, "fts5.sqlite3")

    def index(self, things: list[Thing]) -> None:
        self.connection = sqlite3.connect(self.path)
        self.connection.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')"
        )
        self.connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?)", ((thing.id, thing.title, thing.text) for thing in things)
        )
        self.connection.commit()

    def search(self, text: str) -> list[str]:
        words = [f'"{word}"' for word in re.findall(r"\w+", text)]
        if not words:
            return []
        rows = self.connection.execute(
            "SELECT id FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, 0, 3, 1) LIMIT ?",
            (" OR ".join(words), LIMIT),
        )
        return [row[0] for row in rows]

    def size(self) -> int:
        return self.path.stat().st_size


class Ours:
    """One of the desk's engines, through its interface, as somebody who may see what everybody sees."""

    def __init__(self, name: str) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        self.folder = Path(os.environ["VAR_DIR"])
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from search.engines import engine

        self.engine, self.name = engine(), name

    def index(self, things: list[Thing]) -> None:
        from search.engine import Document, Key

        self.ids = [thing.id for thing in things]

        def documents():
            for number, thing in enumerate(things):
                key = Key("article", number)
                yield (
                    key,
                    [
                        Document(
                            key=key,
                            part=f"part-{place}" if place else "",
                            title=thing.title,
                            heading=heading,
                            body=body,
                            section=f"docs/{number % 20}",
                            audience=frozenset({"everyone"}),
                        )
                        for place, (heading, body) in enumerate(thing.parts or (("", ""),))
                    ],
                )

        self.engine.rebuild(documents())
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def search(self, text: str) -> list[str]:
        from search.engine import Query

        answer = self.engine.search(Query(text=text, tokens=frozenset({"everyone"}), limit=LIMIT))
        return [self.ids[hit.key.pk] for hit in answer.hits]

    def size(self) -> int:
        from django.db import connection

        if self.name == "database-postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'search%%'"
                )
                return int(cursor.fetchone()[0])
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


SYSTEMS = {
    "bm25s": Bm25s,
    "fts5": Fts5,
    "whoosh": lambda: Ours("whoosh"),
    "database-sqlite": lambda: Ours("database-sqlite"),
    "database-postgresql": lambda: Ours("database-postgresql"),
}


def measured(system: System, collection: Collection) -> dict:
    """Return what a system does on a collection: seconds, sizes, and the quality where it is judged."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    system.index(collection.things)
    result = {"collection": collection.name, "things": len(collection.things), "index_s": time.perf_counter() - start}
    texts = list(collection.queries.items())
    for _id, text in texts[:30]:
        system.search(text)
    for name, change in (("plain", lambda text, _id: text), ("typo", with_typo)):
        if name == "typo" and not collection.judged:
            continue
        times, busy, found = [], [], {}
        for query, text in texts:
            asked = change(text, query)
            start, used = time.perf_counter(), time.process_time()
            found[query] = system.search(asked)
            times.append((time.perf_counter() - start) * 1000)
            busy.append((time.process_time() - used) * 1000)
        result[name] = {
            "p50_ms": statistics.median(times),
            "p95_ms": sorted(times)[int(len(times) * 0.95)],
            "p95_cpu_ms": sorted(busy)[int(len(busy) * 0.95)],
            **(quality(found, collection.judged) if collection.judged else {}),
        }
    result["index_mb"] = system.size() / 1e6
    result["memory_mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return result


def quality(found: dict[str, list[str]], answers: dict[str, set[str]]) -> dict[str, float]:
    """Return MRR@10, nDCG@10 and recall@10: the mean over all judged queries."""
    mrr = ndcg = recall = 0.0
    for query, right in answers.items():
        ranks = [rank for rank, thing in enumerate(found[query][:LIMIT], 1) if thing in right]
        mrr += 1 / ranks[0] if ranks else 0
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(right), LIMIT) + 1))
        ndcg += sum(1 / math.log2(rank + 1) for rank in ranks) / ideal
        recall += len(ranks) / len(right)
    count = len(answers)
    return {"mrr": mrr / count, "ndcg": ndcg / count, "recall": recall / count}


def main() -> None:
    name, job = sys.argv[1], json.loads(sys.argv[2])
    if "size" in job:
        collection = made_up(job["size"])
    else:
        collection = judged(Path(job["folder"]), Path(job["documents"]) if job.get("documents") else None)
    system = SYSTEMS[name]()
    try:
        print(json.dumps(measured(system, collection)))
    finally:
        if isinstance(system, Fts5):
            shutil.rmtree(system.folder)


if __name__ == "__main__":
    main()
