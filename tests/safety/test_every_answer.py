"""SEC-24, SEC-35 and the headers: what holds for the answer of every address of the matrix, whoever asks."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.safety.matrix import ROWS
from tests.safety.rig import Rig, build
from tests.safety.test_sec_05_permission_matrix import Undo

pytestmark = [pytest.mark.once, pytest.mark.django_db]
# Whose session is shown to us is noted on every request; a prune of old sessions is no act of the reader.
OF_SESSIONS = ("django_session", "usersessions_usersession")
PUBLIC = {
    "livez",
    "readyz",
    "portal:theme_css",
    "portal:logo",
    "portal:robots_txt",
    "portal:security_txt",
    "portal:favicon",
}

# The one-click unsubscribing of RFC 8058: mail programs post there without cookies, and the signed address is the right.
SIGNED = {"support:unsubscribe"}


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


class Writes:
    """Collects every statement that changes a row."""

    def __init__(self):
        self.found = []

    def __call__(self, execute, sql, params, many, context):
        is_write = sql.split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"}
        if is_write and not any(table in sql for table in OF_SESSIONS):
            self.found.append(sql[:150])
        return execute(sql, params, many, context)


def missing_headers(response) -> list[str]:
    """Return what is wrong with the headers that a page must have."""
    policy = response.get("Content-Security-Policy", "")
    wanted = {
        "a policy": "default-src 'none'" in policy,
        "own scripts only": "script-src 'self'" in policy or "sandbox" in policy,
        "no frames": "frame-ancestors 'none'" in policy,
        "no base": "base-uri 'none'" in policy or "sandbox" in policy,
        "nothing inline": "unsafe-" not in policy,
        "nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "referrer policy": response.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "own opener": response.get("Cross-Origin-Opener-Policy") == "same-origin",
    }
    return [name for name, is_there in wanted.items() if not is_there]


@pytest.mark.parametrize("who", ["anonymous", "alice", "gwen", "ada"])
def test_sec_24_and_35_every_answer_is_private_has_its_headers_and_a_get_writes_nothing(rig, who, signed_in):
    faults = []
    for row in ROWS:
        if "*" in row.name:
            continue
        client = Client() if who == "anonymous" else signed_in(getattr(rig.cast, who))
        writes, url = Writes(), reverse(row.name, kwargs=row.kwargs(rig))
        try:
            with transaction.atomic():
                with connection.execute_wrapper(writes):
                    response = getattr(client, row.method)(url, row.data(rig))
                    b"".join(response.streaming_content) if response.streaming else response.content
                raise Undo
        except Undo:
            pass
        said = [f"without {name}" for name in missing_headers(response)]
        if row.method == "get" and writes.found:
            said.append(f"writes {writes.found}")
        if any(name.lower().startswith("access-control-") for name in response.headers):
            said.append("speaks to other origins")
        if who != "anonymous" and row.name not in PUBLIC and "no-store" not in response.get("Cache-Control", ""):
            said.append(f"may be kept: {response.get('Cache-Control')}")
        faults += [f"{row.method} {row.name} ({response.status_code}): {what}" for what in said]
    assert faults == []


@pytest.mark.parametrize(
    "path", ["/tickets", "/account", "/admin/queue", "/nothing/here/", "/admin/nothing/", "/admin/accounts/user"]
)
@pytest.mark.parametrize("who", ["alice", "ada"])
def test_sec_35_redirects_to_the_right_spelling_and_error_pages_are_private_too(rig, who, signed_in, path):
    response = signed_in(getattr(rig.cast, who)).get(path)
    assert response.status_code in {301, 302, 404}
    assert "no-store" in response.get("Cache-Control", "")
    assert missing_headers(response) == []


@pytest.mark.parametrize("who", ["alice", "ada"])
def test_sec_24_no_unsafe_request_is_heard_without_its_token(rig, who):
    client = Client(enforce_csrf_checks=True)
    client.force_login(getattr(rig.cast, who))
    heard = []
    addresses = {row.name: row.kwargs(rig) for row in ROWS if "*" not in row.name}
    with connection.execute_wrapper(writes := Writes()):
        for name, kwargs in addresses.items():
            if name in SIGNED:
                continue
            for method in ("post", "delete"):
                response = getattr(client, method)(reverse(name, kwargs=kwargs))
                if response.status_code != 403:
                    heard.append(f"{method} {name}: {response.status_code}")
    assert heard == [] and writes.found == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_sec_24_a_token_from_another_origin_does_not_count(rig, origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(rig.cast.alice)
    page = client.get(reverse("support:ticket", args=[rig.ticket.pk]))
    token = str(page.context["csrf_token"])
    url, form = reverse("support:solution", args=[rig.ticket.pk]), {"csrfmiddlewaretoken": token}
    assert client.post(url, form, headers={"origin": origin}).status_code == 403
    rig.ticket.refresh_from_db()
    assert rig.ticket.status != "solved"
    assert client.post(url, form, headers={"origin": "http://testserver"}).status_code == 302


SHOW = """
import django, json
django.setup()
from django.test import Client
host = dict(headers={"host": "help.example.com"}, secure=True)
answer = Client().get("/accounts/login/", **host)
print(json.dumps({
    "hsts": answer.get("Strict-Transport-Security", ""),
    "cookies": {name: [cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]]
                for name, cookie in answer.cookies.items()},
    "plain": Client().get("/accounts/login/", headers={"host": "help.example.com"}).get("Location", ""),
}))
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
"""


def test_a_desk_on_https_says_so_for_a_year_and_ties_its_cookies_to_its_host(tmp_path):
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    env = {
        **kept, "DJANGO_SETTINGS_MODULE": "config.settings", "ENV_FILE": "", "VAR_DIR": str(tmp_path), "SECRET_KEY": "k" * 60,
        "BASE_URL": "https://help.example.com", "PYTHONPATH": str(settings.BASE_DIR), "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=settings.BASE_DIR, env=env, check=True)
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    answer, session = done.stdout.strip().splitlines()[-2:]
    said = json.loads(answer)
    assert int(said["hsts"].split(";")[0].removeprefix("max-age=")) >= 31536000
    assert said["cookies"] == {"__Host-csrf": [True, True, "Lax", "/", ""]}
    assert said["plain"] == "https://help.example.com/accounts/login/"
    assert session == "__Host-session True True"
