"""Two agents in two browsers: the queue by keys, a ticket that both answer, what each is told of the other."""

import os

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from support.models import Message
from tests.factories.support import make_ticket

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
def open_as(browser, live_server):
    """Return a function that opens a browser in which somebody is signed in; it fails on a breach of the policy."""
    complaints, contexts = [], []

    def open_as(person, **options):
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, **options)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


def settle(page):
    page.wait_for_load_state("networkidle")


def test_two_agents_share_a_desk(open_as, cast):
    first = make_ticket(cast.alice, subject="The first question")
    second = make_ticket(cast.alice, subject="The second question")
    gwen, lena = open_as(cast.gwen), open_as(cast.lena)

    gwen.goto("/admin/queue/")
    settle(gwen)
    gwen.keyboard.press("j")
    gwen.keyboard.press("x")
    gwen.get_by_role("button", name="Assign", exact=True).click()
    expect(gwen.get_by_text("1 ticket assigned to Gwen Abara")).to_be_visible()
    settle(gwen)
    gwen.keyboard.press("o")
    expect(gwen.get_by_role("heading", name="The first question")).to_be_visible()
    settle(gwen)

    lena.goto(f"/admin/tickets/{first.pk}/")
    expect(lena.get_by_text("Gwen Abara is looking at this ticket")).to_be_visible()
    settle(lena)
    gwen.keyboard.press("r")
    gwen.keyboard.type("Hello Alice, it is the blue one.")
    expect(gwen.get_by_text("draft kept")).to_be_visible()
    lena.keyboard.press("r")
    lena.keyboard.type("Hello Alice, it is the green one.")
    gwen.keyboard.press("Control+Enter")
    expect(gwen.locator(".msg", has_text="the blue one")).to_be_visible()

    lena.keyboard.press("Control+Enter")
    expect(lena.get_by_text("Gwen Abara replied.")).to_be_visible()
    expect(lena.locator(".msg", has_text="the blue one")).to_be_visible()
    expect(lena.get_by_label("Your message")).to_have_value("Hello Alice, it is the green one.")
    lena.get_by_role("button", name="Send anyway").click()
    expect(lena.locator(".msg", has_text="the green one")).to_be_visible()
    assert Message.objects.filter(ticket=first, is_staff_reply=True).count() == 2

    settle(gwen)
    gwen.locator("h1").click()
    gwen.goto(f"/admin/tickets/{first.pk}/")
    settle(gwen)
    gwen.keyboard.press("e")
    expect(gwen.get_by_role("heading", name="The second question")).to_be_visible()
    first.refresh_from_db()
    assert first.status == "solved"
    assert second.subject
