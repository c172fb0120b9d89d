"""From question to answer, as three people in three browsers: Alice asks, Gwen answers, Lena reads what happened.

A real Chromium, a real mail server; what a worker does is done by the same functions.
"""

import re

import pytest
from playwright.sync_api import expect

from notifications.deliver import send_all_due
from support.models import Ticket
from tests.factories.support import make_ticket
from tests.journeys.browser import STEADY, problems
from tests.reliability.smtp_servers import mail_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailbox(settings):
    with mail_server() as (script, port):
        settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield script


def text_of(message) -> str:
    return next(
        part.get_payload(decode=True).decode() for part in message.walk() if part.get_content_type() == "text/plain"
    )


def test_a_ticket_from_question_to_answer(cast, open_page, mailbox, run_reactions):
    def work():
        run_reactions()
        send_all_due()

    # Alice asks, and sees the promise before and after.
    alice = open_page("/tickets/new/", cast.alice)
    alice.get_by_label("Subject").fill("SSO login loops")
    alice.get_by_label("What happened").fill("Since `yesterday` we are sent back.")
    expect(alice.get_by_text(re.compile(r"We'll reply by .*\(in 3 h 59|in 4 h")).first).to_be_visible()
    alice.get_by_role("button", name=re.compile("^Send")).click()
    expect(alice.get_by_role("heading", name="SSO login loops")).to_be_visible()
    ticket = Ticket.objects.get()
    work()
    assert [to for to, _ in mailbox.taken] == [cast.alice.email]

    # It takes its place in Gwen's queue; she answers and waits for the customer, in one stroke of the keyboard.
    gwen = open_page("/admin/queue/", cast.gwen)
    row = gwen.locator(".row", has_text="SSO login loops")
    expect(row).to_contain_text("Enterprise")
    expect(row.locator(".due")).to_be_visible()
    gwen.get_by_role("link", name="SSO login loops").click()
    expect(gwen.get_by_text("First response").first).to_be_visible()
    gwen.keyboard.press("n")
    composer = gwen.locator("form.composer textarea[name=body]")
    composer.fill("canary-note: same as last week")
    gwen.locator("form.composer").get_by_role("button", name="Send", exact=True).click()
    expect(gwen.get_by_text("canary-note: same as last week")).to_be_visible()
    gwen.keyboard.press("r")
    composer.fill("Please set the **audience** to the new one.")
    gwen.keyboard.press("Control+Enter")
    expect(gwen.get_by_text("Please set the audience to the new one.")).to_be_visible()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.next_due_at) == ("pending", None)

    # The answer is in Alice's mail, in the thread of the acknowledgement, without the note.
    work()
    mails = [message for to, message in mailbox.taken if to == cast.alice.email]
    assert len(mails) == 2
    answer = mails[-1]
    assert "audience" in text_of(answer)
    assert "canary-note" not in answer.as_string()
    assert mails[0]["Message-ID"] in answer["References"]
    assert f"#{ticket.pk}" in answer["Subject"]

    # She follows the link in the mail, reads it, and says that it works.
    link = re.search(rf"https?://[^/\s]+(/tickets/{ticket.pk}/\S*)", text_of(answer))
    assert link
    alice.goto(link[1].rstrip(".>"))
    expect(alice.get_by_text("Please set the audience to the new one.")).to_be_visible()
    expect(alice.get_by_text("canary-note")).to_have_count(0)
    alice.locator("textarea[name=body]").fill("It works, thank you!")
    alice.keyboard.press("Control+Enter")
    expect(alice.get_by_text("It works, thank you!")).to_be_visible()
    alice.get_by_role("button", name="Mark as solved").click()
    expect(alice.get_by_text("Solved").first).to_be_visible()
    work()

    # Lena reads all that happened, in order, in words.
    lena = open_page(f"/admin/tickets/{ticket.pk}/timeline/", cast.lena)
    said = lena.locator("main").inner_text()
    order = [said.lower().find(word) for word in ("filed", "note", "replied", "solved")]
    assert -1 not in order, said
    assert order[0] < order[-1]
    ticket.refresh_from_db()
    assert ticket.status == "solved"


def test_axe_finds_nothing_in_the_console(cast, open_page):
    ticket = make_ticket(cast.alice, subject="SSO " + "very long words " * 10, note="Between us", noted_by=cast.gwen)
    answered = make_ticket(cast.bea, answered_by=cast.hugo)
    page = open_page("/admin/", cast.ada, **STEADY)
    paths = [
        "/admin/", "/admin/queue/", "/admin/queue/?q=nothing",
        f"/admin/tickets/{ticket.pk}/", "/admin/tickets/new/", f"/admin/tickets/{ticket.pk}/timeline/",
        f"/admin/tickets/{ticket.pk}/promises/", f"/admin/tickets/{answered.pk}/promises/",
        "/admin/outbox/", "/admin/deliveries/", "/admin/settings/",
        "/admin/reports/", "/admin/reports/timers/", "/admin/reports/simulator/?tier=enterprise", "/admin/reports/dry-run/",
    ]  # fmt: skip
    assert problems(page, paths, [(1440, "light"), (390, "dark"), (320, "light")]) == {}
    assert problems(page, ["/admin/queue/?status=odd"]) == {}
    open_page.complaints.clear()  # to Chromium, a page that says 400 is a fault
