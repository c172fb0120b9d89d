"""OPS-01: `/livez` and `/readyz` tell the truth within 200 ms and never hang."""

import json
import socket
import threading
import time

import pytest
from django.test import RequestFactory

from config import probes
from tests.content.clamd import Clamd


def ask(view):
    began = time.monotonic()
    response = view(RequestFactory().get("/"))
    return response.status_code, json.loads(response.content), time.monotonic() - began


@pytest.fixture
def fresh(monkeypatch):
    """Parts that nobody has asked yet, and time enough on a busy machine."""
    parts = tuple(
        probes.Part(part.name, part.ask, part.remember_seconds, is_needed=part.is_needed) for part in probes.PARTS
    )
    monkeypatch.setattr(probes, "PARTS", parts)
    monkeypatch.setattr(probes, "ANSWER_SECONDS", 5)
    return {part.name: part for part in parts}


def test_livez_needs_nothing(client):
    # No database mark: a query would fail this test.
    response = client.get("/livez")
    assert response.status_code == 200
    assert response.json() == {"alive": True}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_readyz_is_well_when_every_part_answers(fresh, settings):
    settings.SEARCH_ENGINE = "database"
    status, answer, _ = ask(probes.readyz)
    assert answer == {
        "ready": True,
        "parts": {"database": "ok", "migrations": "ok", "broker": "ok", "storage": "ok", "search": "ok"},
    }
    assert status == 200


def test_readyz_names_the_part_that_fails(fresh, monkeypatch):
    def fail():
        raise OSError("no route to 10.1.2.3")

    for part in fresh.values():
        monkeypatch.setattr(part, "ask", lambda: None)
    monkeypatch.setattr(fresh["broker"], "ask", fail)
    status, answer, _ = ask(probes.readyz)
    assert status == 503
    assert answer["parts"] == {
        "database": "ok",
        "migrations": "ok",
        "broker": "fails",
        "storage": "ok",
        "search": "ok",
    }
    assert "10.1.2.3" not in json.dumps(answer), "an address of the inside must not be told to everyone"


def test_a_part_that_hangs_makes_readyz_answer_no_in_time(fresh, monkeypatch):
    monkeypatch.setattr(probes, "ANSWER_SECONDS", 0.18)
    hanging = threading.Event()
    for part in fresh.values():
        monkeypatch.setattr(part, "ask", hanging.wait)
    try:
        for _ in range(3):
            status, answer, seconds = ask(probes.readyz)
            assert status == 503
            assert set(answer["parts"].values()) == {"does not answer"}
            assert seconds < 1
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("readyz-")]
        assert len(threads) == len(fresh), "a part that hangs is asked once, not once more by every probe"
    finally:
        hanging.set()


def test_a_part_that_came_back_is_well_again(fresh, monkeypatch):
    problems = ["away"]

    def ask_it():
        if problems:
            raise probes.NotReady(problems.pop())

    for part in fresh.values():
        monkeypatch.setattr(part, "ask", lambda: None)
    monkeypatch.setattr(fresh["storage"], "ask", ask_it)
    assert ask(probes.readyz)[1]["parts"]["storage"] == "away"
    assert ask(probes.readyz)[0] == 200


@pytest.mark.django_db(transaction=True)
def test_migrations_that_were_not_applied_are_counted(fresh):
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder.Migration.objects.filter(app="events").order_by("-pk").first()
    app, name = applied.app, applied.name
    applied.delete()
    try:
        assert ask(probes.readyz)[1]["parts"]["migrations"].endswith("migrations are not applied")
    finally:
        MigrationRecorder.Migration.objects.create(app=app, name=name)


def test_a_storage_that_cannot_be_written_is_told(fresh, settings, tmp_path):
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    settings.MEDIA_ROOT = blocked
    assert ask(probes.readyz)[1]["parts"]["storage"] == "fails"


def test_a_broker_that_refuses_or_hangs_is_told(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        monkeypatch.setattr(probes.app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")
        part = probes.Part("broker", probes.ask_broker)
        part.start()
        assert part.answer(time.monotonic() + 5) == "fails"
        listener.listen()  # accepts, and then never says a word
        part.start()
        assert part.answer(time.monotonic() + 0.2) == "does not answer"
        assert part.finished.wait(10), "the question itself has a limit, too"


@pytest.mark.redis
def test_a_broker_that_answers_is_well(monkeypatch):
    import os

    monkeypatch.setattr(probes.app.conf, "broker_write_url", os.environ["TEST_REDIS_URL"])
    part = probes.Part("broker", probes.ask_broker)
    part.start()
    assert part.answer(time.monotonic() + 5) == ""


def test_probes_are_answered_over_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/livez").status_code == 200


def test_probes_refuse_to_be_posted_to(client):
    assert client.post("/livez").status_code == 405


@pytest.mark.django_db
def test_probes_are_answered_whatever_host_they_name_and_nothing_else_is(client):
    for host in ("10.1.2.3:8000", "evil.example"):
        assert client.get("/livez", headers={"host": host}).status_code == 200
        for path in ("/livez/", "//livez", "/accounts/login/", "/"):
            assert client.get(path, headers={"host": host}).status_code == 400, path


def test_a_virus_scanner_that_is_away_is_named_and_takes_no_machine_out(settings, monkeypatch, fresh):
    part = probes.Part("scanner", probes.ask_scanner, is_needed=False)
    monkeypatch.setattr(probes, "PARTS", (part,))
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    status, answer, _ = ask(probes.readyz)
    assert (status, answer) == (200, {"ready": True, "parts": {"scanner": "away; new files wait for it"}})
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        assert ask(probes.readyz)[1]["parts"] == {"scanner": "ok"}


@pytest.mark.django_db(transaction=True)
def test_a_search_index_that_is_away_or_late_is_named_and_takes_no_machine_out(fresh, settings, tmp_path):
    from datetime import timedelta

    from django.utils import timezone

    from search.models import Waiting

    settings.SEARCH_ENGINE = "database"
    late = Waiting.objects.create(kind="article", object_id=1)
    Waiting.objects.filter(pk=late.pk).update(since=timezone.now() - timedelta(minutes=5))
    status, answer, _ = ask(probes.readyz)
    assert (status, answer["ready"]) == (200, True)
    assert answer["parts"]["search"] == "The search index is 5 minutes behind."
