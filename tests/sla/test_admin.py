"""An administrator reads and writes the policy in the console."""

import json

import pytest
from django.urls import reverse

from sla.models import Calendar, CalendarVersion, Target


@pytest.fixture
def ada(cast, signed_in):
    return signed_in(cast.ada)


def always():
    return Calendar.objects.select_related("current").get(key="always")


def form(target, **changes):
    data = {
        "metric": target.metric, "source": target.source, "tier": target.tier_id or "", "channel": target.channel,
        "priority": target.priority or "", "hours": 3, "minutes": 30, "calendar": target.calendar_id,
        "steps": json.dumps(target.steps),
    }  # fmt: skip
    return {**data, **changes}


def change(target):
    return reverse("admin:sla_target_change", args=[target.pk])


def test_every_page_of_the_policy_opens(ada):
    target = Target.objects.first()
    for url in (
        reverse("admin:sla_calendar_changelist"),
        reverse("admin:sla_calendar_add"),
        reverse("admin:sla_calendar_change", args=[always().pk]),
        reverse("admin:sla_target_changelist"),
        reverse("admin:sla_target_add"),
        change(target),
    ):
        assert ada.get(url).status_code == 200, url


def test_lengths_are_read_and_written_in_hours_and_minutes(ada):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    assert b"4 hours" in ada.get(reverse("admin:sla_target_changelist")).content
    assert ada.post(change(target), form(target)).status_code == 302
    target.refresh_from_db()
    assert target.seconds == 3 * 3600 + 30 * 60


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": 0, "minutes": 0}, "minutes"),
        ({"minutes": 60}, "minutes"),
        ({"pause_on": ["pending"]}, "pause_on"),
        ({"channel": "email"}, "channel"),
        ({"tier": ""}, "tier"),
        ({"steps": '[{"percent": 75, "tell": ["assignee"]}]'}, "steps"),
        ({"steps": '[{"percent": 100, "tell": ["everybody"]}]'}, "steps"),
    ],
)
def test_a_target_that_cannot_be_is_refused_at_its_field(ada, changes, field):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    answer = ada.post(change(target), form(target, **changes))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    target.refresh_from_db()
    assert target.seconds == 4 * 3600


def test_more_hours_than_the_calendar_has_are_refused(ada):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    calendar = always()
    narrow = CalendarVersion.objects.create(
        calendar=calendar,
        content={"zone": "UTC", "weekly": {"mon": [["09:00", "09:01"]]}},
        valid_from="2025-01-01T00:00Z",
    )
    Calendar.objects.filter(pk=calendar.pk).update(current=narrow)
    answer = ada.post(change(target), form(target, hours=1000))
    assert "hours" in answer.context["adminform"].form.errors


def test_an_agent_does_not_edit_the_policy(cast, signed_in):
    assert signed_in(cast.gwen).get(reverse("admin:sla_target_add")).status_code == 403
