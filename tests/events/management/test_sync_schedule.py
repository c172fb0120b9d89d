"""`manage.py sync_schedule`: the table of the code becomes the rows that beat reads."""

import importlib

import pytest
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from config.schedule import SCHEDULE
from events.schedule import MARK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_yet():
    PeriodicTask.objects.all().delete()


def declared():
    return PeriodicTask.objects.filter(description=MARK)


def test_each_job_of_the_schedule_becomes_a_periodic_task():
    call_command("sync_schedule")
    assert {task.name: {"task": task.task, "every_seconds": task.interval.every} for task in declared()} == SCHEDULE
    assert {task.interval.period for task in declared()} == {IntervalSchedule.SECONDS}


def test_a_migration_leaves_the_schedule_of_the_code():
    call_command("migrate", verbosity=0)
    assert {task.name for task in declared()} == set(SCHEDULE)


def test_repeating_it_writes_nothing(django_assert_num_queries, capsys):
    call_command("sync_schedule")
    changed_at = PeriodicTasks.objects.get().last_update
    capsys.readouterr()
    call_command("sync_schedule")
    assert PeriodicTasks.objects.get().last_update == changed_at
    assert capsys.readouterr().out == ""


def test_a_changed_interval_is_taken_over(settings, monkeypatch):
    call_command("sync_schedule")
    name, job = next(iter(SCHEDULE.items()))
    monkeypatch.setitem(SCHEDULE, name, {**job, "every_seconds": 7})
    call_command("sync_schedule")
    assert PeriodicTask.objects.get(name=name).interval.every == 7


def test_a_job_that_left_the_schedule_is_removed(monkeypatch):
    call_command("sync_schedule")
    name = next(iter(SCHEDULE))
    monkeypatch.delitem(SCHEDULE, name)
    call_command("sync_schedule")
    assert not PeriodicTask.objects.filter(name=name).exists()


def test_an_operators_own_task_is_left_alone():
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    PeriodicTask.objects.create(name="Own report", task="reports.send", interval=interval)
    call_command("sync_schedule")
    assert PeriodicTask.objects.filter(name="Own report").exists()


def test_a_task_that_was_switched_off_stays_off():
    call_command("sync_schedule")
    name = next(iter(SCHEDULE))
    PeriodicTask.objects.filter(name=name).update(enabled=False)
    call_command("sync_schedule")
    assert not PeriodicTask.objects.get(name=name).enabled


@pytest.mark.parametrize("job", SCHEDULE.values(), ids=lambda job: job["task"])
def test_each_task_of_the_schedule_exists(job):
    module, _, name = job["task"].rpartition(".")
    assert getattr(importlib.import_module(module), name).name == job["task"]
