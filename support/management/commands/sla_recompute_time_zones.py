"""Compute every running promise anew, after an upgrade of the time-zone data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from sla import recalculating, zone_data
from sla.actions.ask_recalculation import ask_recalculation
from sla.models import Metric, Recalculation
from support.actions import recalculate


class Command(BaseCommand):
    """Find anew when each running promise is due, with the data that is installed now, and list what moved.

    Restart the desk's processes first: a process keeps the rules that it started with. A run that was killed is
    taken up where it was.
    """

    help = (
        "Compute every running promise anew with the time-zone data that is installed now, and list what moved. "
        "Restart web, worker and beat first: they keep the rules that they started with."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two ways to run it."""
        parser.add_argument("--dry-run", action="store_true", help="list what would move, and change nothing")
        parser.add_argument("--again", action="store_true", help="compute even though this data was used before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each promise that moved (ticket, metric, old and new end in UTC), then their number."""
        version, last = zone_data.installed(), recalculating.last_zone_data()
        if last and last.zone_data == version != zone_data.UNKNOWN and not options["again"] and not options["dry_run"]:
            when = timezone.localtime(last.asked_at, timezone.get_default_timezone())
            self.stdout.write(
                f"Nothing new: time-zone data {version} was used on {when:%Y-%m-%d}. Use --again to compute anyway."
            )
            return
        before = f", {last.zone_data} was used last" if last else ""
        self.stdout.write(f"Time-zone data {version} is installed{before}.")
        job = Recalculation(kind=Recalculation.Kind.ZONE_DATA, name=version, zone_data=version, asked_at=timezone.now())
        if options["dry_run"]:
            self._rehearse(job)
        else:
            self._work(recalculating.open_zone_data(version) or ask_recalculation(job, by=None))

    def _rehearse(self, job: Recalculation) -> None:
        moved = 0
        for number, move in recalculating.rehearse(job):
            self._say(number, move)
            moved += 1
        self.stdout.write(f"{moved} {'promise' if moved == 1 else 'promises'} would move. Nothing was changed.")

    def _work(self, job: Recalculation) -> None:
        shown = 0
        going = True
        while going:
            going = recalculate.batch(job.pk)
            for move in recalculating.moves_of(job).filter(pk__gt=shown).order_by("pk"):
                self._say(
                    move.ticket_id, recalculating.Moved(move.metric, move.cycle, move.old_due_at, move.new_due_at)
                )
                shown = move.pk
        job.refresh_from_db()
        tickets = f"{job.moved} of {job.done} tickets"
        self.stdout.write(f"The promises of {tickets} moved.")
        for failure in recalculating.failures_of(job).order_by("pk"):
            self.stderr.write(f"#{failure.ticket_id} failed and is as it was: {failure.error}")

    def _say(self, number: int, move: recalculating.Moved) -> None:
        ends = [f"{end:%Y-%m-%d %H:%M:%S}Z" if end else "-" for end in (move.old, move.new)]
        self.stdout.write(f"#{number} {Metric(move.metric).label}: {ends[0]} -> {ends[1]}")
