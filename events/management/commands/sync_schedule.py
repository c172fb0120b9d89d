"""Write the schedule of the code to the database, where beat reads it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask

# What the desk declared carries this mark; tasks that an operator added by hand do not, and are never
# touched.
MARK = "Declared in config/schedule.py."


class Command(BaseCommand):
    """Create, change and remove the periodic tasks of the desk so that they match settings.SCHEDULE.

    Repeating it writes nothing. A task that an operator switched off stays off.
    """

    help = "Writes the schedule of config/schedule.py to the database (after migrate)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and write; tell how many tasks changed."""
        schedule = import_string(settings.SCHEDULE)
        changed = 0
        for name, job in schedule.items():
            interval, _ = IntervalSchedule.objects.get_or_create(
                every=job["every_seconds"], period=IntervalSchedule.SECONDS
            )
            wanted = {
                "task": job["task"],
                "interval_id": interval.pk,
                "crontab_id": None,
                "description": MARK,
                # A run that beat could not hand over before the next one is due is not worth running.
                "expire_seconds": max(60, job["every_seconds"]),
            }
            task = PeriodicTask.objects.filter(name=name).first() or PeriodicTask(name=name)
            if task.pk is None or any(getattr(task, field) != value for field, value in wanted.items()):
                for field, value in wanted.items():
                    setattr(task, field, value)
                task.save()
                changed += 1
        removed, _ = PeriodicTask.objects.filter(description=MARK).exclude(name__in=schedule).delete()
        if changed or removed:
            self.stdout.write(f"Schedule: {changed} tasks written, {removed} removed.")
