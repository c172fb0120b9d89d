"""REL-15: a disk that is full or may not be written. The disks are real and small."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.files.storage import default_storage

from support.models import Attachment, Message, Ticket
from tests.factories.support import make_ticket
from tests.support.files import sent, upload


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A disk of 256 KiB under the storage."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")
    default_storage.exists("x")  # wakes it
    backend = default_storage._wrapped
    monkeypatch.setattr(backend, "_location", str(folder))
    for cached in ("base_location", "location"):
        backend.__dict__.pop(cached, None)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    for cached in ("base_location", "location"):
        backend.__dict__.pop(cached, None)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_rel_15_a_full_disk_is_said_in_words_and_heals(alice, signed_in, small_disk):
    client = signed_in(alice)
    response = upload(client, os.urandom(600_000), "big.bin")
    assert response.status_code == 507 and "no room" in response.json()["error"]
    assert not Attachment.objects.exists() and not files_in(small_disk)
    assert upload(client, b"small").status_code == 201


def test_rel_15_the_text_is_kept_when_its_file_is_not(alice, signed_in, small_disk):
    ticket = make_ticket(alice)
    response = signed_in(alice).post(
        f"/tickets/{ticket.pk}/replies/", {"body": "My words.", "files": [sent(os.urandom(600_000), "big.bin")]}
    )
    assert response.status_code == 507
    page = response.content.decode()
    assert "My words." in page and "no room" in page and ticket.messages.count() == 1


@pytest.mark.parametrize("person", ["alice", "gwen"])
def test_rel_15_each_form_keeps_its_text_on_a_read_only_disk(cast, signed_in, small_disk, person):
    ticket = make_ticket(cast.alice)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    paths = {
        "alice": [f"/tickets/{ticket.pk}/replies/", "/tickets/new/"],
        "gwen": [f"/admin/tickets/{ticket.pk}/messages/", "/admin/tickets/new/"],
    }[person]
    before = Ticket.objects.count(), Message.objects.count()
    for path in paths:
        told = {"subject": "Login", "body": "My words.", "kind": "reply", "files": [sent(b"x", "log.txt")]}
        response = signed_in(getattr(cast, person)).post(path, told)
        page = response.content.decode()
        assert response.status_code == 503, path
        assert "My words." in page and "log.txt: Files cannot be kept" in page, path
    assert (Ticket.objects.count(), Message.objects.count()) == before


def test_rel_15_a_read_only_disk_is_said_in_words_and_heals(alice, signed_in, small_disk):
    client = signed_in(alice)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    response = upload(client)
    assert response.status_code == 503 and response["Retry-After"] and not Attachment.objects.exists()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert upload(client).status_code == 201


def test_rel_15_a_row_that_cannot_be_saved_takes_its_file_along(alice, signed_in, monkeypatch):
    def killed(*args, **kwargs):
        raise RuntimeError("between file and commit")

    before = set(files_in(Path(project.MEDIA_ROOT)))
    monkeypatch.setattr(Attachment, "save", killed)
    with pytest.raises(RuntimeError):
        upload(signed_in(alice))
    assert set(files_in(Path(project.MEDIA_ROOT))) == before
