import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from portal.branding import look
from portal.forms import BrandingForm
from portal.models import Branding

pytestmark = pytest.mark.django_db


def picture(size=(800, 200), form="JPEG"):
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, form)
    return content.getvalue()


def save_with_logo(content, **fields):
    form = BrandingForm(
        {"name": "Northwind Help", "accent_hue": 155, **fields},
        {"logo": SimpleUploadedFile("logo.jpg", content, content_type="image/jpeg")},
        instance=Branding(),
    )
    if form.is_valid():
        form.save()
    return form


def test_a_new_desk_has_a_look():
    assert (look().name, look().accent_hue, look().logo_version) == ("Tierdesk", 255, "")


def test_a_change_shows_at_once():
    look()
    Branding.objects.create(name="Northwind Help", accent_hue=155, footer="[Imprint](https://northwind.example/)")
    assert (look().name, look().accent_hue) == ("Northwind Help", 155)
    assert "Imprint</a>" in look().footer_html


def test_the_look_costs_one_query_in_a_minute(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _time in range(5):
            look()


def test_a_logo_becomes_a_small_png_of_our_own():
    assert save_with_logo(picture()).is_valid()
    response = Client().get(f"/logo-{look().logo_version}.png")
    content = b"".join(response.streaming_content)
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.format, kept.size) == ("PNG", (512, 128))
    assert "immutable" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a picture"),
        (picture()[:300], "not a picture"),
        (picture((4001, 2), "PNG"), "larger than 4000 pixels"),
        (picture((8, 8), "PNG") + b"\0" * 2 * 1024 * 1024, "larger than 2 MB"),
    ],
    ids=["svg", "broken", "too many pixels", "too many bytes"],
)
def test_what_cannot_be_a_logo_is_refused_at_its_field(content, words):
    assert words in save_with_logo(content).errors["logo"][0]


@pytest.mark.parametrize("hue", [-1, 361, "red"])
def test_a_hue_is_an_angle(hue):
    assert "accent_hue" in save_with_logo(picture(), accent_hue=hue).errors


def test_administrators_change_it_in_the_console_and_agents_do_not(cast, signed_in):
    page = "/admin/portal/branding/1/change/"
    assert signed_in(cast.gwen).get(page).status_code == 403
    browser = signed_in(cast.ada)
    assert browser.get("/admin/portal/branding/").url == page
    assert browser.get(page).status_code == 200
    browser.post(page, {"name": "Northwind Help", "accent_hue": 25, "footer": ""})
    assert (look().name, look().accent_hue) == ("Northwind Help", 25)
