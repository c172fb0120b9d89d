"""The account's pages in a real browser, under axe, at both widths and in both themes."""

import pytest

from tests.journeys.browser import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRANGERS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"]
MEMBERS = [
    "/account/", "/account/security/", "/account/mail/", "/account/organisation/", "/account/data/", "/accounts/email/",
    "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/",
]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(cast, open_page, width, scheme):
    problems = {}
    look = {"color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True}
    for path, user in [*((path, None) for path in STRANGERS), *((path, cast.anna) for path in MEMBERS)]:
        page = open_page("/robots.txt", user, width, **look)
        page.goto(path)
        if found := faults(page):
            problems[path] = found
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            problems[path, "sideways"] = page.evaluate("document.documentElement.scrollWidth")
        page.context.close()
    assert problems == {}
