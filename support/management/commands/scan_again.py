"""`manage.py scan_again`: let the virus scanner look again at files that it could not look at."""

from typing import Any

from django.core.management.base import BaseCommand

from support.actions.scan_files import scan_again


class Command(BaseCommand):
    """For after the scanner's limits were raised: the next sweep, within 30 seconds, tries these files anew."""

    help = "Let the virus scanner look again at files that it could not look at, as after its limits were raised."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many files wait for the scanner again."""
        self.stdout.write(f"{scan_again()} files wait for the scanner again.")
