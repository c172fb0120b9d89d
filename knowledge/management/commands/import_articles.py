"""Bring a folder of Markdown in as articles."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from knowledge.importing.applying import import_tree
from knowledge.importing.report import Report
from knowledge.importing.tree import Archive, Folder, TreeRefused
from knowledge.models import Audience


class Command(BaseCommand):
    """Import a folder or zip; what could not be done is told by file and line, and the rest goes on."""

    help = "Import a folder of Markdown as articles (docs/guides/importing.md). Run again, it updates what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the folder and what happens with it."""
        parser.add_argument("folder", help="a folder, or a zip of one")
        parser.add_argument("--sync", action="store_true", help="archive imported articles whose files are gone")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would be done")
        parser.add_argument("--section", default="", help="the path of the section below which all of it stands")
        parser.add_argument(
            "--audience",
            default=Audience.EVERYONE,
            choices=[each for each in Audience.values if each != Audience.TIERS],
            help="who may read what does not say so itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each finding, then the sum. Raises CommandError when something was not done."""
        path = Path(options["folder"])
        shown = 0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            if self.stderr.isatty() and (done * 20 // total > shown or done == total):
                shown = done * 20 // total
                self.stderr.write(f"{done} of {total}\r", ending="")

        try:
            if path.is_file():
                with path.open("rb") as file:
                    report = self._import(Archive(file, path.name), options, progress)
            else:
                report = self._import(Folder(path), options, progress)
        except TreeRefused as refused:
            raise CommandError(str(refused)) from None
        for finding in report.findings:
            self.stdout.write(str(finding))
        words = (
            f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
            f"{report.archived} archived, {report.failed} not done; {report.sections} sections, "
            f"{report.snippets} snippets, {report.files} files, {report.redirects} redirects. "
        )
        words += ", ".join(f"{count} {sort}" for sort, count in report.counts.items()) or "Nothing to report."
        if options["dry_run"]:
            words = f"Nothing was changed. {words}"
        if report.failed:
            raise CommandError(words)
        self.stdout.write(words)

    def _import(self, tree: Archive | Folder, options: dict[str, Any], progress: Any) -> Report:
        return import_tree(
            tree,
            by=Actor.system(),
            section=options["section"],
            audience=options["audience"],
            is_sync=options["sync"],
            is_dry_run=options["dry_run"],
            progress=progress,
        )
