"""Compare every stored timer with what its ticket's events say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from support.models import Ticket
from support.verifying import verify


class Command(BaseCommand):
    """Replay the events of all tickets, or of one, and list where a stored value differs; change nothing."""

    help = "Replay each ticket's events and list every timer that is not what they say. Exit code 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the ticket to look at."""
        parser.add_argument("--ticket", type=int, metavar="NUMBER", help="look at this ticket alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference as a line. Raises CommandError (exit code 1) if there are any, or no such ticket."""
        number = options["ticket"]
        if number is not None and not Ticket.objects.filter(pk=number).exists():
            raise CommandError(f"There is no ticket {number}.")
        looked = differing = found = 0
        for ticket in verify(number):
            looked += 1
            differing += bool(ticket.differences)
            found += len(ticket.differences)
            for difference in ticket.differences:
                self.stdout.write(f"#{ticket.number} {difference}")
        tickets = f"{looked:,} ticket{'' if looked == 1 else 's'}"
        if found:
            raise CommandError(f"Looked at {tickets}: {found:,} differences in {differing:,} of them.")
        self.stdout.write(f"Looked at {tickets}: no differences.")
