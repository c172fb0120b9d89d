"""An administrator says in the console when the desk is open."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sla.actions.set_hours import set_hours
from sla.models import Calendar, CalendarVersion, Recalculation

ADD = "admin:sla_calendar_add"
OFFICE = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": {}}


@pytest.fixture
def ada(cast, signed_in):
    return signed_in(cast.ada)


@pytest.fixture
def office(db):
    calendar = Calendar.objects.create(name="Office", key="office")
    set_hours(calendar, OFFICE, at=timezone.now() - timedelta(days=1))
    return calendar


def address(calendar, page="change"):
    return reverse(f"admin:sla_calendar_{page}", args=[calendar.pk])


def form(*dates, **changes):
    rows = {"dates-TOTAL_FORMS": len(dates) + 1, "dates-INITIAL_FORMS": 0}
    for index, (day, hours, note) in enumerate(dates):
        rows |= {f"dates-{index}-day": day, f"dates-{index}-hours": hours, f"dates-{index}-note": note}
    return {"name": "Office", "zone": "Europe/Berlin", "mon": "9-17", **rows, **changes}


def next_year(month=12, day=25):
    return f"{timezone.now().year + 1}-{month:02}-{day:02}"


def current(calendar):
    return CalendarVersion.objects.get(pk=Calendar.objects.get(pk=calendar.pk).current_id)


def errors(response):
    return response.context["form"].errors


# --- Writing hours ---------------------------------------------------------------------------------------------------


def test_a_calendar_is_made_from_what_a_person_types(ada, cast):
    data = form((next_year(), "closed", "Christmas Day"), (next_year(12, 24), "9-12", ""), zone="berlin", fri="22-6")
    answer = ada.post(reverse(ADD), data)
    assert answer.status_code == 302, errors(answer)
    version = Calendar.objects.get(key="office").current
    assert version.content == {
        "zone": "Europe/Berlin",
        "weekly": {"mon": [["09:00", "17:00"]], "fri": [["22:00", "06:00"]]},
        "exceptions": {next_year(12, 24): [["09:00", "12:00"]], next_year(): []},
    }
    assert version.names == {next_year(): "Christmas Day"}
    assert version.made_by == cast.ada


def test_other_hours_become_a_new_version_and_the_old_one_stays(ada, office):
    before = office.current
    assert ada.post(address(office), form(mon="9-18")).status_code == 302
    assert current(office).pk != before.pk
    assert CalendarVersion.objects.get(pk=before.pk).content == OFFICE
    assert Recalculation.objects.filter(calendar_version=current(office)).exists()


def test_saving_what_is_there_makes_no_version(ada, office):
    assert ada.post(address(office), form(name="Berlin")).status_code == 302
    assert Calendar.objects.get(pk=office.pk).name == "Berlin"
    assert current(office).pk == office.current_id


def test_a_name_for_a_date_makes_a_version_and_moves_no_timer(ada, office):
    ada.post(address(office), form((next_year(), "", "")))
    ada.post(address(office), form((next_year(), "", "Christmas Day")))
    assert current(office).names == {next_year(): "Christmas Day"}
    assert office.versions.count() == 3
    assert Recalculation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"mon": "9-25"}, "mon", "There is no time “25”"),
        ({"mon": "", "tue": "closed"}, "mon", "Give at least one weekday hours"),
        ({"zone": "Europe/Berln"}, "zone", "Did you mean Europe/Berlin"),
        ({"zone": ""}, "zone", "Write the zone"),
        ({"name": ""}, "name", "required"),
        ({"name": "Always"}, "name", "already exists"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(ada, office, changes, field, said):
    answer = ada.post(address(office), form((next_year(), "9-12", "Half a day"), **{"tue": "10-11", **changes}))
    assert answer.status_code == 200
    assert said in str(errors(answer)[field])
    page = answer.content.decode()
    assert (
        f'value="{changes.get("tue", "10-11")}"' in page
        and 'value="Half a day"' in page
        and "Everything you wrote is kept" in page
    )
    assert current(office).content == OFFICE


@pytest.mark.parametrize(
    ("rows", "field", "said"),
    [
        ([(next_year(), "22-6", "")], "hours", "End it at 24:00"),
        ([("2020-12-25", "", "")], "day", "This date is past"),
        ([("9999-12-25", "", "")], "day", "within the next 20 years"),
        ([("", "9-12", "")], "day", "Write the date, or empty the row"),
        ([("soon", "", "")], "day", "valid date"),
        ([(next_year(), "9-12", ""), (next_year(), "", "")], "day", "There is a row for this date already"),
    ],
)
def test_a_date_that_cannot_be_is_said_in_its_row(ada, office, rows, field, said):
    answer = ada.post(address(office), form(*rows))
    assert said in str(answer.context["form"].dates.forms[len(rows) - 1].errors[field])
    assert current(office).content == OFFICE


def test_a_row_goes_by_its_box_or_by_being_emptied(ada, office):
    ada.post(address(office), form((next_year(), "", "A"), (next_year(12, 26), "", "B"), (next_year(12, 27), "", "C")))
    data = form((next_year(), "", "A"), ("", "", ""), (next_year(12, 27), "", "C")) | {"dates-0-DELETE": "on"}
    assert ada.post(address(office), data).status_code == 302
    assert current(office).content["exceptions"] == {next_year(12, 27): []}
    assert current(office).names == {next_year(12, 27): "C"}


def test_dates_gone_by_stay_and_are_shown_apart(ada, office):
    set_hours(office, {**OFFICE, "exceptions": {"2020-12-25": []}}, names={"2020-12-25": "Long ago"})
    assert b"Long ago" in ada.get(address(office)).content
    ada.post(address(office), form(mon="9-18"))
    assert current(office).content["exceptions"] == {"2020-12-25": []}
    assert current(office).names == {"2020-12-25": "Long ago"}


def test_hours_that_somebody_else_changed_meanwhile_are_not_overwritten_unseen(ada, office):
    seen = office.current_id
    set_hours(office, {**OFFICE, "weekly": {"mon": [["08:00", "16:00"]]}})
    answer = ada.post(address(office), form(mon="9-18", seen_version=seen))
    assert "Mon 09:00–17:00 → 08:00–16:00" in answer.content.decode()
    again = form(mon="9-18", seen_version=answer.context["form"]["seen_version"].value())
    assert ada.post(address(office), again).status_code == 302
    assert current(office).content["weekly"] == {"mon": [["09:00", "18:00"]]}


# --- Without JavaScript, and with it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("press", "shown"),
    [("_rows", 'name="dates-4-day"'), ("_always", 'name="sun" value="00:00–24:00"'), ("_look", "Open now")],
)
def test_buttons_that_save_nothing_keep_what_was_typed(ada, press, shown):
    data = form(
        (next_year(), "", "Kept"), **dict.fromkeys(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "0-24"), name=""
    )
    answer = ada.post(reverse(ADD), {**data, press: "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert shown in page and 'value="Kept"' in page
    assert press == "_look" or "required" not in str(errors(answer))
    assert not Calendar.objects.filter(key="office").exists()


def test_the_preview_draws_what_can_be_read_and_says_what_cannot(ada):
    data = form((next_year(), "", "Christmas Day"), name="", tue="9-25", wed="22-6")
    answer = ada.post(reverse("admin:sla_calendar_preview"), data)
    page = answer.content.decode()
    assert "Tuesday: There is no time “25”" in page
    assert "22:00–06:00 (ends Thu 06:00)" in page and "Christmas Day" in page
    assert '<rect class="week-open" x="540" y="3" width="480" height="14"/>' in page
    assert "style=" not in page
    nothing = ada.post(reverse("admin:sla_calendar_preview"), {"zone": "Nowhere"})
    assert nothing.status_code == 200 and b"Not in the picture yet" in nothing.content
    assert ada.get(reverse("admin:sla_calendar_preview")).status_code == 405


def test_versions_are_told_in_words(ada, office, cast):
    ada.post(address(office), form((next_year(), "", "Christmas Day"), mon="9-18"))
    page = ada.get(address(office)).content.decode()
    assert "Mon 09:00–17:00 → 09:00–18:00" in page
    assert "closed (Christmas Day)" in page and "by Ada Okafor" in page and "in force" in page
    assert "&quot;weekly&quot;" not in page


def test_a_lead_reads_the_hours_and_changes_nothing(cast, signed_in, office):
    lena = signed_in(cast.lena)
    page = lena.get(address(office)).content.decode()
    assert "Only administrators change hours" in page and "<form" not in page.split('id="content"')[1]
    assert lena.post(address(office), form(mon="9-18")).status_code == 403
    assert lena.get(reverse(ADD)).status_code == 403
    assert current(office).content == OFFICE


def test_the_editor_asks_the_same_number_of_queries_for_any_number_of_versions(
    ada, office, django_assert_max_num_queries
):
    for hour in range(10, 30):
        set_hours(office, {**OFFICE, "weekly": {"mon": [["09:00", f"{hour // 2:02}:{hour % 2 * 30:02}"]]}})
    with django_assert_max_num_queries(14):
        ada.get(address(office))


# --- Dates from elsewhere ---------------------------------------------------------------------------------------------

FILE = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas\r\n"
    "END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20261211T160000Z\r\nSUMMARY:Party\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize("is_pasted", [True, False], ids=["pasted", "chosen"])
def test_dates_of_a_file_are_shown_first_and_saved_in_one_version(ada, office, is_pasted):
    url = address(office, "file")
    data = {"text": FILE} if is_pasted else {"file": SimpleUploadedFile("h.ics", FILE.encode(), "text/calendar")}
    page = ada.post(url, {**data, "years": 3})
    assert b"Christmas" in page.content and b"has a time; only whole days are taken" in page.content
    assert office.versions.count() == 1
    taken = [each.value for each in page.context["dates"]]
    assert len(taken) == 3
    answer = ada.post(url, {"take": taken, "_take": "1"})
    assert answer["Location"] == address(office)
    assert office.versions.count() == 2
    assert set(current(office).names.values()) == {"Christmas"}
    again = ada.post(url, {**({"text": FILE}), "years": 3})
    assert {each.stands for each in again.context["dates"]} == {"closed already"}


def test_a_file_that_cannot_be_read_is_said_and_changes_nothing(ada, office):
    url = address(office, "file")
    page = ada.post(url, {"text": "<html>", "years": 5}).content.decode()
    assert "This is no iCalendar file" in page and "&lt;html&gt;" in page
    assert "Choose a file, or paste its text" in ada.post(url, {"text": "", "years": 5}).content.decode()
    large = SimpleUploadedFile("large.ics", b"x" * (1024 * 1024 + 1))
    assert "larger than 1 MB" in ada.post(url, {"file": large, "years": 5}).content.decode()
    forged = ada.post(url, {"take": ["whenever X"], "_take": "1"}, follow=True)
    assert b"Nothing was changed" in forged.content
    assert office.versions.count() == 1


def test_more_dates_than_a_calendar_holds_are_refused(ada, office):
    start = timezone.now().date()
    taken = [f"{start + timedelta(days=day)} X" for day in range(101)]
    answer = ada.post(address(office, "file"), {"take": taken, "_take": "1"}, follow=True)
    assert b"A calendar holds 100 dates to come" in answer.content
    assert office.versions.count() == 1


def test_national_holidays_are_shown_first_and_remembered(ada, office):
    url = address(office, "holidays")
    assert b"Choose a country" in ada.get(url).content
    year = timezone.now().year
    asked = {"country": "DE", "part": "BE", "language": "en_US", "first": year + 1, "years": 2}
    page = ada.get(url, asked)
    assert b"Women&#x27;s Day" in page.content
    taken = [each.value for each in page.context["dates"] if each.is_taken]
    ada.post(url, {**asked, "take": taken, "_take": "1"})
    assert current(office).content["exceptions"][f"{year + 1}-03-08"] == []
    calendar = Calendar.objects.get(pk=office.pk)
    assert (calendar.holiday_country, calendar.holiday_subdivision) == ("DE", "BE")
    assert calendar.holidays_until.isoformat() == f"{year + 2}-12-31"
    assert f'value="{year + 3}"' in ada.get(url).content.decode()  # where to go on


@pytest.mark.parametrize(
    "asked",
    [
        {"country": "XX"},
        {"country": "DE", "part": "Nowhere"},
        {"country": "DE", "first": 1900},
        {"country": "DE", "years": 99},
        {"country": "DE", "language": "tlh"},
    ],
)
def test_holidays_that_are_not_known_are_said_at_their_field(ada, office, asked):
    page = ada.get(address(office, "holidays"), {"first": timezone.now().year, "years": 3, **asked})
    assert page.status_code == 200
    assert set(errors(page)) <= set(asked)
    assert errors(page)


def test_holidays_that_run_out_soon_are_said_on_the_list_and_in_the_settings(ada, office):
    soon = timezone.now().date() + timedelta(days=59)
    Calendar.objects.filter(pk=office.pk).update(holidays_until=soon)
    for url in (reverse("admin:sla_calendar_changelist"), reverse("console:settings"), address(office)):
        assert f"add {soon.year + 1}" in ada.get(url).content.decode().replace("Add ", "add "), url
    Calendar.objects.filter(pk=office.pk).update(holidays_until=soon + timedelta(days=30))
    assert b"National holidays" not in ada.get(reverse("console:settings")).content
