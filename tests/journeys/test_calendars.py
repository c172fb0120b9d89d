"""The editors of calendars and targets in a real browser: drawn while one types, by keyboard, on any screen."""

import pytest
from django.urls import reverse

from sla.actions.set_hours import set_hours
from sla.models import Calendar, Target
from tests.journeys.browser import STEADY, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20261211T160000Z\nSUMMARY:Party\nEND:VEVENT\nEND:VCALENDAR\n"


def test_a_calendar_is_written_by_keyboard_and_drawn_while_one_types(cast, open_page):
    page = open_page(reverse("admin:sla_calendar_add"), cast.ada, **STEADY)
    page.get_by_label("Name", exact=True).first.focus()
    page.keyboard.type("Berlin")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("Europe/Berlin")
    page.get_by_label("Monday").focus()
    page.keyboard.type("9-12, 13-17")
    page.locator(".week-hours", has_text="09:00–12:00, 13:00–17:00").first.wait_for()
    assert page.locator("rect.week-open").count() == 2
    page.keyboard.press("Tab")
    page.keyboard.type("9-25")
    page.locator(".calendar-look .notice", has_text="There is no time “25”").wait_for()
    page.keyboard.press("Enter")
    page.locator("#id_tue_error, .week-field .errorlist").first.wait_for()
    assert page.get_by_label("Tuesday").input_value() == "9-25"
    assert wrong(page) == {}
    page.get_by_label("Tuesday").fill("22-6")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/sla/calendar/")
    calendar = Calendar.objects.get(key="berlin")
    assert calendar.current.content["weekly"] == {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
        "tue": [["22:00", "06:00"]],
    }

    set_hours(
        calendar,
        {**calendar.current.content, "exceptions": {"2020-12-25": [], "2099-12-25": []}},
        names={"2099-12-25": "Christmas"},
    )
    page.goto(reverse("admin:sla_calendar_change", args=[calendar.pk]))
    assert wrong(page) == {}
    page.goto(reverse("admin:sla_calendar_file", args=[calendar.pk]))
    page.get_by_label("Or its text").fill(FILE)
    page.get_by_role("button", name="Read it").click()
    page.get_by_text("has a time; only whole days are taken").wait_for()
    assert wrong(page) == {}
    page.get_by_role("button", name="Close on the ticked dates").click()
    page.get_by_text("Closed on 5 more dates").wait_for()
    page.goto(reverse("admin:sla_calendar_holidays", args=[calendar.pk]))
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("Part of the country").select_option("BE")  # comes by itself
    page.get_by_role("button", name="Show them").click()
    page.get_by_role("button", name="Close on the ticked dates").wait_for()
    assert wrong(page) == {}


def test_a_target_says_its_promise_while_one_types(cast, open_page):
    target = Target.objects.get(tier__key="enterprise", metric="first_response", priority=40)
    page = open_page(reverse("admin:sla_target_change", args=[target.pk]), cast.ada, **STEADY)
    page.locator("#id_hours").fill("3")
    page.get_by_text("Urgent tickets of Enterprise customers are promised a first response within 3 h").wait_for()
    page.get_by_label("Row 5: percent").fill("400")
    page.get_by_label("Administrators in row 5").check()
    assert wrong(page) == {}
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/sla/target/")
    target.refresh_from_db()
    assert target.seconds == 3 * 3600 and target.steps[-1] == {"percent": 400, "tell": ["administrators"]}
    assert wrong(page) == {}


def test_the_editor_works_without_javascript(cast, open_page):
    page = open_page(reverse("admin:sla_calendar_add"), cast.ada, java_script_enabled=False)
    page.fill("[name=name]", "Paris")
    page.fill("[name=zone]", "paris")
    page.get_by_role("button", name="Around the clock (24/7)").click()
    assert page.get_by_label("Sunday").input_value() == "00:00–24:00"
    page.get_by_role("button", name="More rows").click()
    assert page.locator("[name=dates-5-day]").count() == 1 and page.locator(".errorlist").count() == 0
    page.get_by_role("button", name="Draw what I typed").click()
    assert page.locator("rect.week-open").count() == 7
    page.get_by_role("button", name="Save", exact=True).click()
    assert Calendar.objects.get(key="paris").current.content["zone"] == "Europe/Paris"
