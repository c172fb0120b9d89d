"""The customer's pages in a real browser: each with JavaScript, without it, and under axe."""

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from support.actions.reply import reply
from support.actions.set_status import set_status
from support.models import Draft, Ticket
from tests.factories.support import make_ticket
from tests.journeys.browser import STEADY, problems, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ticket(cast):
    found = make_ticket(cast.alice, subject="SSO login loops", body="Since `yesterday`:\n\n```\nerror=audience\n```")
    make_ticket(cast.alice, subject="Another " + "very long subject " * 9)
    reply(found, by=Actor.person(cast.gwen), body="Which *provider*?", then="pending")
    return found


def test_axe_finds_nothing_and_nothing_scrolls_sideways(cast, ticket, open_page):
    looks = [(1440, "light"), (390, "dark"), (320, "light")]
    for user, paths in [
        (None, ["/", "/tickets/new/"]),
        (cast.alice, ["/", "/tickets/new/", "/tickets/?q=nothing", f"/tickets/{ticket.pk}/"]),
        (cast.amir, ["/"]),
        (cast.anna, ["/tickets/"]),
    ]:
        assert problems(open_page("/robots.txt", user, **STEADY), paths, looks) == {}


def test_a_ticket_is_written_with_draft_promise_preview_and_file(cast, open_page, settings):
    settings.SEARCH_ENGINE = "database"
    page = open_page("/", cast.alice)
    page.get_by_role("combobox", name="Search for").fill("SSO login loops")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="File a ticket").click()
    expect(page.get_by_label("Subject")).to_have_value("SSO login loops")
    body = page.get_by_label("What happened")
    body.fill("Since **yesterday**")
    expect(page.locator("[data-draft-said]")).to_contain_text("draft kept")
    with page.expect_response("**/drafts/"):
        page.get_by_label("Urgent").check()
    expect(page.locator("#promise")).to_contain_text("Enterprise, urgent priority")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("yesterday")
    page.get_by_role("button", name="Preview").click()
    page.set_input_files("input[type=file]", {"name": "error.log", "mimeType": "text/plain", "buffer": b"one line"})
    expect(page.locator(".files .about")).to_contain_text("ready")

    assert Draft.objects.get().priority == 40
    page.reload()  # as after a closed tab
    expect(page.get_by_label("What happened")).to_have_value("Since **yesterday**")
    expect(page.get_by_text("Draft from")).to_be_visible()
    expect(page.get_by_label("Urgent")).to_be_checked()
    page.set_input_files("input[type=file]", {"name": "error.log", "mimeType": "text/plain", "buffer": b"one line"})
    expect(page.locator(".files .about")).to_contain_text("ready")
    page.get_by_label("What happened").press("Control+Enter")
    expect(page.get_by_role("heading", name="SSO login loops")).to_be_visible()
    expect(page.get_by_text("We'll reply by").first).to_be_visible()
    expect(page.get_by_role("link", name="error.log")).to_be_visible()
    assert Ticket.objects.get().priority == 40
    assert not Draft.objects.exists()


def test_the_list_answers_while_one_types(cast, ticket, open_page):
    page = open_page("/tickets/", cast.alice)
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("searchbox").fill("sso")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("link", name="SSO login loops").click()
    expect(page.get_by_role("heading", name="SSO login loops")).to_be_visible()


def test_a_reply_that_arrives_while_one_writes_moves_nothing_until_asked(cast, ticket, open_page):
    page = open_page("about:blank", cast.alice)
    page.clock.install()
    page.goto(f"/tickets/{ticket.pk}/")
    page.get_by_label("Your reply").fill("I am still writing")
    reply(ticket, by=Actor.person(cast.gwen), body="One more thing")
    page.clock.run_for(21_000)
    expect(page.get_by_text("Gwen Abara replied just now")).to_be_visible()
    expect(page.get_by_text("One more thing")).to_have_count(0)
    page.get_by_role("link", name="show").click()
    expect(page.get_by_text("One more thing")).to_be_visible()
    expect(page.get_by_label("Your reply")).to_have_value("I am still writing")
    expect(page.get_by_text("replied just now")).to_have_count(0)


def test_everything_works_without_javascript(cast, open_page):
    page = open_page("/tickets/new/", cast.alice, java_script_enabled=False)
    page.get_by_label("Subject").fill("SSO login loops")
    page.get_by_label("What happened").fill("Since **yesterday**")
    page.get_by_label("High").check()
    page.set_input_files("input[type=file]", {"name": "error.log", "mimeType": "text/plain", "buffer": b"one line"})
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview-box strong")).to_have_text("yesterday")
    expect(page.get_by_label("High")).to_be_checked()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="SSO login loops")).to_be_visible()
    expect(page.get_by_role("link", name="error.log")).to_be_visible()
    ticket = Ticket.objects.get()
    assert ticket.priority == 30

    set_status(ticket, "pending", by=Actor.person(cast.gwen))
    page.get_by_label("Your reply").fill("It works now")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It works now")).to_be_visible()
    page.get_by_label("A colleague's email address").fill("amir@acme.example")
    page.get_by_role("button", name="Add colleague").click()
    expect(page.get_by_text("Amir Haddad can read this now")).to_be_visible()
    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_text("Good to hear")).to_be_visible()
    page.get_by_role("button", name="Not solved: open it again").click()
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_stranger_files_a_ticket_and_is_told_where_the_link_goes(cast, open_page):
    page = open_page("/", **STEADY)
    page.get_by_role("link", name="Write a ticket").click()
    page.get_by_label("Your email address").fill("nora@elsewhere.example")
    page.get_by_label("Subject").fill("Before I buy")
    page.get_by_label("What happened").fill("Does it run on a laptop?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We have sent a link to nora@elsewhere.example")).to_be_visible()
    assert wrong(page) == {}
