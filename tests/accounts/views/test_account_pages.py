import json

import pytest
from django.urls import reverse

from accounts.models import Membership, Organization, User
from notifications.models import Preference
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
PAGES = [
    "accounts:profile", "accounts:security", "account_pages:mail", "account_pages:organization",
    "account_pages:data", "mfa_index", "usersessions_list", "account_email", "account_change_password",
    "mfa_list_webauthn",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["alice", "anna", "carl", "gwen"])
def test_every_account_page_opens_in_our_look_and_is_kept_by_no_cache(cast, signed_in, name, who):
    page = signed_in(getattr(cast, who)).get(reverse(name))
    assert page.status_code == 200
    assert 'class="tabs"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("name", PAGES)
def test_every_account_page_asks_to_sign_in(client, db, name):
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
)
def test_no_page_at_the_entrance_carries_a_script_or_style_of_its_own(client, db, name):
    page = client.get(reverse(name)).content.decode()
    import re

    assert 'class="card sign-in' in page
    assert not re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", page)
    assert "style=" not in page and "<style" not in page and not re.search(r"\son\w+=", page)


def test_a_profile_is_saved_with_zone_language_and_colours(cast, signed_in):
    client = signed_in(cast.alice)
    answer = client.post(
        reverse("accounts:profile"),
        {"display_name": "Alice M.", "time_zone": "Asia/Kathmandu", "locale": "de", "theme": "dark"},
    )
    assert answer.status_code == 302
    assert answer.cookies["theme"].value == "dark"
    alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.display_name, alice.time_zone, alice.locale) == ("Alice M.", "Asia/Kathmandu", "de")
    assert 'data-theme="dark"' in client.get(reverse("accounts:profile")).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Olympus"}, {"locale": "xx"}, {"theme": "pink"}, {"display_name": "x" * 121}]
)
def test_what_is_wrong_is_named_at_its_field_and_changes_nothing(cast, signed_in, wrong):
    form = {"display_name": "Alice", "time_zone": "UTC", "locale": "", "theme": ""} | wrong
    page = signed_in(cast.alice).post(reverse("accounts:profile"), form)
    assert page.status_code == 400
    assert page.context["form"].errors.keys() == wrong.keys()
    assert User.objects.get(pk=cast.alice.pk).display_name == "Alice Moreau"


def test_nobody_makes_themselves_more_than_they_are(cast, signed_in):
    form = {
        "display_name": "Alice", "time_zone": "UTC", "locale": "", "theme": "", "is_staff": "on",
        "is_superuser": "on", "email": "ada@desk.example", "groups": "3", "password": "x", "session_epoch": "0",
    }  # fmt: skip
    signed_in(cast.alice).post(reverse("accounts:profile"), form)
    alice = User.objects.get(pk=cast.alice.pk)
    assert not alice.is_staff and not alice.is_superuser and alice.email == "alice@acme.example"


def test_mail_preferences_can_all_be_off(cast, signed_in):
    client = signed_in(cast.alice)
    client.post(reverse("account_pages:mail"), {})
    assert not Preference.of(cast.alice).own_tickets
    client.post(reverse("account_pages:mail"), {"own_tickets": "on"})
    assert Preference.of(cast.alice).own_tickets


def test_the_organisation_page_tells_what_the_plan_promises(cast, signed_in):
    page = signed_in(cast.alice).get(reverse("account_pages:organization")).content.decode()
    assert "Enterprise" in page and "4 h" in page and "amir@acme.example" in page
    assert "bea@globex.example" not in page
    assert "Remove" not in page


def test_notes_of_the_desk_never_reach_the_organisation(cast, signed_in):
    Organization.objects.filter(pk=cast.acme.pk).update(notes="quokka canary")
    assert "quokka" not in signed_in(cast.anna).get(reverse("account_pages:organization")).content.decode()


def test_an_admin_changes_roles_removes_members_and_shares_tickets(cast, signed_in):
    client = signed_in(cast.anna)
    amir = Membership.objects.get(user=cast.amir)
    client.post(reverse("account_pages:member_role", args=[amir.pk]), {"role": "admin"})
    amir.refresh_from_db()
    assert amir.role == "admin"
    assert "Remove Amir" in client.get(reverse("account_pages:member_leave", args=[amir.pk])).content.decode()
    client.post(reverse("account_pages:member_leave", args=[amir.pk]))
    assert not Membership.objects.filter(pk=amir.pk).exists()
    client.post(reverse("account_pages:organization"), {"shares_tickets": "on"})
    assert Organization.objects.get(pk=cast.acme.pk).shares_tickets


def test_a_member_changes_nobody_s_role(cast, signed_in):
    amir = Membership.objects.get(user=cast.amir)
    client = signed_in(cast.alice)
    client.post(reverse("account_pages:member_role", args=[amir.pk]), {"role": "admin"})
    assert client.get(reverse("account_pages:member_leave", args=[amir.pk])).status_code == 404
    client.post(reverse("account_pages:organization"), {"shares_tickets": "on"})
    amir.refresh_from_db()
    assert amir.role == "member"
    assert not Organization.objects.get(pk=cast.acme.pk).shares_tickets


def test_members_of_another_organisation_do_not_exist(cast, signed_in):
    bea = Membership.objects.get(user=cast.bea)
    client = signed_in(cast.anna)
    for name in ("member_role", "member_leave"):
        assert client.post(reverse(f"account_pages:{name}", args=[bea.pk]), {"role": "admin"}).status_code == 404


def test_the_last_admin_is_told_why_they_stay(cast, signed_in):
    anna = Membership.objects.get(user=cast.anna)
    page = signed_in(cast.anna).post(
        reverse("account_pages:member_role", args=[anna.pk]), {"role": "member"}, follow=True
    )
    assert "needs an admin" in page.content.decode()


def test_the_export_holds_one_s_own_words_and_nobody_s_notes(cast, signed_in):
    make_ticket(
        cast.alice, subject="Mine", body="my words", note="numbat canary", noted_by=cast.gwen, answered_by=cast.gwen
    )
    make_ticket(cast.amir, subject="quokka canary")
    answer = signed_in(cast.alice).get(reverse("account_pages:export"))
    assert answer["Content-Disposition"].startswith("attachment")
    data = json.loads(answer.content)
    assert data["profile"]["organisation"] == "Acme"
    assert [message["text"] for message in data["tickets"][0]["messages"]] == ["my words", "Like this."]
    assert "quokka" not in answer.content.decode() and "numbat" not in answer.content.decode()


def test_an_account_is_closed_only_by_typing_its_address(cast, signed_in):
    client = signed_in(cast.carl)
    page = client.post(reverse("account_pages:erase"), {"email": "other@x.example"})
    assert page.status_code == 400 and "Nothing was changed" in page.content.decode()
    client.post(reverse("account_pages:erase"), {"email": cast.carl.email})
    assert not User.objects.get(pk=cast.carl.pk).is_active
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_staff_are_told_who_closes_their_account(cast, signed_in):
    page = signed_in(cast.gwen).get(reverse("account_pages:data")).content.decode()
    assert "closed by an administrator" in page
    assert "Close my account" not in page
