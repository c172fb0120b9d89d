"""Importing the archives that people sent in the console, one after another, in a worker."""

from __future__ import annotations

import structlog

from accounts.actors import Actor
from content.files import open_file
from knowledge.actions.send_import import KEPT_FINDINGS, claim_import, finish_import, tell_progress
from knowledge.importing.applying import import_tree
from knowledge.importing.report import Report
from knowledge.importing.tree import Archive, TreeRefused
from knowledge.models import ArticleImport

logger = structlog.get_logger(__name__)
COUNTS = "created updated unchanged archived failed sections snippets files redirects".split()


def run_waiting() -> int:
    """Import every archive that waits. Return how many. One that breaks the importer is told, and not tried again."""
    count = 0
    while (row := claim_import()) is not None:
        _run(row)
        count += 1
    return count


def _run(row: ArticleImport) -> None:
    by = Actor.person(row.uploaded_by) if row.uploaded_by and row.uploaded_by.is_active else Actor.anonymous()
    try:
        with open_file(row.path) as file:
            report = import_tree(
                Archive(file, row.name),
                by=by,
                section=row.section,
                audience=row.audience,
                is_sync=row.is_sync,
                is_dry_run=row.is_dry_run,
                progress=lambda done, total: tell_progress(row, done, total),
            )
    except TreeRefused as refused:
        finish_import(row, refusal=str(refused))
    except Exception as error:
        logger.exception("import_failed", key=str(row.pk))
        finish_import(row, refusal=f"{type(error).__name__}")
        raise
    else:
        finish_import(row, report=told(report))


def told(report: Report) -> dict[str, object]:
    """Return a report as JSON keeps it."""
    return {
        "counts": {name: getattr(report, name) for name in COUNTS},
        "sorts": report.counts,
        "findings": [
            [each.file, each.line, str(each.sort.value), each.message] for each in report.findings[:KEPT_FINDINGS]
        ],
        "left": max(0, len(report.findings) - KEPT_FINDINGS),
    }
