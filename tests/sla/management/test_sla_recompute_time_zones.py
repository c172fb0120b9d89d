"""New time-zone data: which promises move, computed from a state that other rules have made."""

import io
import shutil
import zoneinfo
from pathlib import Path

import pytest
from django.core.management import call_command

from events.models import Event
from sla import calendars, zone_data
from sla.actions.set_hours import set_hours
from sla.models import Calendar, Recalculation, Timer
from sla.sweep import sweep
from support.actions import recalculate
from support.models import Ticket
from tests.factories.support import make_ticket
from tests.sla.test_recalculating import DAYTIME, clock, row, utc

__all__ = ["clock"]


def use(*folders: Path) -> None:
    """Read zones from these folders, as a process started now would."""
    zoneinfo.reset_tzpath([str(folder) for folder in folders] or None)
    zoneinfo.ZoneInfo.clear_cache()
    for kept in (calendars._zone, calendars.offsets_in, calendars.openings_in, calendars._parse):
        kept.cache_clear()


@pytest.fixture
def zones(tmp_path):
    """A folder of zones in which Berlin has the clocks of Helsinki: version "1999x"."""
    (tmp_path / "Europe").mkdir()
    for source, name in (("Europe/Helsinki", "Europe/Berlin"), ("Etc/UTC", "UTC")):
        found = next(Path(folder) / source for folder in zoneinfo.TZPATH if (Path(folder) / source).is_file())
        shutil.copy(found, tmp_path / name)
    (tmp_path / "+VERSION").write_text("1999x\n")
    yield tmp_path
    use()


def run(*words: str) -> list[str]:
    out = io.StringIO()
    call_command("sla_recompute_time_zones", *words, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def desk(cast, clock, zones):
    """Two tickets under hours of Berlin, one under hours of UTC, promised when Berlin had the clocks of Helsinki."""
    use(zones)
    target = row()
    target.calendar = Calendar.objects.create(key="berlin", name="Berlin")
    set_hours(target.calendar, {**DAYTIME, "zone": "Europe/Berlin"})
    target.seconds = 13 * 1800
    target.save()
    tickets = [make_ticket(cast.alice), make_ticket(cast.alice), make_ticket(cast.bea)]
    Timer.objects.filter(ticket=tickets[1].pk).update(due_at=utc("06-02T08:10:00"), next_check_at=utc("06-02T08:10:01"))
    clock("06-02T09:00:00")
    sweep()
    assert Timer.objects.get(ticket=tickets[0].pk).due_at == utc("06-03T06:30:00")
    assert run()[-1] == "The promises of 0 of 3 tickets moved."
    return tickets


def test_what_other_rules_promised_is_computed_anew_and_listed(desk):
    waiting, late, elsewhere = desk
    assert run() == ["Nothing new: time-zone data 1999x was used on 2025-06-02. Use --again to compute anyway."]
    use()
    version = zone_data.installed()
    heading = f"Time-zone data {version} is installed, 1999x was used last."
    line = f"#{waiting.pk} First response: 2025-06-03 06:30:00Z -> 2025-06-02 14:30:00Z"
    before = list(Timer.objects.order_by("pk").values())
    assert run("--dry-run") == [heading, line, "1 promise would move. Nothing was changed."]
    assert list(Timer.objects.order_by("pk").values()) == before
    assert run() == [heading, line, "The promises of 1 of 3 tickets moved."]
    timer = Timer.objects.get(ticket=waiting.pk)
    assert timer.due_at == Ticket.objects.get(pk=waiting.pk).queue_at == utc("06-02T14:30:00")
    assert timer.next_check_at == utc("06-02T12:52:30")  # a quarter is left
    breached = Timer.objects.get(ticket=late.pk)
    assert (breached.state, breached.due_at) == ("breached", utc("06-02T08:10:00"))
    event = Event.objects.get(name="timer.recalculated", subject_id=waiting.pk)
    assert (event.actor_kind, event.data["why"]) == ("system", "zone_data")
    assert run()[0].startswith("Nothing new")
    assert run("--again")[-1] == "The promises of 0 of 3 tickets moved."
    assert not Event.objects.filter(name="timer.recalculated", subject_id=elsewhere.pk).exists()


def test_a_run_that_was_killed_is_taken_up_and_no_worker_touches_it(desk, monkeypatch):
    use()
    monkeypatch.setattr(recalculate, "BATCH", 1)
    whole = recalculate.batch

    def killed(job):
        whole(job)
        raise KeyboardInterrupt

    monkeypatch.setattr(recalculate, "batch", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(recalculate, "batch", whole)
    job = Recalculation.objects.latest("pk")
    assert (job.state, job.done) == ("running", 1)
    assert recalculate.recalculate() == 0
    assert run()[-1] == "The promises of 1 of 3 tickets moved."
    assert Recalculation.objects.latest("pk") == job
