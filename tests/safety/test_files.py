"""SEC-03, 04, 09, 21, 28, 34 for files."""

import re
import struct
import time
import uuid
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from content.file_names import shown_name
from support.actions.delete_orphaned_uploads import delete_orphaned_uploads
from support.models import Attachment
from tests.factories.support import make_ticket
from tests.support.files import body, upload

SCRIPT = b"<script>parent.ran=1;document.title='ran';fetch('/ran')</script>"
HOSTILE = {
    "x.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"fetch('/ran')\">" + SCRIPT + b"</svg>",
    "x.html": b"<!doctype html>" + SCRIPT,
    "x.xml": b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'>" + SCRIPT + b"</x>",
    "x.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'>" + SCRIPT + b"</html>",
    "x.pdf": b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "x.png.html": SCRIPT,
    "x.jpg": b"GIF89a/*" + SCRIPT + b"*/",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_sec_03_active_content_is_only_ever_a_download(alice, signed_in, name):
    client = signed_in(alice)
    response = client.get(upload(client, HOSTILE[name], name, "image/png").json()["url"])
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"].split(";")[0] in {"text/plain", "application/pdf", "image/gif"}
    assert body(response) == HOSTILE[name]


NAMES = ["../../x", "/etc/passwd", "..\\..\\x", "a\x00b.txt", "a\r\nSet-Cookie: x=1.txt", "%2e%2e%2fx", "a" * 4000 + ".png",
         "invoice\u202efdp.exe", "x.pht", '"; filename=evil.html; x="', ".htaccess", "", "   ", "%00", "ü 文 😀.txt"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_sec_04_a_name_never_says_where_a_file_lies_nor_breaks_a_header(alice, signed_in, settings, name):
    shown = shown_name(name)
    assert shown and len(shown) <= 150
    assert not re.search(r"[/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"]", shown) and not shown.startswith(".")
    client = signed_in(alice)
    told = upload(client, b"hello", name or "x").json()
    row = Attachment.objects.get(pk=told["key"])
    assert re.fullmatch(r"attachments/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f-]{36}", row.path)
    assert Path(settings.MEDIA_ROOT).resolve() in (Path(settings.MEDIA_ROOT) / row.path).resolve().parents
    response = client.get(told["url"])
    assert response.status_code == 200
    assert re.fullmatch(
        r"attachment; filename(?:=\"[^\"\r\n]*\"|\*=utf-8''[\w.%~!$&'()*+,;=-]*)", response["Content-Disposition"]
    )


def test_sec_04_a_long_name_keeps_its_ending():
    assert shown_name("a" * 4000 + ".png").endswith("a.png")


def test_sec_09_and_21_a_foreign_or_invented_key_in_a_form_is_refused(cast, signed_in):
    foreign = upload(signed_in(cast.bea)).json()["key"]
    strangers = upload(Client()).json()["key"]
    ticket = make_ticket(cast.alice)
    for key in (foreign, strangers, str(uuid.uuid4()), "nonsense"):
        response = signed_in(cast.alice).post(
            f"/tickets/{ticket.pk}/replies/", {"body": "Mine now.", "attachments": [key]}
        )
        assert response.status_code == 422 and "not there any more" in response.content.decode(), key
    assert not Attachment.objects.exclude(message=None).exists() and ticket.messages.count() == 1


def test_sec_21_a_strangers_upload_belongs_to_their_session_alone(db):
    one, other = Client(), Client()
    told = upload(one).json()
    assert one.get(told["url"]).status_code == 200
    assert other.get(told["url"]).status_code == 404
    assert other.post(f"/uploads/{told['key']}/removal/").status_code == 404
    assert one.session.session_key != Attachment.objects.get(pk=told["key"]).upload_session


def test_sec_28_a_picture_of_50000_by_50000_is_refused_from_its_header(alice, signed_in):
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")
    )  # fmt: skip
    started = time.process_time()
    response = upload(signed_in(alice), bomb, "bomb.png", "image/png")
    assert response.status_code == 422 and "pixels" in response.json()["error"]
    assert time.process_time() - started < 2 and not Attachment.objects.exists()


def test_sec_34_who_sent_enough_today_waits_and_the_disk_is_not_used(alice, signed_in, settings, monkeypatch):
    settings.UPLOAD_QUOTA_BYTES = 1000
    client = signed_in(alice)
    assert upload(client, b"x" * 900).status_code == 201
    monkeypatch.setattr("content.storage.FileFolder._save", lambda *a: pytest.fail("the disk was used"))
    response = upload(client, b"x" * 200)
    assert response.status_code == 429 and response["Retry-After"] and "today" in response.json()["error"]
    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=25))
    monkeypatch.undo()
    assert upload(client, b"x" * 200).status_code == 201


def test_sec_34_new_sessions_do_not_help_a_stranger(db, settings):
    settings.ANONYMOUS_UPLOAD_QUOTA_BYTES = 1000
    assert upload(Client(), b"x" * 900).status_code == 201
    assert upload(Client(), b"x" * 200).status_code == 429
    assert upload(Client(REMOTE_ADDR="203.0.113.9"), b"x" * 200).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_sec_34_what_nobody_sent_is_gone_after_a_day_with_its_file(cast, signed_in, settings):
    client = signed_in(cast.alice)
    old, new = upload(client).json()["key"], upload(client).json()["key"]
    Attachment.objects.filter(pk=old).update(created_at=timezone.now() - timedelta(hours=25))
    path = Path(settings.MEDIA_ROOT) / Attachment.objects.get(pk=old).path
    assert path.exists() and delete_orphaned_uploads() == 1
    assert not path.exists() and list(Attachment.objects.values_list("pk", flat=True)) == [uuid.UUID(new)]


def test_rel_15_a_file_that_a_crash_left_without_row_is_swept(alice, signed_in, settings):
    upload(signed_in(alice))
    folder = Path(settings.MEDIA_ROOT) / "attachments/aa/bb"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stray").write_bytes(b"x")
    (folder / "cut.part").write_bytes(b"x")
    assert delete_orphaned_uploads() == 0
    kept = Attachment.objects.get()
    Attachment.objects.update(created_at=timezone.now() + timedelta(hours=25))
    assert delete_orphaned_uploads(timezone.now() + timedelta(hours=25)) >= 2
    assert not list(folder.iterdir()) and (Path(settings.MEDIA_ROOT) / kept.path).exists()
