"""Articles beside a new ticket: what is offered, what is noted of it, and that nothing typed is lost."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actors import Actor
from accounts.readers import reader_of_actor
from knowledge.actions.offer_articles import tie_ticket
from knowledge.models import Audience, Deflection, Read
from support.models import Attachment, Draft, Ticket
from tests.factories.knowledge import make_article
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _database_engine(settings):
    settings.SEARCH_ENGINE = "database"


@pytest.fixture
def rotate():
    return make_article("Rotate API keys without downtime", "Create the *second* key.")


@pytest.fixture
def alice_browser(cast, signed_in):
    return signed_in(cast.alice)


def ask(client, subject, key, **more):
    return client.post("/search/answers/", {"subject": subject, "offer": str(key), **more})


def form_fields(response):
    form = response.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields if name != "website"}


def test_articles_are_offered_while_the_subject_is_typed_and_that_is_noted_once(cast, alice_browser, rotate):
    other = make_article("Retire an old key")
    key = uuid.uuid4()
    assert rotate.get_absolute_url() in ask(alice_browser, "rot", key).content.decode()
    ask(alice_browser, "retire a", key)
    noted = Deflection.objects.get()
    assert noted.pk == key and noted.text == "retire a"
    assert noted.offered[0] == rotate.pk and other.pk in noted.offered
    assert noted.reader == reader_of_actor(Actor.person(cast.alice)) and "alice" not in noted.reader


def test_nothing_fits_nothing_is_shown_and_nothing_noted(alice_browser, rotate):
    for subject in ("zebra", "", "  ", "ro", "\x00"):
        assert ask(alice_browser, subject, uuid.uuid4()).content.strip() == b""
    assert b'data-answers data-url="/search/answers/"' in alice_browser.get("/tickets/new/").content
    assert not Deflection.objects.exists()


def test_the_staff_are_offered_articles_and_not_counted(cast, signed_in, rotate):
    assert ask(signed_in(cast.gwen), "rotate", uuid.uuid4()).content.strip()
    assert not Deflection.objects.exists()


def test_a_crawler_that_follows_a_link_to_the_form_is_not_counted(client, rotate):
    assert rotate.get_absolute_url() in client.get("/tickets/new/?subject=rotate").content.decode()
    assert not Deflection.objects.exists()
    client.get("/tickets/new/?subject=rotate")  # the browser came back with its cookie
    assert Deflection.objects.count() == 1


def test_an_article_is_read_beside_the_form(alice_browser, rotate):
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    data = {"offer": str(key), "answer": f"article:{rotate.pk}", "subject": "rotate"}
    for _again in range(2):
        page = alice_browser.post("/search/answers/opened/", data).content.decode()
    assert "<em>second</em>" in page and 'form="ticket-form"' in page
    assert Deflection.objects.get().opened == [rotate.pk]
    assert Read.objects.get().article == rotate  # agents see it beside the ticket, should one come


@pytest.mark.parametrize(
    "answer", ["", "article:", "article:x", "ticket:1", "article:99999999999999999999", "article:0"]
)
def test_what_is_no_article_is_missing(client, answer):
    assert client.post("/search/answers/opened/", {"answer": answer, "offer": "no uuid"}).status_code == 404
    assert client.post("/search/answers/answered/", {"answer": answer, "offer": "no uuid"}).status_code == 200
    assert not Deflection.objects.exists()


def test_what_answered_it_ends_the_form_and_every_word_is_still_there(cast, alice_browser, rotate):
    fields = form_fields(alice_browser.get("/tickets/new/?subject=rotate"))
    typed = {**fields, "subject": "rotate", "body": "\nFirst line\n<b>&amp;", "priority": "30"}
    upload = SimpleUploadedFile("error.log", b"one line")
    page = alice_browser.post("/search/answers/answered/", {**typed, "answer": f"article:{rotate.pk}", "files": upload})
    assert "Good to hear" in page.content.decode() and rotate.title in page.content.decode()
    noted = Deflection.objects.get()
    assert noted.answered_by == rotate and noted.ticket is None and str(noted.pk) == fields["offer"]
    assert not Ticket.objects.exists()
    draft = Draft.objects.get()
    assert (draft.subject, draft.body, draft.priority, draft.unsent_files().count()) == ("rotate", typed["body"], 30, 1)

    carried = {**page.context["carried"], "attachments": [str(file.pk) for file in page.context["attachments"]]}
    again = alice_browser.post("/tickets/new/", {**carried, "look": "1"})
    assert again.status_code == 200 and not Ticket.objects.exists()
    assert form_fields(again)["body"] == typed["body"]
    assert Attachment.objects.get().name in again.content.decode()


def test_a_hidden_article_answers_nothing_and_the_page_does_not_tell(alice_browser, rotate):
    hidden = make_article("Heron secrets", audience=Audience.STAFF)
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    page = alice_browser.post(
        "/search/answers/answered/", {"offer": str(key), "answer": f"article:{hidden.pk}", "subject": "rotate"}
    )
    assert page.status_code == 200 and b"Heron" not in page.content
    assert Deflection.objects.get().answered_by is None


def test_nobody_ends_the_form_of_somebody_else(cast, signed_in, alice_browser, rotate):
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    foreign = {"offer": str(key), "answer": f"article:{rotate.pk}", "subject": "mine"}
    signed_in(cast.bea).post("/search/answers/answered/", foreign)
    signed_in(cast.bea).post("/search/answers/opened/", foreign)
    noted = Deflection.objects.get()
    assert noted.answered_by is None and noted.opened == [] and noted.text == "rotate"


def test_a_filed_ticket_is_tied_to_what_was_offered(alice_browser, rotate, run_reactions):
    fields = form_fields(alice_browser.get("/tickets/new/"))
    ask(alice_browser, "rotate", fields["offer"])
    alice_browser.post("/tickets/new/", {**fields, "subject": "rotate", "body": "Please"})
    run_reactions()
    assert Deflection.objects.get().ticket == Ticket.objects.get()


def test_a_ticket_of_a_stranger_is_tied_as_well(client, rotate, run_reactions):
    fields = form_fields(client.get("/tickets/new/"))
    ask(client, "rotate", fields["offer"])
    client.post(
        "/tickets/new/",
        {**fields, "subject": "rotate", "body": "Please", "email": "nora@elsewhere.example", "name": ""},
    )
    run_reactions()
    assert Deflection.objects.get().ticket == Ticket.objects.get()


def test_a_form_without_its_key_files_a_ticket_like_any_other(alice_browser, rotate, run_reactions):
    fields = form_fields(alice_browser.get("/tickets/new/"))
    for offer in ("", "no uuid", "0" * 3000):
        sent = {**fields, "submission": str(uuid.uuid4()), "subject": "rotate", "body": "Please", "offer": offer}
        assert alice_browser.post("/tickets/new/", sent).status_code == 302
    run_reactions()
    assert Ticket.objects.count() == 3 and not Deflection.objects.exists()


def test_a_ticket_is_tied_to_one_form_alone_and_later_ones_leave_it(cast, alice_browser, rotate):
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    first, second = make_ticket(cast.alice), make_ticket(cast.alice)
    tie_ticket(first, key, at=first.created_at)
    tie_ticket(second, key, at=second.created_at)
    assert Deflection.objects.get().ticket == first


def test_a_form_that_ended_is_not_changed_any_more(alice_browser, rotate):
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    alice_browser.post(
        "/search/answers/answered/", {"offer": str(key), "answer": f"article:{rotate.pk}", "subject": "rotate"}
    )
    ask(alice_browser, "retire", key)
    assert Deflection.objects.get().text == "rotate"


def test_looking_costs_few_questions(alice_browser, rotate, django_assert_max_num_queries):
    key = uuid.uuid4()
    ask(alice_browser, "rotate", key)
    with django_assert_max_num_queries(22):
        ask(alice_browser, "rotate k", key)


def test_without_a_token_nothing_is_noted(rotate):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    for path in ("", "opened/", "answered/"):
        assert (
            client.post(f"/search/answers/{path}", {"subject": "rotate", "offer": str(uuid.uuid4())}).status_code == 403
        )
    assert client.post("/search/click/", {"q": "rotate", "key": f"article:{rotate.pk}"}).status_code == 403
    assert not Deflection.objects.exists()
