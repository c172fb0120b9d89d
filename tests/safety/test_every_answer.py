"""SEC-24, SEC-35: no token, another origin, the wrong spelling. Each address as it should be asked: test_sec_05."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.safety.answers import Writes, missing_headers
from tests.safety.matrix import ROWS
from tests.safety.rig import Rig, build
from tests.safety.test_sec_05_permission_matrix import WHO

pytestmark = [pytest.mark.once, pytest.mark.django_db]

# The one-click unsubscribing of RFC 8058: mail programs post there without cookies, and the signed address is the right.
SIGNED = {"support:unsubscribe"}


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


@pytest.mark.parametrize(
    "path", ["/tickets", "/account", "/admin/queue", "/nothing/here/", "/admin/nothing/", "/admin/accounts/user"]
)
@pytest.mark.parametrize("who", ["alice", "ada"])
def test_sec_35_redirects_to_the_right_spelling_and_error_pages_are_private_too(rig, who, signed_in, path):
    response = signed_in(getattr(rig.cast, who)).get(path)
    assert response.status_code in {301, 302, 404}
    assert "no-store" in response.get("Cache-Control", "")
    assert missing_headers(response) == []


@pytest.mark.parametrize("who", WHO)
def test_sec_24_no_unsafe_request_is_heard_without_its_token(rig, who):
    client = Client(enforce_csrf_checks=True)
    if who != "anonymous":
        client.force_login(getattr(rig.cast, who))
    heard = []
    addresses = {row.name: row.kwargs(rig) for row in ROWS if "*" not in row.name}
    with connection.execute_wrapper(writes := Writes()):
        for name, kwargs in addresses.items():
            if name in SIGNED:
                continue
            for method in ("post", "delete") if who in {"alice", "ada"} else ("post",):
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
