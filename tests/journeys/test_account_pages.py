"""The account's pages in a real browser, under axe, at both widths and in both themes."""

import pytest

from tests.journeys.browser import STEADY, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRANGERS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"]
MEMBERS = [
    "/account/", "/account/security/", "/account/mail/", "/account/organisation/", "/account/data/", "/accounts/email/",
    "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/",
]  # fmt: skip


def test_axe_finds_nothing_and_nothing_scrolls_sideways(cast, open_page):
    for paths, user in ((STRANGERS, None), (MEMBERS, cast.anna)):
        assert problems(open_page("/robots.txt", user, **STEADY), paths) == {}
