"""The simulator answers as a real ticket would be treated."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import Tier
from sla.actions.set_hours import set_hours
from sla.models import Calendar, Target, Timer
from sla.simulator import simulate
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
OFFICE = {"zone": "Europe/Berlin", "weekly": {d: [["09:00", "17:00"]] for d in ("mon", "tue", "wed", "thu", "fri")}}


@pytest.mark.parametrize("priority", [20, 40])
@pytest.mark.parametrize("channel", ["web", "email"])
def test_a_real_ticket_gets_the_same_promise(cast, channel, priority):
    for person, tier in ((cast.alice, cast.acme.tier), (cast.carl, None)):
        ticket = make_ticket(person, channel=channel, priority=priority)
        real = Timer.objects.get(ticket=ticket, metric="first_response")
        first, _next, resolution = simulate(tier, channel, ticket.priority, real.started_at)
        assert (first.timer.due_at, first.timer.target) == (real.due_at, real.target)
        assert first.ahead[0].at == real.next_check_at
        assert resolution.timer is None and "nothing is promised" in resolution.why


def test_every_row_passed_over_says_why(db):
    enterprise = Tier.objects.get(key="enterprise")
    first = simulate(enterprise, "email", 40, timezone.now())[0]
    assert first.target.priority == 40 and first.target.tier == enterprise
    assert "names the priority urgent" in first.why
    whys = {row.target.described: row.why for row in first.passed_over}
    assert len(whys) == Target.objects.filter(metric="first_response", tier__in=[enterprise]).count() + 2 - 1
    assert "chosen row names this one" in whys["First response, Enterprise"]
    assert "another priority" in whys["First response, Enterprise, high"]
    assert "tier's row comes before" in whys["First response, Mail"]


def test_open_stretches_add_up_to_the_promise(db):
    calendar = Calendar.objects.create(name="Berlin", key="berlin")
    set_hours(calendar, OFFICE)
    Target.objects.filter(source="desk").update(calendar=calendar, seconds=12 * 3600)
    first = simulate(None, "web", 20, datetime(2025, 3, 28, 14, 0, tzinfo=UTC))[0]
    spans = list(first.open_spans())
    assert sum((end - start).total_seconds() for start, end in spans) == 12 * 3600
    assert first.zone == "Europe/Berlin" and first.timer.pk is None
    assert spans[-1][1] == first.timer.due_at == datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
    assert Timer.objects.count() == 0
