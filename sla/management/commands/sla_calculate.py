"""Answer questions about open time, line by line."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from sla.calculate import answer


class Command(BaseCommand):
    """Read JSON lines on standard input and write one answer a line, in the same order (see `sla.calculate`)."""

    help = "Answer JSON lines on standard input: add, between, pause, local. A bad line is answered with its error."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer until the input ends; each answer leaves at once, so that a program may ask one by one."""
        for line in getattr(sys.stdin, "buffer", sys.stdin):
            text = line.decode(errors="replace") if isinstance(line, bytes) else line
            self.stdout.write(json.dumps(answer(text), ensure_ascii=False))
            self.stdout.flush()
