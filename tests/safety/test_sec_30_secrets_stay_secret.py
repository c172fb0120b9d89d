"""SEC-30: no secret is written to a log, an error page, a probe or a page of the console, however much is logged."""

import io
import logging
import logging.config
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as django_settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from config import environment
from notifications import deliver
from tests.factories.accounts import PASSWORD
from tests.factories.support import make_ticket
from tests.safety.matrix import CONSOLE
from tests.safety.rig import Rig, build

pytestmark = [pytest.mark.once, pytest.mark.django_db]
MAIL_PASSWORD = "canary-mail-Gannet7"
TYPED = "canary-typed-Fulmar9"
TOTP_SECRET = "CANARYTOTPSECRETJBSWY3DP"
CODE = "918273"


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


@pytest.fixture
def log():
    """Everything that anybody logs, from DEBUG up, with tracebacks, written as the desk writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    # Set up from the settings, because what a test before this one left in the root logger proves nothing.
    how = logging.config.DictConfigurator(django_settings.LOGGING)
    own = how.config["handlers"]["stream"]
    handler.setFormatter(how.configure_formatter(how.config["formatters"][own["formatter"]]))
    for name in own.get("filters", []):
        handler.addFilter(how.configure_filter(how.config["filters"][name]))
    names = [None, *(name for name in logging.root.manager.loggerDict)]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    # Django's own SQL log is for developers and off unless asked for by name (config.settings.LOGGING).
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def secrets(settings, cast):
    settings.EMAIL_HOST_PASSWORD = MAIL_PASSWORD
    Authenticator.objects.create(user=cast.gwen, type=Authenticator.Type.TOTP, data={"secret": TOTP_SECRET})
    return [MAIL_PASSWORD, TYPED, PASSWORD, TOTP_SECRET, django_settings.SECRET_KEY]


def lines_with(text: str, secrets: list[str]) -> list[str]:
    return [line[:200] for line in text.splitlines() for secret in secrets if secret in line]


def test_sec_30_nothing_secret_is_logged_even_at_debug(rig, log, secrets, settings, client, monkeypatch):
    cast = rig.cast
    client.post(reverse("account_login"), {"login": cast.alice.email, "password": TYPED})
    client.post(reverse("account_login"), {"login": cast.gwen.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": CODE})
    client.post(reverse("account_signup"), {"email": "n@x.example", "display_name": "N", "password1": TYPED})
    other = Client()
    other.post(reverse("account_reset_password"), {"email": cast.alice.email})
    path = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    token = path.rstrip("/").rsplit("/", 1)[-1].split("-", 1)[-1]
    page = other.get(path, follow=True)
    other.post(page.redirect_chain[-1][0], {"password1": TYPED, "password2": TYPED})
    fresh = Client()
    link = reverse("accounts:ticket_link", args=[rig.link])
    fresh.get(link), fresh.post(link)
    fresh.get(reverse("support:unsubscribe", args=["A-very:long-Unsubscribe-Token-0123456789"]))
    fresh.post(reverse("account_request_login_code"), {"email": cast.amir.email})
    session = fresh.session.session_key
    # A mail server that refuses the password says so with the password in its answer, as some do.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    make_ticket(cast.bea)
    deliver.send_all_due()
    text = log.getvalue()
    assert "request_started" in text and "POST" in text
    codes = re.findall(r"^    (\S{6,12})$", mail.outbox[-1].body, re.M)
    assert token and codes
    found = lines_with(text, [*secrets, token, rig.link, session, "A-very:long", *codes])
    assert found == []


def test_sec_30_an_error_tells_neither_page_nor_log_what_was_typed(rig, log, secrets, monkeypatch, signed_in):
    def broken(*about, **more):
        typed = TYPED  # noqa: F841 (a variable that a too talkative traceback would show)
        raise RuntimeError("broken with care")

    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", broken)
    monkeypatch.setattr("support.customer_list.page_of", broken)
    client = Client(raise_request_exception=False)
    answer = client.post(reverse("account_login"), {"login": rig.cast.alice.email, "password": TYPED})
    assert answer.status_code == 500
    inside = Client(raise_request_exception=False)
    inside.force_login(rig.cast.alice)
    second = inside.get(reverse("support:ticket_list"), {"q": "x"})
    assert second.status_code == 500
    for page in (answer.content.decode(), second.content.decode()):
        assert "broken with care" not in page and "Traceback" not in page and "allauth" not in page
        assert lines_with(page, secrets) == []
    assert "broken with care" in log.getvalue(), "whoever looks after the desk must find the fault"
    assert lines_with(log.getvalue(), [*secrets, inside.session.session_key]) == []


def test_sec_30_no_page_of_the_console_and_no_probe_holds_a_secret(rig, secrets, client, signed_in, settings):
    browser = signed_in(rig.cast.ada)
    hidden = [*secrets, rig.cast.alice.password, rig.cast.ada.password, rig.link, "md5$", "pbkdf2", "argon2"]
    for row in CONSOLE:
        if row.method == "get" and "*" not in row.name:
            answer = browser.get(reverse(row.name, kwargs=row.kwargs(rig)))
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert lines_with(said.decode(), hidden) == [], row.name
    pages = [f"admin:accounts_user_{page}" for page in ("change", "history")]
    for name in pages:
        assert lines_with(browser.get(reverse(name, args=[rig.cast.alice.pk])).content.decode(), hidden) == []
    settings.DATABASES["default"]["PASSWORD"] = "canary-database-Skua5"
    for probe in ("livez", "readyz"):
        assert not re.search(r"canary|://|@|/tmp|sqlite|postgres|password", client.get(reverse(probe)).content.decode())


@pytest.mark.parametrize("name", ["EMAIL_URL", "BROKER_URL", "CACHE_URL", "DATABASE_URL", "FILE_STORAGE_URL"])
def test_sec_30_an_address_that_makes_no_sense_is_refused_without_showing_its_password(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, f"nonsense://user:{MAIL_PASSWORD}@host:99/x?y=1")
    readers = {
        "EMAIL_URL": lambda: environment.mail(tmp_path), "CACHE_URL": environment.cache,
        "DATABASE_URL": lambda: environment.database(tmp_path / "x.sqlite3"),
        "FILE_STORAGE_URL": lambda: environment.file_storage(environment.secret("FILE_STORAGE_URL"), tmp_path),
        "BROKER_URL": lambda: None,
    }  # fmt: skip
    try:
        readers[name]()
    except ImproperlyConfigured as error:
        assert MAIL_PASSWORD not in str(error) and MAIL_PASSWORD not in repr(error.__cause__)


def test_sec_30_the_second_factor_is_not_kept_as_it_is_told(cast, secrets):
    """The secret of the app can be used, so it is there; what the account pages show is never it."""
    authenticator = Authenticator.objects.get(user=cast.gwen)
    assert TOTP(authenticator).instance.user == cast.gwen
    browser = Client()
    browser.force_login(cast.gwen)
    for name in ("mfa_index", "accounts:security", "account_pages:export", "account_pages:data"):
        assert TOTP_SECRET not in browser.get(reverse(name)).content.decode()
