import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import signed_links
from accounts.models import User
from events.models import Event
from support.actions.keep_draft import keep_draft
from support.models import Attachment, Draft, Message, Ticket
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db

TYPED = {"subject": "SSO loops", "body": "Since **yesterday**", "priority": "30"}
STRANGER = {**TYPED, "email": "nora@elsewhere.example", "name": "Nora"}


def form(browser, query=""):
    response = browser.get(f"/tickets/new/{query}")
    assert response.status_code == 200
    return response.content.decode()


def send(browser, expected=302, **fields):
    response = browser.post("/tickets/new/", fields)
    assert response.status_code == expected, response.content.decode()
    return response


def test_a_customer_files_a_ticket_and_sees_by_when_we_reply(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T10:36:00Z", tick=False)
    browser = signed_in(cast.alice)
    response = send(browser, **TYPED)
    ticket = Ticket.objects.get()
    assert response.url == f"/tickets/{ticket.pk}/"
    assert (ticket.requester, ticket.organization, ticket.priority) == (cast.alice, cast.acme, 30)
    assert (
        f"Your ticket is #{ticket.pk}. We&#x27;ll reply by 12:36 UTC (in 2 h)."
        in browser.get(response.url).content.decode()
    )


def test_the_promise_is_shown_before_sending_for_each_priority(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T10:36:00Z", tick=False)
    browser = signed_in(cast.alice)
    html = form(browser)
    assert "We&#x27;ll reply by 14:36 UTC (in 4 h)." in html and "Enterprise, normal priority" in html
    assert "reply by 12:36 UTC" in html and "reply by 11:36 UTC" in html
    part = browser.get("/tickets/new/promise/?priority=40").content.decode()
    assert "We&#x27;ll reply by 11:36 UTC (in 1 h)." in part and "<html" not in part
    assert "(in 4 h)" in browser.get("/tickets/new/promise/?priority=oops").content.decode()


def test_where_the_desk_sets_the_priority_it_is_a_suggestion_and_promises_nothing_more(cast, signed_in, time_machine):
    time_machine.move_to("2026-03-10T10:36:00Z", tick=False)
    cast.acme.tier.customers_set_priority = False
    cast.acme.tier.save()
    browser = signed_in(cast.alice)
    assert "A suggestion" in form(browser)
    assert "(in 4 h)" in browser.get("/tickets/new/promise/?priority=40").content.decode()
    send(browser, **TYPED)
    assert (Ticket.objects.get().priority, Ticket.objects.get().suggested_priority) == (20, 30)


def test_a_double_click_sends_one_ticket(cast, signed_in):
    browser = signed_in(cast.alice)
    mark = str(uuid.uuid4())
    first = send(browser, **TYPED, submission=mark)
    assert send(browser, **TYPED, submission=mark).url == first.url
    assert Ticket.objects.count() == 1


def test_somebody_elses_mark_opens_nothing_of_theirs(cast, signed_in):
    mark = uuid.uuid4()
    theirs = make_ticket(cast.bea, submission=mark)
    browser = signed_in(cast.alice)
    response = send(browser, **TYPED, submission=str(mark))
    assert browser.get(response.url).status_code == 404 or str(theirs.pk) not in response.url


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": ""}, "Give your question a subject"),
        ({"subject": "  \n "}, "Give your question a subject"),
        ({"subject": "x" * 201}, "at most 200 characters"),
        ({"body": " "}, "Write a few words first."),
        ({"body": "x" * 100_001}, "This is 100001 characters long; at most 100000 fit."),
        ({"priority": "99"}, "Choose one of the priorities."),
        ({"priority": "high"}, "Choose one of the priorities."),
        ({"priority": ""}, "Choose one of the priorities."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_said_at_its_field_and_the_text_is_kept(cast, signed_in, changes, words):
    html = send(signed_in(cast.alice), 422, **{**TYPED, **changes}).content.decode()
    assert words in html
    assert 'aria-invalid="true"' in html
    for name, kept in (("subject", 'value="SSO loops"'), ("body", "Since **yesterday**")):
        if name not in changes:
            assert kept in html
    assert "x" * len(changes.get("body", "").strip()) in html
    assert not Ticket.objects.exists()


def test_missing_fields_are_named_all_at_once(cast, signed_in):
    html = send(signed_in(cast.alice), 422).content.decode()
    assert "Give your question a subject" in html and "Write a few words first." in html


def test_zero_bytes_and_line_breaks_do_no_harm(cast, signed_in):
    send(
        signed_in(cast.alice),
        subject="SSO\x00 loops\r\nBcc: x@y.example",
        body="a\x00b\r\nc",
        priority="20",
        submission="%00",
    )
    assert Ticket.objects.get().subject == "SSO loops Bcc: x@y.example"
    assert Message.objects.get().source == "ab\nc"


def test_the_body_is_counted_as_it_is_stored(cast, signed_in):
    send(signed_in(cast.alice), **{**TYPED, "body": "ab\r\n" * 33_333 + "x"})
    assert len(Message.objects.get().source) == 100_000


def test_fields_of_the_model_cannot_be_set(cast, signed_in):
    send(
        signed_in(cast.alice),
        **TYPED,
        requester=cast.bea.pk,
        organization=cast.globex.pk,
        status="closed",
        queue=1,
        assignee=cast.gwen.pk,
        is_requester_proven="on",
        created_at="2020-01-01",
    )
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.organization, ticket.status, ticket.assignee) == (
        cast.alice,
        cast.acme,
        "new",
        None,
    )


def test_without_javascript_a_button_shows_the_preview_and_keeps_everything(cast, signed_in):
    html = send(signed_in(cast.alice), 200, **TYPED, preview="1").content.decode()
    assert "<strong>yesterday</strong>" in html and "Since **yesterday**</textarea>" in html
    assert 'value="SSO loops"' in html and 'value="30" checked' in html
    assert not Ticket.objects.exists()


def test_a_plan_without_the_web_is_refused_with_a_sentence(cast, signed_in):
    cast.acme.tier.channels = ["email"]
    cast.acme.tier.save()
    browser = signed_in(cast.alice)
    assert "not part of your plan, Enterprise" in form(browser)
    html = send(browser, 403, **TYPED).content.decode()
    assert "not part of your plan" in html and "Since **yesterday**" in html
    assert not Ticket.objects.exists()


def test_a_draft_comes_back_and_can_be_discarded(cast, signed_in):
    keep_draft(cast.alice, Draft.Kind.TICKET, subject="Half", body="a ques", priority=40)
    browser = signed_in(cast.alice)
    html = form(browser)
    assert (
        'value="Half"' in html and "a ques</textarea>" in html and 'value="40" checked' in html and "Draft from" in html
    )
    assert "Half" not in form(signed_in(cast.amir))
    browser.post("/drafts/removal/")
    assert "Half" not in form(browser)


def test_sending_ends_the_draft(cast, signed_in):
    keep_draft(cast.alice, Draft.Kind.TICKET, body="Half")
    send(signed_in(cast.alice), **TYPED)
    assert not Draft.objects.exists()


def test_words_from_another_page_become_the_subject(cast, signed_in):
    assert 'value="rotate &quot;keys&quot;"' in form(signed_in(cast.alice), '?subject=rotate+"keys"')


def test_filing_costs_twelve_queries(cast, signed_in, django_assert_max_num_queries):
    browser = signed_in(cast.alice)
    form(browser)
    with django_assert_max_num_queries(100) as counted:
        send(browser, **TYPED)
    asked = [q["sql"] for q in counted if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(asked) <= 12, asked


# --- Somebody known by an address only -----------------------------------------------------------------------------


def test_a_stranger_files_a_ticket_that_nobody_reads_on_the_web_until_the_address_is_proven(cast, client):
    response = send(client, **STRANGER)
    assert response.url == "/tickets/sent/"
    ticket = Ticket.objects.get()
    assert (ticket.requester.email, ticket.is_requester_proven, ticket.organization) == (STRANGER["email"], False, None)
    html = client.get("/tickets/sent/").content.decode()
    assert "nora@elsewhere.example" in html and "SSO loops" not in html
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 302


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(cast):
    answers = []
    for address in ("alice@acme.example", "nobody@acme.example"):
        browser = Client()
        send(browser, **{**STRANGER, "email": address})
        answers.append(browser.get("/tickets/sent/").content.decode().replace(address, ""))
    assert answers[0] == answers[1]


def test_a_tickets_owner_does_not_see_what_a_stranger_filed_in_their_name(cast, signed_in):
    send(Client(), **{**STRANGER, "email": "alice@acme.example"})
    ticket = Ticket.objects.get()
    assert ticket.requester == cast.alice and ticket.organization is None
    assert signed_in(cast.alice).get(f"/tickets/{ticket.pk}/").status_code == 404


@pytest.mark.parametrize("address", ["", "nora", "nora@", "a@b.example\nBcc: c@d.example", "x" * 250 + "@b.example"])
def test_a_stranger_needs_an_address(cast, client, address):
    html = send(client, 422, **{**STRANGER, "email": address}).content.decode()
    assert "Since **yesterday**" in html
    assert not User.objects.filter(email__contains="nora").exists()


def test_a_program_that_fills_every_field_files_nothing_and_learns_nothing(cast, client):
    assert send(client, **STRANGER, website="https://spam.example").url == "/tickets/sent/"
    assert not Ticket.objects.exists()
    assert not User.objects.filter(email=STRANGER["email"]).exists()


def test_sec_12_one_address_hears_from_us_three_times_an_hour_at_most(cast, client):
    for _time in range(3):
        send(client, **STRANGER)
    response = send(client, 429, **STRANGER)
    assert "Your text is kept" in response.content.decode() and "Since **yesterday**" in response.content.decode()
    assert int(response["Retry-After"]) > 0
    assert Ticket.objects.count() == 3
    assert Event.objects.filter(name="ticket.opened").count() == 3


def test_one_client_files_ten_tickets_an_hour_at_most(cast, client):
    for n in range(10):
        send(client, **{**STRANGER, "email": f"nora{n}@elsewhere.example"})
    send(client, 429, **STRANGER)


def test_a_guest_is_known_by_their_address(cast, client):
    ticket = make_ticket(cast.carl)
    client.post(f"/link/{signed_links.make(cast.carl, ticket.pk)}/")
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 200
    assert 'value="carl@elsewhere.example"' in form(client)


def test_nobody_sends_the_upload_of_another(cast, signed_in):
    theirs = Attachment.objects.create(
        name="canary.txt", size=1, content_type="text/plain", sha256="0" * 64, path="x", uploaded_by=cast.bea
    )
    html = send(signed_in(cast.alice), 422, **TYPED, attachments=[str(theirs.pk), "no-key"]).content.decode()
    assert "2 files are not there any more." in html and "canary" not in html and "Since **yesterday**" in html
    theirs.refresh_from_db()
    assert theirs.message is None


def test_files_sent_with_the_form_arrive_and_stay_when_something_else_is_wrong(cast, signed_in):
    browser = signed_in(cast.alice)
    log = SimpleUploadedFile("error.log", b"one line", content_type="text/plain")
    html = browser.post("/tickets/new/", {**TYPED, "subject": "", "files": [log]}).content.decode()
    assert "error.log" in html
    key = str(Attachment.objects.get().pk)
    assert key in html
    send(browser, **TYPED, attachments=[key])
    assert Message.objects.get().attachments.get().name == "error.log"
    assert "error.log" in browser.get(f"/tickets/{Ticket.objects.get().pk}/").content.decode()
