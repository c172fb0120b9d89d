"""Bring tickets in from elsewhere."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from support.actions.import_ticket import import_ticket
from support.errors import Invalid, Refused
from support.importing import read


class Command(BaseCommand):
    """Import each line of a file; lines that cannot be are told by number, and the rest goes on."""

    help = "Import tickets from JSON lines (docs/guides/operators.md). Run again, it brings in what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and whether promises start."""
        parser.add_argument("file", help="a file of JSON lines, or - for standard input")
        parser.add_argument(
            "--start-timers", action="store_true", help="give open tickets their promises, counted from now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each that is refused, then the sum. Raises CommandError (exit code 1) if there is one."""
        name = options["file"]
        try:
            source = nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
        with source as lines:
            new, known, refused = self._import(lines, start_timers=options["start_timers"])
        words = f"{new} imported, {known} here already, {refused} refused."
        if refused:
            raise CommandError(words)
        self.stdout.write(words)

    def _import(self, lines: Iterable[str], *, start_timers: bool) -> tuple[int, int, int]:
        counts = {"new": 0, "known": 0, "refused": 0}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                imported = import_ticket(read(line), by=Actor.system(), start_timers=start_timers)
            except Refused as refused:
                where = f" {refused.field}" if isinstance(refused, Invalid) else ""
                self.stderr.write(f"line {number}{where}: {refused}")
                counts["refused"] += 1
            else:
                counts["new" if imported.is_new else "known"] += 1
        return counts["new"], counts["known"], counts["refused"]
