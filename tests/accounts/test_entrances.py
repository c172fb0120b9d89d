"""Signing up, signing in by password and by code, reset, change of address: as a browser does it."""

from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Membership, User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = {"display_name": "Nora Falk", "email": "nora@acme.example", "password1": "three-grey-geese"}


def who(client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).email if user_id else None


def path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path


def test_a_sign_up_asks_for_the_mailed_code_and_joins_the_organisation(client, cast, last_code):
    answer = client.post(reverse("account_signup"), NEW | {"time_zone": "Europe/Oslo"})
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert who(client) is None
    answer = client.post(answer["Location"], {"code": last_code(NEW["email"])})
    assert answer.status_code == 302
    assert who(client) == NEW["email"]
    nora = User.objects.get(email=NEW["email"])
    assert (nora.display_name, nora.time_zone) == ("Nora Falk", "Europe/Oslo")
    assert nora.check_password(NEW["password1"])
    assert Membership.objects.get(user=nora).organization == cast.acme


def test_a_wrong_code_signs_nobody_in_and_says_so(client, cast, last_code):
    client.post(reverse("account_signup"), NEW)
    answer = client.post(reverse("account_email_verification_sent"), {"code": "WRONG1"})
    assert "does not fit" in answer.content.decode()
    assert who(client) is None


def test_a_time_zone_that_the_browser_made_up_is_utc(client, cast):
    client.post(reverse("account_signup"), NEW | {"time_zone": "Mars/Olympus"})
    assert User.objects.get(email=NEW["email"]).time_zone == "UTC"


def test_a_password_signs_in_whatever_the_case_of_the_address(client, cast):
    answer = client.post(reverse("account_login"), {"login": "Alice@Acme.example", "password": PASSWORD})
    assert answer["Location"] == reverse("accounts:signed_in")
    assert client.get(answer["Location"])["Location"] == reverse("portal:home")


def test_staff_land_in_the_console(client, cast):
    client.post(reverse("account_login"), {"login": cast.gwen.email, "password": PASSWORD})
    assert client.get(reverse("accounts:signed_in"))["Location"] == reverse("admin:index")


def test_a_mailed_code_signs_in(client, cast, last_code):
    answer = client.post(reverse("account_request_login_code"), {"email": cast.alice.email})
    client.post(answer["Location"], {"code": last_code(cast.alice.email)})
    assert who(client) == cast.alice.email
    cast.alice.refresh_from_db()
    assert cast.alice.check_password(PASSWORD)


def test_another_code_is_mailed_on_request_and_voids_the_first(client, cast, last_code, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": cast.alice.email})
    first = last_code(cast.alice.email)
    client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    assert len(mailoutbox) == 2
    client.post(reverse("account_confirm_login_code"), {"code": first})
    assert who(client) is None
    client.post(reverse("account_confirm_login_code"), {"code": last_code(cast.alice.email)})
    assert who(client) == cast.alice.email


def sign_in_and_show_again(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def reset(client, link: str, password: str):
    answer = client.get(path(link))
    form = answer["Location"] if answer.status_code == 302 else path(link)
    return client.post(form, {"password1": password, "password2": password})


def test_a_reset_sets_a_password_signs_in_and_ends_other_sessions(client, cast, signed_in, last_link):
    elsewhere = signed_in(cast.alice)
    client.post(reverse("account_reset_password"), {"email": cast.alice.email})
    answer = reset(client, last_link(cast.alice.email), "seven-blue-doors")
    assert answer.status_code == 302
    assert who(client) == cast.alice.email
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302


def test_a_person_made_by_a_message_claims_the_account_by_reset(client, last_link):
    from accounts.actions.find_or_create_person import find_or_create_person

    stranger = find_or_create_person("stranger@x.example", "Stranger", "email")
    client.post(reverse("account_reset_password"), {"email": stranger.email})
    reset(client, last_link(stranger.email), "seven-blue-doors")
    assert who(client) == stranger.email
    assert EmailAddress.objects.get(user=stranger).verified


def test_a_change_of_address_holds_once_the_new_one_is_proven(client, cast, last_code):
    sign_in_and_show_again(client, cast.carl)
    client.post(reverse("account_email"), {"email": "carl@new.example", "action_add": ""})
    cast.carl.refresh_from_db()
    assert cast.carl.email == "carl@elsewhere.example"
    client.post(reverse("account_email_verification_sent"), {"code": last_code("carl@new.example")})
    cast.carl.refresh_from_db()
    assert cast.carl.email == "carl@new.example"
    assert cast.carl.check_password(PASSWORD)
    assert [a.email for a in EmailAddress.objects.filter(user=cast.carl)] == ["carl@new.example"]


def test_an_address_of_somebody_else_cannot_be_changed_to(client, cast, mailoutbox):
    sign_in_and_show_again(client, cast.carl)
    answer = client.post(reverse("account_email"), {"email": cast.alice.email, "action_add": ""})
    assert answer.status_code == 302
    assert mailoutbox[-1].to == [cast.alice.email]
    assert "already have an account" in mailoutbox[-1].subject
    cast.carl.refresh_from_db()
    assert cast.carl.email == "carl@elsewhere.example"


def test_somebody_inactive_gets_no_further(client, cast):
    cast.alice.is_active = False
    cast.alice.save()
    client.post(reverse("account_login"), {"login": cast.alice.email, "password": PASSWORD})
    assert who(client) is None
    client.post(reverse("account_request_login_code"), {"email": cast.alice.email})
    client.post(reverse("account_confirm_login_code"), {"code": "X"})
    assert who(client) is None


def test_account_mail_is_text_and_html_marked_as_automatic(client, cast, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": cast.alice.email})
    letter = mailoutbox[0]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.alternatives[0].mimetype == "text/html"
    assert "Nobody at the desk will ever ask" in letter.body


def test_account_mail_never_lies_in_the_outbox_of_tickets(client, cast):
    from notifications.models import OutgoingMail

    client.post(reverse("account_request_login_code"), {"email": cast.ada.email})
    assert not OutgoingMail.objects.exists()


def test_a_mail_server_that_is_away_breaks_no_page(client, cast, monkeypatch):
    from django.core.mail import EmailMultiAlternatives

    def refuse(self, fail_silently=False):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    known = client.post(reverse("account_request_login_code"), {"email": cast.alice.email})
    unknown = client.post(reverse("account_request_login_code"), {"email": "nobody@x.example"})
    assert known.status_code == unknown.status_code == 302


def test_somebody_signing_up_twice_before_the_code_does_not_fall_over(client, cast):
    assert client.post(reverse("account_signup"), NEW).status_code == 302
    client.post(reverse("account_logout"))
    assert client.post(reverse("account_signup"), NEW).status_code == 302
    assert User.objects.filter(email=NEW["email"]).count() == 1


def test_the_form_keeps_what_was_typed_and_names_the_field(client, cast):
    answer = client.post(reverse("account_signup"), NEW | {"password1": "short"})
    page = answer.content.decode()
    assert 'value="Nora Falk"' in page
    assert "too short" in page
    assert not UserFactory._meta.model.objects.filter(email=NEW["email"]).exists()
