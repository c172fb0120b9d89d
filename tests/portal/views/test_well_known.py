import pytest

pytestmark = pytest.mark.django_db


def test_crawlers_stay_out_of_what_is_private(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert {"Disallow: /admin/", "Disallow: /tickets/", "Disallow: /link/"} <= set(lines)
    assert "Allow: /tickets/new/" in lines


def test_security_txt_says_where_and_until_when(client):
    text = client.get("/.well-known/security.txt").content.decode()
    assert text.startswith("Contact: mailto:")
    assert "\nExpires: 20" in text


def test_the_old_icon_address_leads_to_the_icon(client):
    assert client.get("/favicon.ico").url.endswith("desk.svg")
