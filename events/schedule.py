"""The schedule of the code, written to the database, where beat reads it."""

from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask

# What the desk declared carries this mark; tasks that an operator added by hand do not, and are never
# touched.
MARK = "Declared in config/schedule.py."


@transaction.atomic
def sync() -> tuple[int, int]:
    """Create, change and remove the periodic tasks of the desk so that they match settings.SCHEDULE.

    Return how many were written and how many removed. Repeating it writes nothing; a task that an operator switched
    off stays off.
    """
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
    return changed, removed


def sync_after_migrate(*, using: str, **signal: Any) -> None:
    """Let `migrate` leave the schedule as the code has it; nothing where beat's tables are not (or not yet) its own."""
    connection, table = connections[using], PeriodicTask._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    if all(field.column in columns for field in PeriodicTask._meta.concrete_fields):
        sync()
