"""Phone is offered to whose tier includes it, while the desk's business calendar is open (sla.md, section 3)."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from portal.models import Branding
from sla.actions.set_hours import set_hours
from sla.models import Calendar

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NUMBER = '<a href="tel:+49301234567">+49 (30) 123-45 67</a>'


@pytest.fixture
def berlin(db):
    """Return a desk that takes calls on weekdays in Berlin."""
    calendar = Calendar.objects.create(name="Berlin", key="berlin")
    set_hours(calendar, {"zone": "Europe/Berlin", "weekly": WEEK, "exceptions": {"2025-06-03": []}})
    return Branding.objects.create(phone_number="+49 (30) 123-45 67", business_calendar=calendar)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2025, 6, 2, 6, 59, 59, tzinfo=UTC), "opens 08:00"),  # 07:59:59 in Lisbon
        (datetime(2025, 6, 2, 7, tzinfo=UTC), NUMBER),
        (datetime(2025, 6, 2, 14, 59, 59, tzinfo=UTC), NUMBER),
        (datetime(2025, 6, 2, 15, tzinfo=UTC), "opens Wed 08:00"),  # Tuesday is a holiday
    ],
)
def test_the_number_stands_there_while_somebody_answers(berlin, cast, signed_in, time_machine, now, words):
    cast.alice.time_zone = "Europe/Lisbon"
    cast.alice.save()
    time_machine.move_to(now, tick=False)
    for path in ("/", "/tickets/new/"):
        html = signed_in(cast.alice).get(path).content.decode()
        assert words in html, path
        assert ("tel:" in html) == (words == NUMBER)


@pytest.mark.parametrize("who", ["carl", "developer", "stranger", "no number"])
def test_nobody_else_reads_of_it(berlin, cast, signed_in, client, who):
    if who == "developer":
        cast.acme.tier.channels.remove("phone")
        cast.acme.tier.save()
    if who == "no number":
        berlin.phone_number = ""
        berlin.save()
    browser = client if who == "stranger" else signed_in(cast.carl if who == "carl" else cast.alice)
    html = browser.get("/").content.decode()
    assert "tel:" not in html and "By phone" not in html


def test_without_a_calendar_somebody_always_answers(berlin, cast, signed_in):
    berlin.business_calendar = None
    berlin.save()
    assert NUMBER in signed_in(cast.alice).get("/").content.decode()


@pytest.mark.parametrize("number", ["call me", "+", "javascript:alert(1)", "12 34 <b>"])
def test_a_number_is_one(number):
    with pytest.raises(ValidationError):
        Branding(phone_number=number).clean_fields(exclude=["business_calendar"])
