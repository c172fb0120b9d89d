"""The bell in a browser: it opens, reads and closes by keys, counts down by itself, passes axe, works without JavaScript."""

import os

import pytest
from playwright.sync_api import sync_playwright

from accounts.actors import Actor
from notifications.models import Alert
from support.actions.assign import assign
from tests.console.test_bell import step
from tests.factories.support import make_ticket
from tests.journeys.browser import LOOKS, STEADY, show, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(chromium):
    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def told(cast, run_reactions):
    ticket = make_ticket(cast.alice, subject="The model stopped")
    assign(ticket, cast.gwen, by=Actor.person(cast.lena))
    step(ticket, 75)
    step(ticket, 100, timer=2)
    run_reactions()
    return ticket


def test_the_bell_opens_reads_and_leads_to_the_ticket(told, browser, live_server, cast, signed_in):
    def page_of(**about):
        context = browser.new_context(base_url=live_server.url, **about)
        key = signed_in(cast.gwen).cookies["session"]
        context.add_cookies([{"name": "session", "value": key.value, "url": live_server.url}])
        return context.new_page()

    page = page_of(**STEADY)
    page.goto("/admin/notices/")
    assert wrong(page) == {}
    show(page, *LOOKS[0])
    page.goto("/admin/queue/")
    assert page.locator(".bell b").inner_text() == "3"
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.locator("#notices .alerts").wait_for()
    assert wrong(page) == {}
    show(page, *LOOKS[0])
    page.locator("#notices").get_by_role("button", name="Mark as read").first.click()
    page.locator(".bell b", has_text="2").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#notices").is_visible()
    page.locator(".bell").click()
    page.locator("#notices").get_by_role("link", name="was due").click()
    page.wait_for_url(f"**/admin/tickets/{told.pk}/")
    page.locator(".bell b").wait_for(state="detached")
    assert not Alert.objects.filter(recipient=cast.gwen, read_at=None).exists()

    plain = page_of(java_script_enabled=False, viewport={"width": 390, "height": 800})
    plain.goto("/admin/")
    plain.locator(".bell").click()
    plain.locator("#notices").get_by_role("link", name="All notices").click()
    plain.wait_for_url("**/admin/notices/")
    assert plain.get_by_role("link", name="was due").is_visible()
