"""Write the schedule of the code to the database, where beat reads it."""

from typing import Any

from django.core.management.base import BaseCommand

from events import schedule


class Command(BaseCommand):
    """Make the periodic tasks of the desk match settings.SCHEDULE, as `migrate` does by itself."""

    help = "Writes the schedule of config/schedule.py to the database; migrate does so as well."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and write; tell how many tasks changed."""
        changed, removed = schedule.sync()
        if changed or removed:
            self.stdout.write(f"Schedule: {changed} tasks written, {removed} removed.")
