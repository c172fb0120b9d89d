"""Measure both search engines next to bm25s and SQLite FTS5: how well they rank, and how fast they are.

    make benchmark-search SEARCH="--kb FOLDER"            all of it: minutes, most of them for 100,000 documents
    python -m benchmarks.search --sizes 1000,2000         smaller
    python -m benchmarks.search --systems whoosh,bm25s --sizes "" --kb FOLDER

Judged collections are the folders below `--collections`; one without `docs.jsonl` takes the Markdown of `--kb` and is
left out without it. Each system runs in a process of its own, one after the other, with the same queries; the misspelt
ones have one slip each. Ratios are to the best of bm25s and FTS5 in the same run; times say little elsewhere. CPU is
that of the process that asks, which is all of it but for PostgreSQL: it says what a busy machine's clock hides.
`database-postgresql` needs a PostgreSQL on which databases may be created (BENCHMARK_DATABASE_URL).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.run import ROOT, database
from benchmarks.search_systems import SYSTEMS

BASELINES = ("bm25s", "fts5")
# (collection, engine, what, at most or at least): docs/guides/search.md says where they come from.
LATENCY_GOALS = {
    ("2,000", "whoosh"): 60,
    ("10,000", "database-postgresql"): 20,
    ("100,000", "database-postgresql"): 100,
}
MOST_LOST_BY_A_SLIP = 0.03


def measured(system: str, job: dict) -> dict | None:
    """Run one system on one collection; None if it failed, which is said."""
    with tempfile.TemporaryDirectory(prefix="tierdesk-benchmark-") as folder:
        environment = {**os.environ, "ENV_FILE": "", "VAR_DIR": folder, "LOG_LEVEL": "ERROR", "DEBUG": "off"}
        environment["SEARCH_ENGINE"] = "whoosh" if system == "whoosh" else "database"
        environment["DATABASE_URL"] = f"sqlite:///{folder}/tierdesk.sqlite3"
        if system == "database-postgresql":
            environment["DATABASE_URL"] = database("tierdesk_benchmark_search")
        words = [sys.executable, "-m", "benchmarks.search_systems", system, json.dumps(job)]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(f"{system} on {job}: failed\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def jobs(options: argparse.Namespace) -> list[dict]:
    """Return what to measure on: judged collections, then sizes."""
    found = []
    for folder in sorted(path for path in Path(options.collections).iterdir() if (path / "qrels.tsv").exists()):
        if (folder / "docs.jsonl").exists() or options.kb:
            found.append({"folder": str(folder), "documents": options.kb})
        else:
            print(f"{folder.name} is left out: --kb names the folder of its documents.", file=sys.stderr)
    return found + [{"size": int(size)} for size in options.sizes.split(",") if size]


def report_quality(name: str, results: dict[str, dict]) -> None:
    """Print how well the systems rank a judged collection."""
    best = max((results[each]["plain"]["ndcg"] for each in BASELINES if each in results), default=0)
    things = next(iter(results.values()))["things"]
    print(f"\n### {name}: {things} documents\n")
    print(
        "| system | nDCG@10 | of the best baseline | MRR@10 | recall@10 | one slip: nDCG@10 | lost | p50 ms | p95 ms | p95 CPU ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for system, result in results.items():
        plain, typo = result["plain"], result["typo"]
        lost = 1 - typo["ndcg"] / plain["ndcg"]
        ratio = f"{plain['ndcg'] / best:.2f} ×" if best else "–"
        print(
            f"| {system} | {plain['ndcg']:.3f} | {ratio} | {plain['mrr']:.3f} | {plain['recall']:.3f}"
            f" | {typo['ndcg']:.3f} | {lost:.1%} | {plain['p50_ms']:.1f} | {plain['p95_ms']:.1f} | {plain['p95_cpu_ms']:.1f} |"
        )
        if system not in BASELINES:
            print(f"| | {said(plain['ndcg'] >= best)} | | | | {said(lost <= MOST_LOST_BY_A_SLIP)} | | | | |")


def report_speed(name: str, results: dict[str, dict]) -> None:
    """Print how fast the systems are at a size."""
    base = results.get("fts5", {}).get("plain", {}).get("p95_ms")
    print(f"\n### {name} made-up documents\n")
    print("| system | p50 ms | p95 ms | p95 CPU ms | p95 to FTS5 | goal | filled in s | index MB | memory MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for system, result in results.items():
        plain, goal = result["plain"], LATENCY_GOALS.get((name, system))
        ratio = f"{plain['p95_ms'] / base:.1f} ×" if base else "–"
        told = f"≤ {goal} ms: {said(plain['p95_ms'] <= goal)}" if goal else ""
        print(
            f"| {system} | {plain['p50_ms']:.1f} | {plain['p95_ms']:.1f} | {plain['p95_cpu_ms']:.1f} | {ratio} | {told}"
            f" | {result['index_s']:.1f} | {result['index_mb']:.1f} | {result['memory_mb']:.0f} |"
        )


def said(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", default=str(ROOT / "tests/data/ir"), help="folder of judged collections")
    parser.add_argument("--kb", default="", help="folder of Markdown that the collection kb judges")
    parser.add_argument("--sizes", default="1000,2000,10000,100000", help="numbers of made-up documents")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="which systems")
    parser.add_argument("--json", default="", help="file to write all numbers to")
    options = parser.parse_args()
    everything = []
    for job in jobs(options):
        results = {}
        for system in options.systems.split(","):
            if result := measured(system, job):
                results[system] = result
                everything.append({"system": system, **result})
        if results:
            name = next(iter(results.values()))["collection"]
            (report_speed if "size" in job else report_quality)(name, results)
            sys.stdout.flush()
    if options.json:
        Path(options.json).write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
