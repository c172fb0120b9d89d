"""Files while one writes and after they were sent, in each of their states, in a real browser under axe."""

import re

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from support.actions.reply import reply
from support.models import Attachment
from tests.factories.support import make_ticket
from tests.journeys.browser import STEADY, wrong
from tests.support.files import picture, upload

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "error report of the night with a very long name indeed and_no_spaces_in_" + "x" * 40 + ".log"


def chosen(name, content=b"one line"):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_files_that_are_on_their_way_arrived_or_failed_are_told_apart(cast, open_page, settings):
    settings.MAX_FILE_BYTES = 500_000
    page = open_page("/tickets/new/", cast.alice, **STEADY)
    files = page.locator("[data-upload-list] .file")
    choose = page.locator("input[type=file]")
    choose.set_input_files(chosen("screen.png", picture()))
    expect(files.nth(0)).to_contain_text("ready")
    expect(files.nth(0).locator("img")).to_have_js_property("complete", True)
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    choose.set_input_files(chosen(LONG))
    expect(files.nth(1)).to_contain_text("can be sent; being checked for viruses")
    choose.set_input_files(chosen("huge.bin", b"x" * (settings.MAX_FILE_BYTES + 1)))
    expect(files.nth(2)).to_contain_text("larger than")
    page.route("**/uploads/", lambda route: None)  # never answered
    choose.set_input_files(chosen("slow.zip"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert wrong(page) == {}


def test_a_file_that_is_taken_off_is_gone_from_the_server(cast, open_page):
    page = open_page("/tickets/new/", cast.alice)
    for name in ("first.log", "second.log"):
        page.set_input_files("input[type=file]", chosen(name))
        expect(page.locator(".file", has_text=name)).to_contain_text("ready")
    with page.expect_response(re.compile(r"/uploads/.*/removal/")) as answer:
        page.get_by_role("button", name="Remove first.log").click()
    assert answer.value.status == 200
    expect(page.locator("[data-upload-list] .file")).to_have_count(1)
    assert [file.name for file in Attachment.objects.all()] == ["second.log"]
    # Kept by the server with a form that came back, and taken off then.
    page.evaluate("""
      const asked = Object.assign(document.createElement("input"), {type: "hidden", name: "preview", value: "1"});
      const form = document.querySelector("[data-upload]").closest("form");
      form.append(asked);
      form.submit();
    """)
    expect(page.get_by_role("button", name="Remove second.log")).to_be_visible()
    with page.expect_response(re.compile(r"/uploads/.*/removal/")):
        page.get_by_role("button", name="Remove second.log").click()
    assert not Attachment.objects.exists()


def test_files_of_a_conversation_say_how_their_check_stands_to_both_sides(cast, signed_in, open_page, settings):
    client, ticket = signed_in(cast.alice), make_ticket(cast.alice)
    for name, content in [
        ("screen.png", picture()),
        (LONG, b"a"),
        ("wait.pdf", b"b"),
        ("virus.exe", b"c"),
        ("x", b"d"),
    ]:
        upload(client, content, name)
    reply(ticket, by=Actor.person(cast.alice), body="See the files.", attachments=Attachment.objects.all())
    for name, state, finding in [
        ("wait.pdf", "pending", ""),
        ("virus.exe", "blocked", "Win.Test.EICAR_HDB-1"),
        ("x", "unchecked", ""),
    ]:
        Attachment.objects.filter(name=name).update(state=state, finding=finding)
    for path, person in [(f"/tickets/{ticket.pk}/", cast.alice), (f"/admin/tickets/{ticket.pk}/", cast.gwen)]:
        page = open_page(path, person, **STEADY)
        listed = page.get_by_role("list", name="Files").first
        expect(listed.get_by_role("listitem")).to_have_count(5)
        expect(listed).to_contain_text("found Win.Test.EICAR_HDB-1 in it")
        expect(listed).to_contain_text("could not look into it")
        expect(listed.get_by_role("link")).to_have_count(2)
        assert wrong(page) == {}, path


def test_a_file_that_cannot_be_opened_says_why(cast, signed_in, chrome, live_server):
    told = upload(signed_in(cast.alice), b"x", LONG).json()
    context = chrome.new_context(base_url=live_server.url, **STEADY)
    session = signed_in(cast.alice).cookies["session"]
    context.add_cookies([{"name": "session", "value": session.value, "url": live_server.url}])
    page = context.new_page()
    for state, status in (("blocked", 403), ("unchecked", 403), ("pending", 409)):
        Attachment.objects.update(state=state, finding="Win.Test.EICAR_HDB-1" if state == "blocked" else "")
        assert page.goto(told["url"]).status == status
        assert page.title() and wrong(page) == {}, state
    Attachment.objects.update(state="clean")
    with page.expect_download():
        page.get_by_role("link", name="Try again").click()
    context.close()
