"""SEC-35 in a browser: after signing out the back button shows nothing of what was read before."""

import pytest
from django.urls import reverse

from tests.factories.support import make_ticket
from tests.journeys.conftest import open_page  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("who", ["alice", "gwen"])
def test_sec_35_the_back_button_shows_nothing_after_signing_out(cast, open_page, who):  # noqa: F811
    ticket = make_ticket(cast.alice, subject="canary-back-wigeon", body="canary-back-wigeon")
    name = "console:ticket" if who == "gwen" else "support:ticket"
    page = open_page(reverse(name, args=[ticket.pk]), getattr(cast, who))
    assert "canary-back-wigeon" in page.content()
    page.goto(reverse("account_logout"))
    page.locator("main form[method=post] button[type=submit], main form[method=post] button").first.click()
    page.wait_for_load_state()
    for _ in range(3):
        page.go_back(wait_until="load")
        assert "canary-back-wigeon" not in page.content(), page.url
