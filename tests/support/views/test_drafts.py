import pytest

from support.models import Draft
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_and_says_when(cast, signed_in):
    answer = signed_in(cast.alice).post("/drafts/", {"subject": "Half", "body": "a question", "priority": "30"})
    assert answer.json()["saved_at"]
    draft = Draft.objects.get()
    assert (draft.user, draft.subject, draft.body, draft.priority) == (cast.alice, "Half", "a question", 30)


def test_the_last_words_count_and_no_words_are_no_draft(cast, signed_in):
    browser = signed_in(cast.alice)
    browser.post("/drafts/", {"body": "One"})
    browser.post("/drafts/", {"body": "Two"})
    assert Draft.objects.get().body == "Two"
    assert browser.post("/drafts/", {"body": " "}).json() == {"saved_at": None}
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"body": "x" * 200_000, "subject": "y" * 999},
        {"body": "a\x00b"},
        {"body": "x", "priority": "oops"},
        {"body": "x", "priority": "99999999999999999999"},
    ],
    ids=["too long", "zero byte", "no number", "no priority"],
)
def test_a_draft_is_never_refused(cast, signed_in, typed):
    assert signed_in(cast.alice).post("/drafts/", typed).status_code == 200
    assert Draft.objects.count() == 1


def test_a_stranger_has_no_drafts(client):
    assert client.post("/drafts/", {"body": "x"}).status_code == 403


def test_a_reply_has_a_draft_of_its_own_for_each_person(cast, signed_in):
    ticket = make_ticket(cast.anna)
    browser = signed_in(cast.anna)
    browser.post(f"/tickets/{ticket.pk}/draft/", {"body": "canary of Anna"})
    assert "canary of Anna</textarea>" in browser.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "canary" not in signed_in(cast.gwen).get(f"/tickets/{ticket.pk}/").content.decode()
    browser.post(f"/tickets/{ticket.pk}/draft/removal/")
    assert not Draft.objects.exists()
