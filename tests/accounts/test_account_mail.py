import pytest
from django.urls import reverse

from accounts.account_mail import recent_account_mail
from accounts.models import Attempt
from accounts.tasks import delete_ended_sessions

pytestmark = pytest.mark.django_db
FILES = "django.core.mail.backends.filebased.EmailBackend"


def test_codes_lie_in_the_mail_folder_of_a_desk_without_mail_server(client, cast, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH, settings.MODE = FILES, str(tmp_path), "embedded"
    page = client.post(reverse("account_request_login_code"), {"email": cast.alice.email}, follow=True)
    assert "This desk has no mail server yet" in page.content.decode()
    [letter] = recent_account_mail()
    assert letter.to == cast.alice.email
    assert letter.subject.split(": ")[1] in letter.text


@pytest.mark.parametrize(
    "change", [{"MODE": "production"}, {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}]
)
def test_a_desk_that_really_sends_mail_shows_nobody_s_codes(settings, tmp_path, change):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH, settings.MODE = FILES, str(tmp_path), "embedded"
    for name, value in change.items():
        setattr(settings, name, value)
    assert recent_account_mail() == []


def test_one_address_gets_at_most_ten_mails_an_hour_whoever_asks(cast, mailoutbox):
    from accounts import account_mail

    for _ in range(15):
        account_mail.send("account/email/login_code", cast.alice.email, {"code": "X"})
    assert len(mailoutbox) == 10
    account_mail.send("account/email/login_code", cast.bea.email, {"code": "X"})
    assert len(mailoutbox) == 11


def test_the_mail_is_in_the_language_of_its_reader_and_holds_no_foreign_words(client, mailoutbox):
    client.post(
        reverse("account_signup"),
        {"display_name": "Visit http://evil.example", "email": "v@x.example", "password1": "three-grey-geese"},
    )
    whole = mailoutbox[0].subject + mailoutbox[0].body + mailoutbox[0].alternatives[0].content
    assert "evil" not in whole


def test_sessions_that_ended_and_old_attempts_are_deleted(cast, signed_in):
    from datetime import timedelta

    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    signed_in(cast.alice)
    signed_in(cast.bea)
    ended = Session.objects.first()
    Session.objects.filter(pk=ended.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    UserSession.objects.create(user=cast.alice, session_key="gone", ip="127.0.0.1", user_agent="")
    Attempt.objects.create(key="old", at=timezone.now() - timedelta(days=2))
    Attempt.objects.create(key="new")
    delete_ended_sessions()
    assert not Session.objects.filter(pk=ended.pk).exists()
    assert not UserSession.objects.filter(session_key="gone").exists()
    assert [attempt.key for attempt in Attempt.objects.all()] == ["new"]
    assert Session.objects.count() == 1
