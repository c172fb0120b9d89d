"""SEC-03 in a real browser: whatever is uploaded, opening its address runs nothing of it."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Error

from accounts.actors import Actor
from support.actions.reply import reply
from support.models import Attachment
from tests.factories.support import make_ticket
from tests.support.files import picture, upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Whatever of this runs, and wherever, leaves a mark: a request to our own address, which is counted.
RUN = "fetch('/ran');new Image().src='/ran';navigator.sendBeacon('/ran');alert(1);console.error('ran');document.cookie='ran=1'"
SCRIPT = f'<script>{RUN}</script><img src=x onerror="{RUN}"><body onload="{RUN}">'
XML = f"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{RUN}</x:script>"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"><script>{RUN}</script></svg>"
PDF = (
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);app.launchURL\\('/ran'\\))>>>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
    "trailer<</Root 1 0 R>>\n%%EOF"
)
HOSTILE = {
    "x.svg": (SVG, "image/svg+xml"),
    "x.html": ("<!doctype html>" + SCRIPT, "text/html"),
    "x.htm": (SCRIPT, "text/plain"),
    "x.xml": (XML, "application/xml"),
    "x.xhtml": (f"<html xmlns='http://www.w3.org/1999/xhtml'><head><script>{RUN}</script></head></html>", "application/xhtml+xml"),
    "x.pdf": (PDF, "application/pdf"),
    "x.png.html": (SCRIPT, "image/png"),
    "x.html.png": (SCRIPT, "image/png"),
    "x.jpg": ("GIF89a/*" + SCRIPT + "*/=0;" + RUN, "image/jpeg"),
    "x.txt": (SCRIPT, "text/html"),
    "x": ("\xfe\xff" + SCRIPT, "text/html; charset=utf-16"),
    "x.css": ("@import '/ran'; body{background:url(/ran)}", "text/css"),
    "x.js": (RUN, "text/javascript"),
    "x.mht": ("MIME-Version: 1.0\nContent-Type: text/html\n\n" + SCRIPT, "multipart/related"),
}  # fmt: skip


@pytest.fixture
def watched(chrome, live_server):
    """Return a function that opens a page as somebody, and what ran on it since: dialogs, words, requests to /ran."""
    contexts = []

    def watch(path, user):
        context, ran = chrome.new_context(base_url=live_server.url), []
        contexts.append(context)
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        context.on("dialog", lambda dialog: (ran.append(f"dialog {dialog.message}"), dialog.dismiss()))
        context.on("console", lambda said: ran.append("console") if said.text == "ran" else None)
        context.on("request", lambda asked: ran.append(asked.url) if asked.url.endswith("/ran") else None)
        page = context.new_page()
        page.goto(path)
        return page, ran

    yield watch
    for context in contexts:
        context.close()


def open_file(page, url):
    """Open the address in the window, and return the download that comes of it, None if it was shown."""
    try:
        with page.expect_download(timeout=10_000) as waiting:
            try:
                page.goto(url)
            except Error as error:
                assert "Download is starting" in error.message or "ERR_ABORTED" in error.message
        return waiting.value
    except Error as error:
        if "Timeout" not in error.message:
            raise
        return None


@pytest.mark.parametrize("name", HOSTILE)
def test_sec_03_a_file_is_saved_and_nothing_of_it_runs(cast, signed_in, watched, name):
    content, claimed = HOSTILE[name]
    raw = content.encode("latin-1")
    told = upload(signed_in(cast.alice), raw, name, claimed).json()
    ticket = make_ticket(cast.alice)
    reply(ticket, by=Actor.person(cast.alice), body="See.", attachments=[Attachment.objects.get(pk=told["key"])])
    page, ran = watched(f"/tickets/{ticket.pk}/", cast.gwen)  # the agent, whose session is worth most
    download = open_file(page, told["url"])
    assert download is not None, "it was shown, not saved"
    assert download.path().read_bytes() == raw
    assert page.url.endswith(f"/tickets/{ticket.pk}/")
    with page.expect_download():
        page.get_by_role("link", name=name, exact=True).click()
    # As part of a page of ours it is no script, no style, no frame either.
    kinds = page.evaluate(
        """async (url) => {
          const load = (tag, name, more) => new Promise((done) => {
            const part = Object.assign(document.createElement(tag), more, {[name]: url});
            part.onload = () => done(`${tag} loaded`);
            part.onerror = () => done("");
            document.head.append(part);
            setTimeout(() => done(""), 1500);
          });
          return Promise.all([load("script", "src", {}), load("link", "href", {rel: "stylesheet"})]);
        }""",
        told["url"],
    )
    assert "script loaded" not in kinds and ran == []
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "ran"]


def test_sec_03_the_trap_works(cast, watched, live_server):
    """Without our headers the same content runs: the test above would notice."""
    page, ran = watched("/tickets/", cast.alice)
    page.route("**/trap", lambda route: route.fulfill(body=HOSTILE["x.html"][0], content_type="text/html"))
    page.goto("/trap")
    page.wait_for_timeout(300)
    assert any("dialog" in mark for mark in ran) and any("/ran" in mark for mark in ran)


def test_sec_03_a_picture_is_shown_alone_and_cannot_run_anything(cast, signed_in, watched):
    told = upload(signed_in(cast.alice), picture() + SCRIPT.encode(), "x.html.png", "text/html").json()
    page, ran = watched("/tickets/", cast.alice)
    answer = page.goto(told["url"])
    assert answer.headers["content-type"] == "image/png"
    assert re.search(r"\bsandbox\b", answer.headers["content-security-policy"])
    assert page.locator("img").count() == 1 and page.locator("script").count() == 0 and ran == []
