"""Searching and being answered before asking, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from knowledge.models import Deflection, Kind
from search.models import SearchLog
from support.models import Ticket
from tests.factories.knowledge import make_article
from tests.journeys.browser import STEADY, problems, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _database_engine(settings):
    settings.SEARCH_ENGINE = "database"


@pytest.fixture
def articles(cast):
    steps = "Create the second key.\n\n## Retire the old one\n\nThen [look at it](/docs/)."
    return [
        make_article("Rotate API keys without downtime", steps, summary="While everything runs."),
        make_article("API key permissions", "A key without the scope gets 403."),
        make_article("Can two keys be active at once?", "Yes, up to five.", kind=Kind.FAQ),
    ]


def test_one_types_chooses_a_suggestion_and_is_there(cast, articles, open_page):
    page = open_page("/search/", **STEADY)
    field = page.get_by_role("combobox", name="Search for")
    field.press_sequentially("rotat")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.locator(".search [role=status]")).to_contain_text("1 suggestion")
    assert wrong(page) == {}
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("rotat")
    field.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Rotate API keys")
    with page.expect_request("**/search/click/"):
        field.press("Enter")
    expect(page.get_by_role("heading", name="Rotate API keys without downtime")).to_be_visible()
    assert SearchLog.objects.get().clicked_key == f"article:{articles[0].pk}"


def test_results_are_opened_and_the_desk_knows_which(cast, articles, open_page):
    page = open_page("/search/")
    page.get_by_role("combobox", name="Search for").fill("keys")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 results")).to_be_visible()
    page.get_by_role("link", name="Questions 1").click()
    with page.expect_request("**/search/click/"):
        page.get_by_role("link", name="Can two keys be active at once?").click()
    expect(page.get_by_role("heading", name="Can two keys be active at once?").first).to_be_visible()
    assert SearchLog.objects.get().clicked_key == f"faq:{articles[2].pk}"


def test_a_question_is_answered_while_its_subject_is_typed(cast, articles, open_page):
    page = open_page("/tickets/new/", cast.alice, **STEADY)
    offered = page.get_by_role("region", name="This may answer it")
    expect(offered).to_be_hidden()
    page.get_by_label("What happened").fill("Since **yesterday**")
    page.get_by_label("Subject").press_sequentially("rotate keys")
    expect(offered).to_be_visible()
    expect(page.locator("[data-answers-said]")).to_contain_text("may answer this")
    assert wrong(page) == {}
    page.get_by_role("link", name="Rotate API keys without downtime").click()
    dialog = page.get_by_role("dialog", name="Rotate API keys without downtime")
    expect(dialog.get_by_role("heading", name="Retire the old one")).to_be_visible()
    assert wrong(page) == {}
    dialog.get_by_role("button", name="Back to my question").click()
    expect(page.get_by_label("What happened")).to_have_value("Since **yesterday**")
    expect(page.get_by_role("link", name="Rotate API keys without downtime")).to_be_focused()
    page.get_by_role("link", name="Rotate API keys without downtime").click()
    dialog.get_by_role("button", name="This answered it").click()
    expect(page.get_by_role("heading", name="Good to hear")).to_be_visible()
    assert wrong(page) == {}
    noted = Deflection.objects.get()
    assert (noted.answered_by, noted.opened, noted.ticket) == (articles[0], [articles[0].pk], None)
    assert not Ticket.objects.exists()

    page.get_by_role("button", name="Ask all the same").click()
    expect(page.get_by_label("What happened")).to_have_value("Since **yesterday**")
    expect(page.get_by_label("Subject")).to_have_value("rotate keys")
    page.get_by_label("Subject").press("Enter")  # sends, and presses no other button
    expect(page.get_by_role("heading", name="rotate keys")).to_be_visible()


def test_a_stranger_without_scripts_loses_nothing(cast, articles, open_page):
    page = open_page("/tickets/new/", java_script_enabled=False)
    page.get_by_label("Your email address").fill("nora@elsewhere.example")
    page.get_by_label("Subject").fill("rotate keys")
    page.get_by_label("What happened").fill("Line one\nLine two")
    page.get_by_role("button", name="See what may answer it").click()
    expect(page.get_by_role("link", name="Rotate API keys without downtime")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value("Line one\nLine two")
    page.get_by_role("button", name=re.compile("This answered it.*Rotate")).click()
    expect(page.get_by_role("heading", name="Good to hear")).to_be_visible()
    page.get_by_role("button", name="Ask all the same").click()
    expect(page.get_by_label("What happened")).to_have_value("Line one\nLine two")
    expect(page.get_by_label("Your email address")).to_have_value("nora@elsewhere.example")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_text("We have sent a link to nora@elsewhere.example")).to_be_visible()
    noted = Deflection.objects.get()
    assert noted.answered_by == articles[0] and len(noted.offered) > 1


def test_axe_finds_nothing_on_the_pages_about_searching(cast, articles, open_page):
    from search.actions.keep_pin import keep_pin
    from search.actions.keep_synonym import keep_synonym
    from search.engine import Key

    ada = Actor.person(cast.ada)
    keep_synonym(["okta", "saml"], by=ada)
    keep_pin("keys", Key("article", articles[0].pk), by=ada)
    for text in ("zebra", "zebra stripes", "keys"):
        SearchLog.objects.create(text=text, normalized=text, found=len(text) % 2, reader="r")
    portal = ["/search/", "/search/?q=keys", "/search/?q=nothing+zebra", "/tickets/new/?subject=rotate+keys"]
    assert problems(open_page("/robots.txt", **STEADY), portal, [(1440, "light"), (390, "dark"), (320, "light")]) == {}
    console = [f"/admin/search/{path}" for path in ("", "?q=keys", "gaps/", "gaps/?state=marked", "gaps/answer/?q=zebra",
               "synonyms/", "pins/", "pins/new/?query=keys", "deflection/", "deflection/forms/")]  # fmt: skip
    assert problems(open_page("/robots.txt", cast.ada, **STEADY), console) == {}
