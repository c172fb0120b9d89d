"""A real browser for the journeys: one Chromium for a module, a context of its own for each person."""

import os

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def chrome(chromium):
    with sync_playwright() as playwright:
        # Playwright's loop runs in this thread, in which the tests use the database as well.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chrome, live_server):
    """Return a function that opens a page as somebody; the test fails when the console complains."""
    contexts, complaints = [], []

    def open_(path, user=None, width=1440, **options):
        context = chrome.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url, **options)
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page

    open_.complaints = complaints
    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
