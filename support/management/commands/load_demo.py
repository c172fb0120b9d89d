"""Fill an empty desk with a company, its customers, and a month of tickets."""

import random
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.dispatch import silence
from events.models import Delivery
from sla.sweep import sweep
from support.demo import company
from support.demo.bulk import load_many
from support.demo.living import load_tickets
from support.models import Ticket

LIVING = 320
LOGINS = tuple((role, email, company.PASSWORD) for role, email in company.LOGINS)


class Command(BaseCommand):
    """Load the demo: the same seed makes the same desk, as it would look at the moment of loading."""

    help = "Fill an empty desk with demo data: 30 organisations, 14 people of staff, and 320 or more tickets."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare seed, number of tickets, and what to do with a desk that is not empty."""
        parser.add_argument("--seed", type=int, default=7, help="the same number makes the same desk")
        parser.add_argument(
            "--tickets", type=int, default=LIVING, help="how many; above 320 the rest is written in bulk"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, quietly, where there are people already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything in one transaction. Raises CommandError for a desk that is in use, or in production."""
        if settings.PRODUCTION:
            raise CommandError("The demo has known passwords; it is not loaded with MODE=production.")
        if User.objects.exists() or Ticket.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("This desk has people or tickets already. Load the demo into an empty database.")
        if options["tickets"] < 1:
            raise CommandError("--tickets must be 1 or more.")
        started, now = time.monotonic(), timezone.now().replace(microsecond=0)
        chance = random.Random(options["seed"])  # noqa: S311 (the same every time, on purpose)
        count = options["tickets"]
        with transaction.atomic(), silence():
            people = company.build(chance)
            load_tickets(people, chance, min(count, LIVING), now)
            sweep(now=now)
            # By its name: what can be looked up belongs to an app further up.
            call_command("load_knowledge_demo", stdout=self.stdout)
            # Nobody is told of a past that was made up.
            Delivery.objects.all().delete()
        lived = time.monotonic()
        self.stdout.write(f"Lived through {min(count, LIVING)} tickets in {lived - started:.1f} s.")
        lived = time.monotonic()
        if count > LIVING:
            load_many(count - LIVING, chance, now, report=self.stdout.write)
            seconds = time.monotonic() - lived
            self.stdout.write(
                f"Wrote {count - LIVING:,} more in {seconds:.1f} s ({(count - LIVING) / seconds:,.0f} a second)."
            )
            self.stdout.write("Those are found by the search after `manage.py rebuild_index`.")
