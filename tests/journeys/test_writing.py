"""Writing an article by keyboard: write, preview, publish, two editors at once, going back; and an answer with an article."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.publish import publish
from knowledge.models import Article, ArticleFile
from support.actions.reply import reply
from tests.factories.support import make_ticket
from tests.journeys.browser import STEADY, faults, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_article_is_written_by_keyboard_and_two_editors_are_told(open_page, cast):
    page = open_page("/admin/knowledge/", cast.lena)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="New article")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Title").focus()
    page.keyboard.type("Refunds")
    page.get_by_label("Text Markdown").focus()
    page.keyboard.type("## How long\n\nIt takes **five** days.")
    expect(page.get_by_role("region", name="Preview").get_by_role("heading", name="How long")).to_be_visible()
    expect(page.locator("[data-draft-said]")).to_contain_text("draft kept")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Readers do not see it yet.")).to_be_visible()
    article = Article.objects.get()
    page.get_by_role("button", name="Publish", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Readers see it now.")).to_be_visible()

    other = open_page(f"/admin/knowledge/articles/{article.pk}/", cast.gwen)
    for writer, words in ((page, "It takes **three** days."), (other, "It takes **ten** days.")):
        writer.wait_for_load_state("networkidle")
        writer.get_by_label("Text Markdown").fill(f"## How long\n\n{words}")
        writer.keyboard.press("Control+Enter")
        writer.wait_for_load_state("networkidle")
    expect(other.get_by_text("Lena Fuchs saved version 2 while you were writing.")).to_be_visible()
    expect(other.get_by_role("region", name="What changed").locator("mark").first).to_have_text("three")
    expect(other.get_by_label("Text Markdown")).to_have_value("## How long\n\nIt takes **ten** days.")
    # The refusal is the server's 409, which the browser notes as an error of its own.
    open_page.complaints[:] = [said for said in open_page.complaints if "409" not in said]
    other.get_by_role("button", name="Save mine as the newest").focus()
    other.keyboard.press("Enter")
    expect(other.get_by_text("Readers do not see it yet.")).to_be_visible()
    other.wait_for_load_state("networkidle")
    assert Article.objects.get().newest_number == 3

    other.keyboard.press("v")
    restore = other.get_by_role("button", name="Restore version 1")
    restore.focus()
    other.keyboard.press("Enter")
    expect(other.get_by_text("Version 1 is the newest again.")).to_be_visible()
    expect(other.get_by_label("Text Markdown")).to_have_value("## How long\n\nIt takes **five** days.")


def test_what_is_typed_while_the_desk_is_away_comes_back(open_page, cast):
    article = create_article(by=Actor.person(cast.gwen), kind="article", title="Refunds", body="Saved words.")
    page = open_page(f"/admin/knowledge/articles/{article.pk}/", cast.gwen)
    page.wait_for_load_state("networkidle")
    page.route("**/knowledge/draft/**", lambda route: route.abort())
    page.get_by_label("Text Markdown").fill("Words typed in a tunnel.")
    expect(page.locator("[data-draft-said]")).to_contain_text("no connection")
    page.unroute("**/knowledge/draft/**")
    page.reload()
    expect(page.get_by_label("Text Markdown")).to_have_value("Words typed in a tunnel.")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("in a tunnel")
    expect(page.locator("[data-draft-said]")).to_contain_text("draft kept")
    open_page.complaints[:] = [said for said in open_page.complaints if "ERR_FAILED" not in said]


def test_a_pasted_picture_stands_where_the_cursor_was(open_page, cast):
    page = open_page("/admin/knowledge/new/", cast.gwen)
    page.wait_for_load_state("networkidle")
    page.get_by_label("Text Markdown").fill("Look: ")
    page.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 20, height: 20 });
          canvas.getContext("2d").fillRect(0, 0, 20, 20);
          const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
          const data = new DataTransfer();
          data.items.add(new File([blob], "shot.png", { type: "image/png" }));
          const text = document.querySelector("#writing textarea");
          text.focus();
          text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_role("region", name="Preview").get_by_role("img", name="shot.png")).to_be_visible()
    shown = f"Look: ![shot.png](/knowledge/files/{ArticleFile.objects.get().pk}/shot.png)"
    expect(page.get_by_label("Text Markdown")).to_have_value(shown)


def test_an_agent_answers_with_an_article(open_page, cast):
    article = publish(create_article(by=Actor.system(), kind="article", title="Refunds take days"), by=Actor.system())
    ticket = make_ticket(cast.alice)
    page = open_page(f"/admin/tickets/{ticket.pk}/", cast.gwen)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("#")
    expect(page.get_by_label("Words of the article")).to_be_focused()
    page.keyboard.type("refunds")
    page.get_by_role("button", name="Refunds take days").click()
    expect(page.get_by_label("Your message")).to_have_value(
        f"[Refunds take days]({settings.BASE_URL.rstrip('/')}{article.get_absolute_url()})"
    )


def test_the_pages_for_writing_please_axe(open_page, cast):
    lead = Actor.person(cast.lena)
    section = keep_section(None, by=lead, kind="article", title="Billing", icon="💶")
    article = create_article(by=lead, kind="article", title="Refunds", body="# A\n\nB", section=section)
    video = create_article(by=lead, kind="video", title="Tour")
    ticket = make_ticket(cast.alice, answered_by=cast.gwen)
    message = reply(ticket, by=Actor.person(cast.gwen), body="Dear Alice, open 203.0.113.7.").message
    here = "/admin/knowledge/"
    page = open_page(here, cast.lena, **STEADY)
    paths = [
        here,
        f"{here}new/",
        f"{here}articles/{article.pk}/",
        f"{here}articles/{video.pk}/",
        f"{here}articles/{article.pk}/versions/",
        f"{here}articles/{article.pk}/comparison/?old=1&new=1",
        f"{here}sections/",
        f"{here}sections/{section.pk}/",
        f"{here}texts/",
        f"{here}feedback/",
        f"/admin/tickets/{ticket.pk}/",
        f"/admin/tickets/{ticket.pk}/messages/{message.pk}/article/",
    ]
    assert problems(page, paths) == {}
    assert faults(page) == []
