import pytest
from django.core.exceptions import ValidationError

from sla.actions.set_hours import set_hours
from sla.models import Calendar, CalendarVersion, Timer
from tests.factories.support import make_ticket

HOURS = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}


def always():
    return Calendar.objects.select_related("current").get(key="always")


def test_other_hours_are_a_new_version_and_the_old_one_stays(db):
    before = always().current
    version = set_hours(always(), HOURS)
    assert always().current == version
    assert CalendarVersion.objects.get(pk=before.pk).content == before.content
    assert version.valid_from > before.valid_from


def test_the_same_hours_again_change_nothing(db):
    first = set_hours(always(), HOURS)
    assert set_hours(always(), dict(reversed(HOURS.items()))) == first
    assert CalendarVersion.objects.filter(calendar=always()).count() == 2


def test_hours_that_cannot_be_are_refused(db):
    with pytest.raises(ValidationError):
        set_hours(always(), {"zone": "Europe/Berlin", "weekly": {}})
    with pytest.raises(ValidationError):
        set_hours(always(), {**HOURS, "holidays": {}})


def test_what_was_promised_before_stays(cast):
    ticket = make_ticket(cast.alice)
    due = Timer.objects.get(ticket=ticket.pk).due_at
    set_hours(always(), HOURS)
    assert Timer.objects.get(ticket=ticket.pk).due_at == due
    assert Timer.objects.get(ticket=make_ticket(cast.alice).pk).calendar_version.content == HOURS
