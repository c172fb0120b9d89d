import pytest

from portal.models import Branding

pytestmark = pytest.mark.django_db


def test_the_accent_colour_is_a_style_sheet_that_browsers_keep(client):
    Branding.objects.create(accent_hue=155)
    response = client.get("/theme.css?hue=155")
    assert response.content == b":root { --hue: 155; }\n"
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]


def test_the_address_of_an_earlier_colour_gives_the_new_one_for_a_minute(client):
    Branding.objects.create(accent_hue=155)
    response = client.get("/theme.css?hue=25")
    assert b"155" in response.content
    assert response["Cache-Control"] == "public, max-age=60"


def test_a_logo_that_is_no_more_is_404(client):
    assert client.get("/logo-abc.png").status_code == 404


def test_the_style_guide_is_for_developers(client, settings):
    settings.DEBUG = False
    assert client.get("/styleguide/").status_code == 404
