"""SEC-11, 18, 20, 21, 22, 23, 25 where people sign up, sign in and prove who they are (safety.md)."""

import re
import statistics
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import middleware, signed_links
from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actors import Actor
from accounts.models import Attempt, User
from accounts.roles import give_role
from support.permissions import visible_tickets
from tests.factories.accounts import PASSWORD
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db
LOGIN, SIGNUP = "account_login", "account_signup"
CODE, CONFIRM, RESET = "account_request_login_code", "account_confirm_login_code", "account_reset_password"
VERIFY = "account_email_verification_sent"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch, request):
    """Answer at once, but where time is what is tested."""
    if "time_an_answer_takes" not in request.node.name:
        monkeypatch.setattr(middleware, "BEAT_SECONDS", 0)


def new(email: str) -> dict[str, str]:
    return {"display_name": "Mallory", "email": email, "password1": "three-grey-geese"}


def who(client) -> str | None:
    user_id = client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).email if user_id else None


def code_for(email: str) -> str:
    letter = [m for m in mail.outbox if m.to == [email]][-1]
    return re.search(r"^    (\S+)$", letter.body, re.M).group(1)


def link_for(email: str) -> str:
    letter = [m for m in mail.outbox if m.to == [email]][-1]
    return re.search(r"^(https?://\S+)$", letter.body, re.M).group(1)


# --- SEC-11: the ticket trick ----------------------------------------------------------------------------------------


@pytest.fixture
def strangers_ticket(cast):
    """A ticket that somebody filed on the web under stranger@x.example; nobody has proven the address."""
    stranger = find_or_create_person("stranger@x.example", "Stranger", "web")
    return make_ticket(stranger, by=Actor.anonymous(), subject="quokka canary")


@pytest.mark.parametrize("email", ["support@desk.example", "anyone@desk.example", "Support+12@Desk.example"])
def test_sec_11_addresses_of_the_desk_cannot_sign_up(client, settings, email):
    settings.SUPPORT_ADDRESS = "support@desk.example"
    answer = client.post(reverse(SIGNUP), new(email))
    assert answer.status_code == 200
    assert "Addresses of the desk itself" in answer.content.decode()
    assert not User.objects.filter(email=email.lower()).exists()


def test_sec_11_a_desk_at_a_free_provider_owns_its_address_and_not_the_provider(client, settings):
    settings.SUPPORT_ADDRESS = settings.DEFAULT_FROM_EMAIL = settings.SERVER_EMAIL = "ourdesk@gmail.com"
    assert client.post(reverse(SIGNUP), new("ourdesk+1@gmail.com")).status_code == 200
    assert client.post(reverse(SIGNUP), new("somebody@gmail.com")).status_code == 302


def test_sec_11_a_customer_cannot_change_to_an_address_of_the_desk(client, cast, settings):
    settings.SUPPORT_ADDRESS = "support@desk.example"
    client.post(reverse(LOGIN), {"login": cast.carl.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("account_email"), {"email": "boss@desk.example", "action_add": ""})
    assert answer.status_code == 200
    assert not EmailAddress.objects.filter(email="boss@desk.example").exists()


def test_sec_11_signing_up_with_a_foreign_address_shows_none_of_its_tickets(client, strangers_ticket):
    answer = client.post(reverse(SIGNUP), new("stranger@x.example"))
    assert answer["Location"] == reverse(VERIFY)
    assert who(client) is None
    assert not strangers_ticket.requester.has_usable_password()
    assert "already have an account" in mail.outbox[-1].subject
    # No code was made for this browser; whatever is typed, nothing opens.
    client.post(reverse(VERIFY), {"code": "ABCDEF"})
    assert who(client) is None
    assert "quokka" not in client.get(reverse("support:ticket", args=[strangers_ticket.pk])).content.decode()


@pytest.mark.parametrize("way", ["code", "reset", "link"])
def test_sec_11_the_owner_of_the_address_sees_the_ticket_once_they_prove_it(
    client, strangers_ticket, run_reactions, way
):
    stranger = strangers_ticket.requester
    assert not visible_tickets(Actor.person(stranger)).exists()
    if way == "code":
        client.post(reverse(CODE), {"email": stranger.email})
        client.post(reverse(CONFIRM), {"code": code_for(stranger.email)})
    elif way == "reset":
        client.post(reverse(RESET), {"email": stranger.email})
        form = client.get(urlsplit(link_for(stranger.email)).path)["Location"]
        client.post(form, {"password1": "seven-blue-doors", "password2": "seven-blue-doors"})
    else:
        token = signed_links.make(stranger, strangers_ticket.pk)
        client.post(reverse("accounts:ticket_link", args=[token]))
        assert reverse("support:ticket", args=[strangers_ticket.pk])
        assert client.session["guest"]["user"] == stranger.pk
    if way != "link":
        assert who(client) == stranger.email
    run_reactions()
    stranger.refresh_from_db()
    assert visible_tickets(Actor.person(stranger)).get() == strangers_ticket


def test_sec_11_a_password_laid_in_wait_dies_when_the_owner_proves_the_address(client, cast):
    mallory, victim = Client(), client
    mallory.post(reverse(SIGNUP), new("victim@x.example"))
    person = find_or_create_person("victim@x.example", "Victim", "email")
    make_ticket(person, subject="quokka canary")
    victim.post(reverse(CODE), {"email": "victim@x.example"})
    victim.post(reverse(CONFIRM), {"code": code_for("victim@x.example")})
    assert who(victim) == "victim@x.example"
    assert victim.get(reverse("accounts:profile")).status_code == 200
    mallory = Client()
    mallory.post(reverse(LOGIN), {"login": "victim@x.example", "password": "three-grey-geese"})
    assert who(mallory) is None


def test_sec_11_whoever_knows_the_password_of_an_unproven_address_cannot_swap_the_address(client, cast):
    client.post(reverse(SIGNUP), new("victim@x.example"))
    client.post(reverse(VERIFY), {"action": "change", "email": "mallory@y.example"})
    assert User.objects.filter(email="victim@x.example").exists()
    assert not User.objects.filter(email="mallory@y.example").exists()
    assert not [letter for letter in mail.outbox if letter.to == ["mallory@y.example"]]


# --- SEC-18: Host poisoning -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [RESET, CODE, SIGNUP])
def test_sec_18_links_in_account_mail_start_with_the_configured_address(client, cast, settings, view):
    settings.BASE_URL = "https://help.tierdesk.example"
    settings.ALLOWED_HOSTS = ["*"]
    for email in (cast.alice.email, "nobody@x.example"):
        client.post(reverse(view), new(email), headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert mail.outbox
    for letter in mail.outbox:
        whole = letter.subject + letter.body + letter.alternatives[0].content
        assert "evil.example" not in whole
        assert all(url.startswith("https://help.tierdesk.example") for url in re.findall(r"https?://\S+", letter.body))


def test_sec_18_an_unknown_host_is_refused(client):
    assert client.get(reverse(LOGIN), headers={"host": "evil.example"}).status_code == 400


# --- SEC-20: sessions -------------------------------------------------------------------------------------------------

PRIVATE = "accounts:profile"


def browser(session_key: str) -> Client:
    client = Client()
    client.cookies["session"] = session_key
    return client


def is_alive(client: Client) -> bool:
    return client.get(reverse(PRIVATE)).status_code == 200


def test_sec_20_signing_in_gives_a_new_session_id_and_the_old_one_is_dead(client, cast):
    client.get(reverse(LOGIN))
    client.session["seen"] = 1
    session = client.session
    session["seen"] = 1
    session.save()
    client.cookies["session"] = session.session_key
    fixed = session.session_key
    client.post(reverse(LOGIN), {"login": cast.alice.email, "password": PASSWORD})
    assert client.session.session_key != fixed
    assert is_alive(client)
    assert not is_alive(browser(fixed))


def test_sec_20_signing_out_kills_the_session(client, cast):
    client.post(reverse(LOGIN), {"login": cast.alice.email, "password": PASSWORD})
    key = client.session.session_key
    client.post(reverse("account_logout"))
    assert not is_alive(browser(key))


def test_sec_20_a_new_password_gives_a_new_session_id_and_kills_all_others(client, cast, signed_in):
    elsewhere = signed_in(cast.alice)
    client.post(reverse(LOGIN), {"login": cast.alice.email, "password": PASSWORD})
    old = client.session.session_key
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "seven-blue-doors", "password2": "seven-blue-doors"},
    )
    if "reauthenticate" in answer.get("Location", ""):
        client.post(answer["Location"], {"password": PASSWORD})
        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": "seven-blue-doors", "password2": "seven-blue-doors"},
        )
    cast.alice.refresh_from_db()
    assert cast.alice.check_password("seven-blue-doors")
    assert client.session.session_key != old
    assert is_alive(client)
    assert not is_alive(elsewhere)
    assert not is_alive(browser(old))


def deactivate(user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    "change",
    [
        deactivate,
        lambda user: give_role(user, "lead"),
        lambda user: user.groups.clear(),
        lambda user: user.groups.first().user_set.remove(user),
        lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
    ],
    ids=["deactivated", "another role", "no role", "removed from the role", "no longer staff"],
)
def test_sec_20_deactivation_and_a_change_of_role_kill_sessions_at_once(cast, signed_in, change):
    gwen = signed_in(cast.gwen)
    assert is_alive(gwen)
    change(User.objects.get(pk=cast.gwen.pk))
    assert not is_alive(gwen)


def test_sec_20_a_guest_gets_a_new_session_id_and_ends_with_the_account(client, cast):
    person = find_or_create_person("guest@x.example", "Guest", "email")
    ticket = make_ticket(person)
    session = client.session
    session["seen"] = 1
    session.save()
    client.cookies["session"] = session.session_key
    fixed = session.session_key
    client.post(reverse("accounts:ticket_link", args=[signed_links.make(person, ticket.pk)]))
    assert client.session.session_key != fixed
    page = reverse("support:ticket", args=[ticket.pk])
    assert client.get(page).status_code == 200
    deactivate(person)
    assert client.get(page).status_code != 200


# --- SEC-21: tokens ---------------------------------------------------------------------------------------------------


def test_sec_21_a_reset_link_works_once(client, cast):
    client.post(reverse(RESET), {"email": cast.alice.email})
    path = urlsplit(link_for(cast.alice.email)).path
    form = client.get(path)["Location"]
    client.post(form, {"password1": "seven-blue-doors", "password2": "seven-blue-doors"})
    assert who(client) == cast.alice.email
    assert "This link has ended" in Client().get(path).content.decode()


def test_sec_21_a_reset_link_ends_after_an_hour(client, cast):
    client.post(reverse(RESET), {"email": cast.alice.email})
    path = urlsplit(link_for(cast.alice.email)).path
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert "This link has ended" in client.get(path).content.decode()


@pytest.mark.parametrize("tries", [3])
def test_sec_21_a_sign_in_code_dies_after_three_wrong_tries_and_after_ten_minutes(client, cast, tries):
    client.post(reverse(CODE), {"email": cast.alice.email})
    code = code_for(cast.alice.email)
    for _ in range(tries):
        client.post(reverse(CONFIRM), {"code": "WRONGX"})
    client.post(reverse(CONFIRM), {"code": code})
    assert who(client) is None
    client.post(reverse(CODE), {"email": cast.alice.email})
    code = code_for(cast.alice.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post(reverse(CONFIRM), {"code": code})
    assert who(client) is None


def test_sec_21_a_sign_in_code_works_in_the_browser_that_asked_and_once(client, cast):
    client.post(reverse(CODE), {"email": cast.alice.email})
    code = code_for(cast.alice.email)
    other = Client()
    other.post(reverse(CODE), {"email": cast.alice.email})
    other.post(reverse(CONFIRM), {"code": code})
    assert who(other) is None
    client.post(reverse(CONFIRM), {"code": code})
    client.post(reverse("account_logout"))
    client.post(reverse(CONFIRM), {"code": code})
    assert who(client) is None


def test_sec_21_ticket_links_carry_256_bits_of_signature_and_end(cast):
    person = find_or_create_person("guest@x.example", "Guest", "email")
    token = signed_links.make(person, 7)
    assert len(token.rsplit(":", 1)[1]) == 43  # base64 of 256 bits
    assert signed_links.read(token).ticket == 7
    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(signed_links.LinkEnded):
        signed_links.read(token)


# --- SEC-22: enumeration ----------------------------------------------------------------------------------------------


def shape(answer, email: str) -> tuple[int, str, str]:
    body = answer.content.decode().replace(email, "ADDRESS")
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
    return answer.status_code, answer.get("Location", ""), body


@pytest.mark.parametrize("view", [RESET, CODE, SIGNUP, LOGIN])
def test_sec_22_the_answer_and_the_number_of_mails_are_the_same_with_and_without_account(cast, view):
    seen = []
    for email in (cast.alice.email, "nobody@x.example"):
        mail.outbox.clear()
        client = Client()
        answer = client.post(reverse(view), new(email) | {"login": email, "password": "wrong-password"})
        follow = client.get(answer["Location"]) if answer.status_code == 302 else answer
        seen.append((shape(answer, email), shape(follow, email), len(mail.outbox)))
    assert seen[0] == seen[1]


def test_sec_22_an_unproven_account_with_a_wrong_password_answers_like_any_other(cast):
    find_or_create_person("stranger@x.example", "Stranger", "email")
    answers = [
        shape(Client().post(reverse(LOGIN), {"login": email, "password": "wrong-password"}), email)
        for email in ("stranger@x.example", "nobody@x.example")
    ]
    assert answers[0] == answers[1]


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("view", [LOGIN, RESET, CODE, SIGNUP])
def test_sec_22_the_time_an_answer_takes_tells_nothing(cast, settings, view, monkeypatch):
    # A shorter beat than in life: longer than any of these answers takes, which is all that matters.
    monkeypatch.setattr("accounts.middleware.BEAT_SECONDS", 0.25)
    settings.PASSWORD_HASHERS = ["tests.safety.slow_hasher.SlowHasher"]
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    # A busy machine may spoil one measurement; what leaks shows in each.
    measured = []
    for _ in range(3):
        known, unknown = medians(view, cast.alice.email)
        measured.append((known, unknown))
        if abs(known - unknown) < max(0.010, 0.10 * max(known, unknown)):
            return
    pytest.fail(f"medians in seconds with and without account: {measured}")


def medians(view: str, known: str, rounds: int = 20) -> tuple[float, float]:
    times: dict[str, list[float]] = {known: [], "nobody@x.example": []}
    for number in range(rounds + 2):
        for email, taken in times.items():
            Attempt.objects.all().delete()
            if view == SIGNUP:
                User.objects.filter(email="nobody@x.example").delete()
            form = new(email) | {"login": email, "password": f"wrong-password-{number}"}
            started = time.perf_counter()
            Client().post(reverse(view), form)
            taken.append(time.perf_counter() - started)
    with_account, without = (statistics.median(taken[2:]) for taken in times.values())
    return with_account, without


# --- SEC-23: brute force ----------------------------------------------------------------------------------------------


def tried(view: str, form: dict, *, times: int = 11, client: Client | None = None, **extra) -> list[int]:
    client = client or Client()
    return [client.post(reverse(view), form, **extra).status_code for _ in range(times)]


ATTACKS = [
    (LOGIN, {"login": "alice@acme.example", "password": "wrong"}),
    (LOGIN, {"login": "nobody@x.example", "password": "wrong"}),
    (CODE, {"email": "alice@acme.example"}),
    (RESET, {"email": "alice@acme.example"}),
    (SIGNUP, new("alice@acme.example")),
]


@pytest.mark.parametrize(("view", "form"), ATTACKS)
def test_sec_23_the_eleventh_try_in_fifteen_minutes_gets_429_with_retry_after(cast, view, form):
    answers = tried(view, form)
    assert 429 not in answers[:10]
    assert answers[10] == 429
    answer = Client().post(reverse(view), form)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "Too many tries" in answer.content.decode()


@pytest.mark.parametrize(("view", "form"), ATTACKS)
def test_sec_23_an_account_is_guarded_against_tries_from_everywhere(cast, view, form):
    answers = [Client(REMOTE_ADDR=f"203.0.113.{n}").post(reverse(view), form).status_code for n in range(1, 12)]
    assert answers[10] == 429


@pytest.mark.parametrize(("view", "field"), [(LOGIN, "login"), (CODE, "email"), (RESET, "email"), (SIGNUP, "email")])
def test_sec_23_an_address_is_stopped_whatever_accounts_it_tries(cast, view, field):
    client = Client(REMOTE_ADDR="203.0.113.9")
    answers = [
        client.post(reverse(view), new(f"person{n}@x.example") | {field: f"person{n}@x.example", "password": "x"})
        for n in range(11)
    ]
    assert answers[10].status_code == 429


def test_sec_23_a_forged_forwarded_address_changes_nothing(cast):
    client = Client()
    answers = [
        client.post(
            reverse(LOGIN),
            {"login": f"person{n}@x.example", "password": "wrong"},
            headers={"x-forwarded-for": f"198.51.100.{n}", "x-real-ip": f"198.51.100.{n}"},
        ).status_code
        for n in range(11)
    ]
    assert answers[10] == 429


def test_sec_23_behind_our_own_proxy_the_address_it_saw_counts(cast, settings):
    settings.TRUSTED_PROXIES = 1
    form = {"login": "someone@x.example", "password": "wrong"}
    for n in range(11):
        answer = Client().post(
            reverse(LOGIN),
            form | {"login": f"p{n}@x.example"},
            headers={"x-forwarded-for": f"9.9.9.{n}, 203.0.113.7"},
        )
    assert answer.status_code == 429
    answer = Client().post(reverse(LOGIN), form, headers={"x-forwarded-for": "203.0.113.8"})
    assert answer.status_code == 200


def test_sec_23_a_whole_ipv6_network_is_one_address(cast):
    answers = [
        Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}").post(
            reverse(LOGIN), {"login": f"p{n}@x.example", "password": "wrong"}
        )
        for n in range(11)
    ]
    assert answers[10].status_code == 429


def test_sec_23_limits_hold_when_the_cache_is_lost(cast):
    form = {"login": cast.alice.email, "password": "wrong"}
    for _ in range(10):
        cache.clear()
        Client().post(reverse(LOGIN), form)
    cache.clear()
    assert Client().post(reverse(LOGIN), form).status_code == 429


def test_sec_23_the_right_password_waits_as_well_and_works_afterwards(cast):
    tried(LOGIN, {"login": cast.alice.email, "password": "wrong"})
    right = {"login": cast.alice.email, "password": PASSWORD}
    assert Client().post(reverse(LOGIN), right).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert Client().post(reverse(LOGIN), right).status_code == 302


def test_sec_23_signing_in_often_is_no_failure(cast):
    answers = tried(LOGIN, {"login": cast.alice.email, "password": PASSWORD}, times=1)
    for _ in range(12):
        answers += tried(LOGIN, {"login": cast.alice.email, "password": PASSWORD}, times=1)
    assert set(answers) == {302}


def test_sec_23_ones_own_success_does_not_reset_the_count_of_failures(cast):
    attacker = Client(REMOTE_ADDR="203.0.113.9")
    for n in range(10):
        attacker.post(reverse(LOGIN), {"login": f"person{n}@x.example", "password": "wrong"})
        if n == 5:
            Client(REMOTE_ADDR="203.0.113.9").post(reverse(LOGIN), {"login": cast.carl.email, "password": PASSWORD})
    answer = attacker.post(reverse(LOGIN), {"login": "other@x.example", "password": "wrong"})
    assert answer.status_code == 429


def test_sec_23_guesses_at_a_mailed_code_are_counted_over_all_codes(cast):
    statuses = []
    for _ in range(6):
        client = Client()
        client.post(reverse(CODE), {"email": cast.alice.email})
        statuses += tried(CONFIRM, {"code": "WRONGX"}, times=2, client=client)
    assert statuses[10] == 429


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_sec_23_guesses_at_the_second_factor_are_counted(cast):
    TOTP.activate(cast.ada, "JBSWY3DPEHPK3PXP")
    statuses = []
    for _ in range(11):
        client = Client()
        client.post(reverse(LOGIN), {"login": cast.ada.email, "password": PASSWORD})
        statuses.append(client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code)
    assert statuses[10] == 429


def test_sec_23_the_console_has_no_door_of_its_own(cast):
    answer = Client().post("/admin/login/", {"username": cast.ada.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse(LOGIN))


# --- Second factor of staff -------------------------------------------------------------------------------------------


def test_staff_without_a_second_factor_are_sent_to_set_one_up(cast, signed_in, settings):
    settings.REQUIRE_STAFF_MFA = True
    client = signed_in(cast.gwen)
    for path in ("/admin/", "/admin/queue/", "/admin/accounts/user/"):
        assert client.get(path)["Location"] == reverse("mfa_index")
    TOTP.activate(cast.gwen, "JBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(cast, signed_in, settings):
    settings.REQUIRE_STAFF_MFA = True
    Authenticator.objects.create(user=cast.gwen, type="recovery_codes", data={})
    assert signed_in(cast.gwen).get("/admin/")["Location"] == reverse("mfa_index")


def test_a_second_factor_is_asked_for_after_password_and_after_code(cast):
    TOTP.activate(cast.ada, "JBSWY3DPEHPK3PXP")
    for way in ("password", "code"):
        client = Client()
        if way == "password":
            client.post(reverse(LOGIN), {"login": cast.ada.email, "password": PASSWORD})
        else:
            client.post(reverse(CODE), {"email": cast.ada.email})
            client.post(reverse(CONFIRM), {"code": code_for(cast.ada.email)})
        assert who(client) is None
    assert client.post(reverse("mfa_authenticate"), {"code": totp_now("JBSWY3DPEHPK3PXP")}).status_code == 302
    assert who(client) == cast.ada.email


# --- SEC-25: open redirect --------------------------------------------------------------------------------------------

AWAY = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example",
    "http:///evil.example", "///evil.example", "/%09/evil.example", "\t//evil.example", "/\t/evil.example",
    "javascript:alert(1)", "//evil.example\\@desk.example", "https://127.0.0.1:8000@evil.example", " //evil.example",
    "\x00//evil.example", "/\r\n/evil.example", "http://localhost/elsewhere", "data:text/html,x",
]  # fmt: skip


@pytest.mark.parametrize("next_url", AWAY)
def test_sec_25_next_never_leads_away(cast, next_url):
    answer = Client().post(reverse(LOGIN), {"login": cast.alice.email, "password": PASSWORD, "next": next_url})
    assert stays(answer["Location"])
    assert stays(Client().post(reverse("account_logout"), {"next": next_url})["Location"])


def stays(target: str) -> bool:
    """Return whether a browser that reads this stays on the desk: one slash, then a path (WHATWG URL, section 4.4)."""
    return bool(re.match(r"/(?![\\/])", re.sub(r"[\t\r\n]", "", target.strip())))


def test_sec_25_next_leads_to_a_page_of_the_desk(cast):
    answer = Client().post(reverse(LOGIN), {"login": cast.alice.email, "password": PASSWORD, "next": "/tickets/"})
    assert answer["Location"] == "/tickets/"


def test_sec_25_the_console_s_door_keeps_next_on_the_desk(cast):
    answer = Client().get("/admin/login/", {"next": "//evil.example"})
    page = Client().post(answer["Location"], {"login": cast.ada.email, "password": PASSWORD, "next": "//evil.example"})
    assert "evil" not in page["Location"]
