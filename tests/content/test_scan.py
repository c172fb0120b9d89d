"""The virus scan, against a server that speaks clamd's protocol."""

import io
import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.actors import Actor
from content import scan as scanner
from content.scan import NotScanned, ScannerAway, scan
from events import dispatch
from support.actions.reply import reply
from support.actions.scan_files import MOST_TRIES, scan_pending_files
from support.models import Attachment
from tests.content.clamd import Clamd
from tests.factories.support import make_ticket
from tests.support.files import upload

VIRUS = b"X5O!P%@AP EICAR-STANDARD-ANTIVIRUS-TEST"


def test_a_clean_file_of_many_chunks_arrives_whole(settings):
    content = os.urandom(200_000)
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        assert scan(io.BytesIO(content)).is_clean
        assert clamd.server.seen == [content]


def test_a_virus_has_a_name_and_a_socket_file_will_do(settings, tmp_path):
    with Clamd(path=tmp_path / "clamd.ctl") as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        assert scan(io.BytesIO(VIRUS)).finding == "Eicar-Test"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0"])
def test_what_the_scanner_could_not_look_at_is_not_clean(settings, answer):
    with Clamd(answer) as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        with pytest.raises(NotScanned):
            scan(io.BytesIO(b"x"))


def test_a_scanner_that_hangs_up_at_its_limit_has_not_looked(settings):
    with Clamd(limit=100_000) as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        with pytest.raises(NotScanned):
            scan(io.BytesIO(b"x" * 5_000_000))
        assert scan(io.BytesIO(b"x" * 90_000)).is_clean


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nonsense"])
def test_nobody_at_the_address_is_told_from_a_file_that_cannot_be_scanned(settings, address):
    settings.CLAMAV_ADDRESS = address
    for ask in (scanner.ping, lambda: scan(io.BytesIO(b"x"))):
        with pytest.raises(ScannerAway):
            ask()


def test_a_scanner_that_is_there_answers_a_ping(settings):
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        scanner.ping()


def test_a_file_waits_while_the_scanner_is_away_and_is_read_when_it_was_found_clean(alice, signed_in, settings):
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    client = signed_in(alice)
    told = upload(client).json()
    assert told["state"] == "pending"
    assert scan_pending_files() == 0
    refused = client.get(told["url"], headers={"accept": "text/html"})
    assert refused.status_code == 409 and "Being checked" in refused.content.decode()
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        assert scan_pending_files() == 1
    assert client.get(told["url"]).status_code == 200


def test_a_blocked_file_says_what_was_found_and_is_not_given_out(alice, signed_in, settings):
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        client = signed_in(alice)
        told = upload(client, VIRUS).json()
        scan_pending_files()
    assert Attachment.objects.get(pk=told["key"]).state == "blocked"
    refused = client.get(told["url"], headers={"accept": "text/html"})
    assert refused.status_code == 403 and "Eicar-Test" in refused.content.decode()
    assert client.get(told["url"], headers={"accept": "application/json"}).json()["state"] == "blocked"


def later(**span):
    """Let so much time pass for what waits."""
    for file in Attachment.objects.exclude(next_scan_at=None):
        file.next_scan_at -= timedelta(**span)
        file.save(update_fields=["next_scan_at"])


def test_a_file_that_the_scanner_cannot_look_at_holds_up_no_other(alice, signed_in, settings):
    with Clamd(limit=1000) as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        client = signed_in(alice)
        large, small = (upload(client, b"x" * size).json()["key"] for size in (100_000, 10))
        assert scan_pending_files() == 1
        assert Attachment.objects.get(pk=small).state == "clean"
        waiting = Attachment.objects.get(pk=large)
        assert (waiting.state, waiting.scan_attempts) == ("pending", 1) and waiting.next_scan_at > timezone.now()
        seen = len(clamd.server.seen)
        assert scan_pending_files() == 0 and len(clamd.server.seen) == seen, "it waits before it is tried again"


def test_a_file_that_could_not_be_checked_is_given_up_in_words_and_can_be_tried_anew(cast, signed_in, settings):
    with Clamd(b"INSTREAM size limit exceeded. ERROR\0") as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        client = signed_in(cast.alice)
        told = upload(client).json()
        for tries in range(1, MOST_TRIES + 1):
            scan_pending_files()
            assert Attachment.objects.get().scan_attempts == tries
            later(hours=1)
        assert Attachment.objects.get().state == "unchecked" and len(clamd.server.seen) == MOST_TRIES
        refused = client.get(told["url"], headers={"accept": "text/html"})
        assert refused.status_code == 403 and "could not look into it" in refused.content.decode()
        ticket = make_ticket(cast.alice)
        sent = client.post(f"/tickets/{ticket.pk}/replies/", {"body": "Mine.", "attachments": [told["key"]]})
        assert sent.status_code == 422 and "notes.txt: Cannot be opened" in sent.content.decode()
        clamd.server.answer = b""
        call_command("scan_again", stdout=(said := io.StringIO()))
        assert said.getvalue() == "1 files wait for the scanner again.\n" and scan_pending_files() == 1
    assert client.get(told["url"]).status_code == 200


def test_nothing_is_counted_while_the_scanner_is_away(alice, signed_in, settings):
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    upload(signed_in(alice))
    for _ in range(MOST_TRIES + 1):
        assert scan_pending_files() == 0
    file = Attachment.objects.get()
    assert (file.state, file.scan_attempts, file.next_scan_at) == ("pending", 0, None)


def test_a_storage_that_cannot_be_read_delays_and_costs_no_try(alice, signed_in, settings, monkeypatch):
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        upload(signed_in(alice))
        with monkeypatch.context() as patch:
            patch.setattr("content.files.open_file", lambda path: (_ for _ in ()).throw(ConnectionError("away")))
            assert scan_pending_files() == 0
        assert Attachment.objects.get().scan_attempts == 0 and scan_pending_files() == 0
        later(minutes=2)
        assert scan_pending_files() == 1


def test_a_file_that_another_worker_has_in_hand_is_left_to_it(alice, signed_in, settings):
    inside = []

    def scan_inside(content):
        inside.append(scan_pending_files())
        return scanner.Verdict("")

    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    upload(signed_in(alice))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("support.actions.scan_files.scan", scan_inside)
        assert scan_pending_files() == 1
    assert inside == [0]


@pytest.mark.parametrize(("address", "rings"), [("127.0.0.1:1", ["support.tasks.scan_pending_files"]), ("", [])])
def test_an_upload_rings_for_its_check_at_once(
    alice, signed_in, settings, monkeypatch, django_capture_on_commit_callbacks, address, rings
):
    asked = []
    monkeypatch.setattr(dispatch, "ask", asked.append)
    settings.CLAMAV_ADDRESS = address
    with django_capture_on_commit_callbacks(execute=True):
        upload(signed_in(alice))
    assert asked == rings


def test_both_sides_read_in_the_conversation_how_the_check_stands(cast, signed_in, settings):
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    upload(signed_in(cast.alice))
    file, ticket = Attachment.objects.get(), make_ticket(cast.alice)
    reply(ticket, by=Actor.person(cast.alice), body="See.", attachments=[file])
    pages = [(signed_in(cast.alice), f"/tickets/{ticket.pk}/"), (signed_in(cast.gwen), f"/admin/tickets/{ticket.pk}/")]
    hour_ago = timezone.now() - timedelta(hours=1)
    for change, words in [
        ({}, "Being checked for viruses"),
        ({"created_at": hour_ago}, "takes longer than usual"),
        ({"state": "unchecked"}, "could not look into it"),
        ({"state": "blocked", "finding": "Eicar-Test"}, "found Eicar-Test in it"),
        ({"state": "clean"}, file.url),
    ]:
        Attachment.objects.update(**change)
        for client, path in pages:
            page = client.get(path).content.decode()
            assert words in page, (path, words)
            assert (file.url in page) == (words == file.url)
