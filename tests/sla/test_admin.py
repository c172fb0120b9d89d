"""An administrator reads and writes the policy in the console."""

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
    }  # fmt: skip
    return {**data, **steps(*((step["percent"], step["tell"]) for step in target.steps)), **changes}


def steps(*rows):
    data = {"steps-0-percent": ""}
    for index, (percent, tell) in enumerate(rows):
        data |= {f"steps-{index}-percent": percent, f"steps-{index}-tell": tell}
    return data


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
    assert b"4 h" in ada.get(reverse("admin:sla_target_changelist")).content
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
        ({"steps-0-percent": "soon"}, "steps"),
        ({"steps-0-percent": "90"}, "steps"),
        ({"steps-0-percent": ""}, "steps"),
        ({"steps-0-percent": "5000"}, "steps"),
        ({"steps-2-percent": "101"}, "steps"),
        ({"steps-2-tell": ["everybody"]}, "steps"),
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


def test_steps_are_rows_of_percentages_and_people(ada):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    page = ada.get(change(target)).content.decode()
    assert 'name="steps-1-percent" value="90"' in page and "&quot;percent&quot;" not in page
    rows = steps(("100 %", ["lead", "assignee"]), ("50", ["administrators"]), ("", []), ("300", []))
    data = {key: value for key, value in form(target).items() if not key.startswith("steps")}
    assert ada.post(change(target), {**data, **rows}).status_code == 302
    target.refresh_from_db()
    assert target.steps == [
        {"percent": 50, "tell": ["administrators"]},
        {"percent": 100, "tell": ["assignee", "lead"]},
        {"percent": 300, "tell": []},
    ]


def test_what_was_typed_in_a_row_stays_when_another_is_wrong(ada):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    answer = ada.post(change(target), form(target, **{"steps-0-percent": "soon", "steps-3-percent": "222"}))
    page = answer.content.decode()
    assert "Row 1: “soon” is no whole number." in page and 'value="222"' in page and 'value="soon"' in page


def test_a_second_row_for_the_same_is_refused_with_the_first_ones_name(ada):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=40)
    answer = ada.post(reverse("admin:sla_target_add"), form(target))
    said = str(answer.context["adminform"].form.errors["priority"])
    assert "First response, Enterprise, urgent" in said and "target_once" not in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"priority": 40, "hours": 1, "minutes": 0},
         "Urgent tickets of Enterprise customers are promised a first response within 1 h, counted by the calendar Always."),
        ({"source": "desk", "tier": "", "metric": "resolution", "pause_on": ["pending"]},
         "Tickets for which no other row serves are promised a solution within 3 h 30 min, counted by the calendar "
         "Always. The clock stands while we wait for the customer."),
        ({"source": "channel", "tier": "", "channel": "email", "hours": 0},
         "Tickets that come by Mail, and have no row of a tier or priority, are promised a first response within 30 min"),
        ({"hours": ""}, "the promise stands here as a sentence"),
    ],
)  # fmt: skip
def test_the_promise_is_said_as_a_sentence_while_it_is_typed(ada, changes, sentence):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=None)
    page = ada.post(reverse("admin:sla_target_preview"), form(target, **changes)).content.decode()
    assert sentence in page
    assert "are promised a first response within 4 h" in ada.get(change(target)).content.decode()


def test_the_list_reads_like_the_table_of_the_policy(ada, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        page = ada.get(reverse("admin:sla_target_changelist"))
    first = page.context["policy"][0]
    lengths = {line.name: [cell.length for cell in line.cells] for line in first.lines}
    assert lengths == {
        "Developer": ["48 h", "48 h", "24 h", "12 h"],
        "Team": ["24 h", "24 h", "12 h", "6 h"],
        "Enterprise": ["4 h", "4 h", "2 h", "1 h"],
        "Mail": ["24 h"] * 4,
        "The desk, where neither serves": ["48 h"] * 4,
    }
    assert "?metric=resolution&amp;source=tier&amp;tier=" in page.content.decode()


def test_an_agent_does_not_edit_the_policy(cast, signed_in):
    assert signed_in(cast.gwen).get(reverse("admin:sla_target_add")).status_code == 403
