"""SEC-31 and SEC-32: no spelling of an address and no parameter opens what the address itself does not.

For a customer every staff page is 404 however its path is written. Filters, orders and look-ups that a page does not
offer answer as if they were not there, or with 400; never does an answer depend on what a password begins with.
"""

import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests.safety.matrix import CONSOLE
from tests.safety.rig import CANARY_NOTE, CANARY_TICKET, Rig, build

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


def spellings(path: str) -> list[str]:
    tail = path.removeprefix("/admin/")
    return [
        f"/tickets/..;/admin/{tail}", f"/tickets/%2e%2e/admin/{tail}", f"/static/../admin/{tail}", f"/static/%2e%2e/admin/{tail}",
        f"/static/..%2fadmin/{tail}", f"//admin/{tail}", f"/admin//{tail}", f"/ADMIN/{tail}", f"/Admin/{tail}", f"/admin;/{tail}",
        f"/admin;a=b/{tail}", f"/%61dmin/{tail}", f"/admin/{tail}.json", f"{path.rstrip('/')}.json", f"{path.rstrip('/')}.css",
        f"{path.rstrip('/')};.css", f"{path}%00", f"{path}..", f"{path}%20", f"/admin/./{tail}", f"/livez/../admin/{tail}",
        f"/admin/login/..;/{tail}", f"/admin%2f{tail}", f"/admin\\{tail}", f"{path}?format=json", f"{path}#.css", path.upper(),
    ]  # fmt: skip


HEADERS = [
    {"X-Original-URL": "{path}"}, {"X-Rewrite-URL": "{path}"}, {"X-Forwarded-Uri": "{path}"}, {"X-Forwarded-Prefix": "/admin"},
    {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-User": "ada@desk.example"}, {"Remote-User": "ada@desk.example"},
    {"X-HTTP-Method-Override": "GET"}, {"HX-Request": "true"}, {"X-Custom-IP-Authorization": "127.0.0.1"}, {"Authorization": "Basic YTpi"},
]  # fmt: skip


def test_sec_31_no_spelling_of_a_staff_path_lets_a_customer_in(rig, signed_in):
    browser = signed_in(rig.cast.anna)  # the customer with the most rights
    opened = []
    for row in CONSOLE:
        if "*" in row.name:
            continue
        path = reverse(row.name, kwargs=row.kwargs(rig))
        for spelling in spellings(path):
            # As a server hands it on: the test client would take "//admin" for the name of a host.
            answer = browser.get("/", PATH_INFO=spelling) if spelling.startswith("//") else browser.get(spelling)
            if answer.status_code not in {301, 302, 400, 403, 404} or "canary" in answer.content.decode():
                opened.append((spelling, answer.status_code))
    assert opened == []


@pytest.fixture
def stopped_clock():
    """Pages tell how long is left; two of the same moment are the same."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def test_sec_31_no_header_lets_a_customer_in(rig, signed_in, stopped_clock):
    browser = signed_in(rig.cast.anna)
    home = browser.get(reverse("support:promise")).content
    for row in CONSOLE:
        if "*" in row.name:
            continue
        path = reverse(row.name, kwargs=row.kwargs(rig))
        for header in HEADERS:
            sent = {key: value.format(path=path) for key, value in header.items()}
            assert browser.get(path, headers=sent).status_code == 404, (path, header)
            if "{path}" in "".join(header.values()):
                assert browser.get(reverse("support:promise"), headers=sent).content == home, (path, header)


def test_sec_31_a_method_is_what_it_is_and_no_override(rig, signed_in):
    browser, url = signed_in(rig.cast.alice), reverse("support:solution", args=[rig.ticket.pk])
    for sent in ({"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "POST"}, {"X-Method-Override": "POST"}):
        assert browser.get(url + "?_method=POST", headers=sent).status_code == 405
    for method in ("put", "patch", "delete"):
        assert getattr(browser, method)(url).status_code == 405
    rig.ticket.refresh_from_db()
    assert rig.ticket.status != "solved"


GUESSES = ["md5", "zzz", "pbkdf2", "!", ""]
LOOKUPS = [
    "password__startswith", "requester__password__startswith", "user__password__startswith", "assignee__password__startswith",
    "memberships__user__password__startswith", "membership__user__password__startswith", "organization__notes__contains",
    "messages__source__contains", "messages__is_public", "mail_domains__domain__startswith", "named_agent__password__startswith",
    "session__session_key__startswith", "requester__email__contains", "members__password__startswith",
]  # fmt: skip
ORDERS = [
    "password",
    "-password",
    "requester__password",
    "queue__members__password",
    "?",
    "1;drop",
    "RAND()",
    "messages__source",
    "-99",
    "1.1.1",
    "x",
]
NOISE = re.compile(
    r'name="back" value="[^"]*"|(?<=value=")[\w-]{36,64}(?=")|(?<=content=")\w{64}|X-CSRFToken\S+ \S+'
    r'|[^"\s]*__(startswith|contains|is_public)[^"\s<]*|\d+ (min|minutes?|s|seconds?)\b'
)


def seen(answer) -> tuple[int, str]:
    """Return what a reader learns: the status, and the page without tokens, ages and its own address."""
    return answer.status_code, NOISE.sub("", answer.content.decode())


@pytest.mark.parametrize(("who", "address"), [
    ("alice", "support:ticket_list"), ("anna", "account_pages:organization"), ("gwen", "console:queue"), ("gwen", "console:palette"),
    ("gwen", "console:people"), ("gwen", "console:outbox"), ("lena", "console:deliveries"),
])  # fmt: skip
def test_sec_32_our_own_lists_know_no_look_up_and_no_order_that_they_do_not_offer(rig, signed_in, who, address):
    browser, url = signed_in(getattr(rig.cast, who)), reverse(address)
    browser.get(url)
    plain = seen(browser.get(url))
    for lookup in LOOKUPS:
        answers = {seen(browser.get(url, {lookup: guess})) for guess in GUESSES}
        assert len(answers) == 1, lookup
        assert next(iter(answers)) == plain or next(iter(answers))[0] == 400, lookup
    for name in ("o", "order", "order_by", "ordering", "sort", "fields", "include", "expand"):
        for order in ORDERS:
            status, text = seen(browser.get(url, {name: order}))
            assert status == 400 or len(text) == len(plain[1]) or text == plain[1], (name, order)
            assert "canary-note" not in text or who in {"gwen", "lena"}


MODELS = [
    "accounts_user",
    "accounts_organization",
    "accounts_membership",
    "accounts_tier",
    "support_queue",
    "support_tag",
]


@pytest.mark.parametrize("who", ["gwen", "lena"])
@pytest.mark.parametrize("model", MODELS)
def test_sec_32_the_console_s_lists_of_models_answer_no_guess_at_a_secret(rig, signed_in, who, model):
    browser, url = signed_in(getattr(rig.cast, who)), reverse(f"admin:{model}_changelist")
    if browser.get(url).status_code == 403:
        assert {browser.get(url, {lookup: guess}).status_code for lookup in LOOKUPS for guess in GUESSES[:2]} == {403}
        return
    for lookup in LOOKUPS:
        answers = {
            (a.status_code, a.get("Location", "").split("?")[0], _rows(a))
            for guess in GUESSES[:3]
            for a in [browser.get(url, {lookup: guess})]
        }
        assert len(answers) == 1, (lookup, answers)
        assert not any("__" in value for value in next(iter(answers))[1:2])
    for order in ORDERS:
        answer = browser.get(url, {"o": order})
        assert answer.status_code in {200, 302, 400}
        assert "pbkdf2" not in answer.content.decode() and "md5$" not in answer.content.decode()


def _rows(answer) -> int:
    return answer.content.decode().count('class="field-') if answer.status_code == 200 else -1


def test_sec_32_a_completion_names_only_fields_that_have_one(rig, signed_in):
    browser, url = signed_in(rig.cast.lena), reverse("admin:autocomplete")
    for field in ("password", "messages", "requester", "user_permissions", "x"):
        asked = {"term": "a", "app_label": "support", "model_name": "queue", "field_name": field}
        assert browser.get(url, asked).status_code in {403, 404}, field
    for text in (CANARY_TICKET, CANARY_NOTE, "md5$", "pbkdf2"):
        asked = {"term": text, "app_label": "support", "model_name": "queue", "field_name": "organization"}
        answer = browser.get(url, asked)
        assert answer.status_code == 403 or answer.json()["results"] == []
