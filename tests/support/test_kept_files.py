"""Files of what is not sent yet: they come back with the words, after an error, in an old form, in another browser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from support.actions.delete_orphaned_uploads import delete_orphaned_uploads
from support.actions.keep_draft import keep_draft
from support.models import Attachment, Draft, Message
from tests.factories.support import make_ticket
from tests.support.files import sent, upload

pytestmark = pytest.mark.django_db
HERE = {"origin": "http://testserver"}


def keys(page: str) -> list[str]:
    return [str(key) for key in Attachment.objects.values_list("pk", flat=True) if f'value="{key}"' in page]


def places(cast):
    """Each place in which people write, with who writes there: page, where it is posted, where its draft is kept."""
    ticket = make_ticket(cast.alice)
    number = [ticket.pk]
    return {
        "new ticket": (cast.alice, "/tickets/new/", "/tickets/new/", "/drafts/", {"subject": "", "priority": "20"}),
        "reply": (
            cast.alice, reverse("support:ticket", args=number), reverse("support:replies", args=number),
            reverse("support:reply_draft", args=number), {},
        ),
        "console": (
            cast.gwen, reverse("console:ticket", args=number), reverse("console:messages", args=number),
            reverse("console:draft", args=number), {"kind": "note", "call_at": "nonsense"},
        ),
    }  # fmt: skip


PLACES = ["new ticket", "reply", "console"]


@pytest.mark.parametrize("place", PLACES)
def test_a_draft_brings_words_and_files_back_in_another_browser(cast, signed_in, place):
    person, page, _post, draft, more = places(cast)[place]
    here = signed_in(person)
    key = upload(here).json()["key"]
    here.post(draft, {**more, "body": "Half a thought", "attachments": [key]})
    there = signed_in(person).get(page).content.decode()
    assert "Half a thought</textarea>" in there and keys(there) == [key] and "notes.txt" in there
    here.post(draft, {**more, "body": "Half a thought"})
    assert not keys(signed_in(person).get(page).content.decode()), "what was taken off does not come back"


@pytest.mark.parametrize("place", PLACES)
def test_a_file_without_words_is_a_draft_too_and_is_deleted_with_it(cast, signed_in, place):
    person, page, _post, draft, more = places(cast)[place]
    browser = signed_in(person)
    key = upload(browser).json()["key"]
    browser.post(draft, {**more, "body": "", "attachments": [key]})
    assert keys(browser.get(page).content.decode()) == [key]
    browser.post(f"{draft}removal/")
    assert not Attachment.objects.exists() and not Draft.objects.exists()


def test_a_draft_takes_nobody_elses_files(cast, signed_in):
    foreign = upload(signed_in(cast.bea)).json()["key"]
    signed_in(cast.alice).post("/drafts/", {"body": "x", "attachments": [foreign, "nonsense"]})
    assert not Draft.objects.get().files.exists()
    assert not keys(signed_in(cast.alice).get("/tickets/new/").content.decode())


def test_what_a_stranger_uploaded_is_theirs_in_every_browser_once_it_is_in_their_draft(cast):
    browser = Client()
    key = upload(browser).json()["key"]
    browser.force_login(cast.alice)
    browser.post("/drafts/", {"body": "x", "attachments": [key]})
    elsewhere = Client()
    elsewhere.force_login(cast.alice)
    elsewhere.post("/tickets/new/", {"subject": "With it", "body": "x", "priority": "20", "attachments": [key]})
    assert str(Message.objects.get().attachments.get().pk) == key
    assert not Draft.objects.exists()


@pytest.mark.parametrize("place", PLACES)
def test_without_scripts_a_file_stays_when_something_else_is_wrong_and_can_be_removed(cast, signed_in, place):
    person, page, post, _draft, more = places(cast)[place]
    browser = signed_in(person)
    body = "" if place == "reply" else "Words"
    answer = browser.post(
        post, {**more, "body": body + "x" * 100_001, "files": [sent(b"one", "a.txt"), sent(b"2", "b.txt")]}
    )
    assert answer.status_code == 422
    both = keys(answer.content.decode())
    assert len(both) == 2
    form = answer.content.decode().split('enctype="multipart/form-data"')[1]
    assert form.index('type="submit"') < form.index('name="remove"') - 100, "the Enter key sends, and removes nothing"
    first = form[: form.index('type="submit"')].rpartition("<button")[2] + form[form.index('type="submit"') :][:60]
    assert "remove" not in first
    assert len(keys(signed_in(person).get(page).content.decode())) == 2, "and a closed tab brings it back"
    answer = browser.post(post, {**more, "body": "Words", "attachments": both, "remove": both[0]})
    assert answer.status_code == 200 and keys(answer.content.decode()) == both[1:]
    assert "Words</textarea>" in answer.content.decode()
    assert [str(file.pk) for file in Attachment.objects.all()] == both[1:]


def test_the_button_removes_only_ones_own_unsent_file(cast, signed_in):
    foreign = upload(signed_in(cast.bea)).json()["key"]
    signed_in(cast.alice).post("/tickets/new/", {"body": "x", "remove": foreign})
    assert Attachment.objects.filter(pk=foreign).exists()


@pytest.mark.parametrize("place", PLACES)
def test_a_form_grown_old_gives_words_and_files_back(cast, place):
    person, _page, post, _draft, more = places(cast)[place]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    more = {**more, "subject": "Old"} | ({"call_at": ""} if place == "console" else {})
    answer = strict.post(post, {**more, "body": "Long words", "files": [sent(b"x")]}, headers=HERE)
    page = answer.content.decode()
    assert answer.status_code == 403 and "Long words</textarea>" in page
    [key] = keys(page)
    token = strict.cookies["csrf"].value
    answer = strict.post(
        post, {**more, "body": "Long words", "attachments": [key], "csrfmiddlewaretoken": token}, headers=HERE
    )
    assert answer.status_code == 302
    assert str(Message.objects.latest("pk").attachments.get().pk) == key


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"referer": "http://testserver.evil.example/"}]
)
def test_sec_24_another_sites_form_leaves_no_file_here(cast, headers):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.alice)
    answer = strict.post("/tickets/new/", {"subject": "x", "body": "x", "files": [sent(b"x")]}, headers=headers)
    assert answer.status_code == 403 and "must be chosen again" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_reply_after_signing_out_keeps_its_files_until_it_is_sent(cast):
    ticket = make_ticket(cast.alice)
    browser = Client()
    answer = browser.post(f"/tickets/{ticket.pk}/replies/", {"body": "Long words", "files": [sent(b"x")]})
    [key] = keys(answer.content.decode())
    browser.force_login(cast.alice)
    answer = browser.post(f"/tickets/{ticket.pk}/replies/", {"body": "Long words", "attachments": [key]})
    assert answer.status_code == 302 and str(Message.objects.latest("pk").attachments.get().pk) == key


def test_a_file_waits_a_week_with_its_draft_and_a_day_without(cast, signed_in):
    browser = signed_in(cast.alice)
    kept, alone = upload(browser).json()["key"], upload(browser).json()["key"]
    keep_draft(cast.alice, Draft.Kind.TICKET, body="x", attachments=[Attachment.objects.get(pk=kept)])
    now = timezone.now()
    delete_orphaned_uploads(now + timedelta(days=2))
    assert [str(key) for key in Attachment.objects.values_list("pk", flat=True)] == [kept] != [alone]
    delete_orphaned_uploads(now + timedelta(days=8))
    assert not Attachment.objects.exists() and Draft.objects.get().body == "x"
