"""Files of messages, through the pages."""

import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from accounts.actors import Actor
from support.actions.add_note import add_note
from support.actions.reply import reply
from support.models import Attachment
from tests.factories.support import make_ticket
from tests.support.files import body, picture, sent, upload


def on_disk() -> set[str]:
    folder = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(folder)) for path in folder.rglob("attachments/*/*/*") if path.is_file()}


def send(person, key, ticket=None):
    ticket = ticket or make_ticket(person)
    reply(ticket, by=Actor.person(person), body="See the file.", attachments=[Attachment.objects.get(pk=key)])
    return ticket


def test_an_upload_is_kept_under_a_random_key_with_its_own_type(alice, signed_in):
    response = upload(signed_in(alice), b"Gr\xc3\xbc\xc3\x9fe", "notes.exe", "application/x-msdownload")
    assert response.status_code == 201
    told = response.json()
    row = Attachment.objects.get(pk=told["key"])
    assert (row.content_type, row.size, row.uploaded_by, row.name) == (
        "text/plain; charset=utf-8",
        7,
        alice,
        "notes.exe",
    )
    assert row.path in on_disk() and "notes" not in row.path
    assert told["state"] == "clean" and told["url"] == f"/files/{row.pk}/notes.exe"


def test_a_sent_file_is_read_by_those_who_read_the_message_and_by_nobody_else(cast, signed_in):
    told = upload(signed_in(cast.alice)).json()
    send(cast.alice, told["key"])
    for person in (cast.alice, cast.anna, cast.gwen, cast.lena):
        assert signed_in(person).get(told["url"]).status_code == 200, person
    missing = signed_in(cast.bea).get(f"/files/{uuid.uuid4()}/notes.txt")
    for person in (cast.amir, cast.bea, cast.carl, cast.hugo):
        response = signed_in(person).get(told["url"])
        assert response.status_code == missing.status_code == 404, person
    assert Client().get(told["url"]).status_code == 404


def test_a_file_of_a_note_stays_with_the_desk(cast, signed_in):
    told = upload(signed_in(cast.gwen)).json()
    ticket = make_ticket(cast.alice)
    add_note(ticket, by=Actor.person(cast.gwen), body="Look.", attachments=[Attachment.objects.get(pk=told["key"])])
    assert signed_in(cast.gwen).get(told["url"]).status_code == 200
    assert signed_in(cast.alice).get(told["url"]).status_code == 404


def test_an_unsent_file_is_its_owners_alone_even_to_the_desk(cast, signed_in):
    told = upload(signed_in(cast.alice)).json()
    assert signed_in(cast.alice).get(told["url"]).status_code == 200
    for person in (cast.anna, cast.gwen, cast.ada):
        assert signed_in(person).get(told["url"]).status_code == 404


def test_an_own_unsent_file_can_be_removed_and_a_sent_one_cannot(cast, signed_in):
    client = signed_in(cast.alice)
    first, second = upload(client).json()["key"], upload(client).json()["key"]
    assert signed_in(cast.bea).post(f"/uploads/{first}/removal/").status_code == 404
    path = Attachment.objects.get(pk=first).path
    assert client.post(f"/uploads/{first}/removal/").status_code == 200
    assert not Attachment.objects.filter(pk=first).exists()
    send(cast.alice, second)
    assert client.post(f"/uploads/{second}/removal/").status_code == 404
    assert path


@pytest.mark.parametrize(
    ("back", "goes_there"),
    [("/tickets/new/", True), ("http://testserver/tickets/new/", True), ("", False), ("https://evil.example/", False),
     ("//evil.example/", False), ("/\\evil.example", False), ("http:///evil.example", False),
     ("javascript:alert(1)", False), ("http://testserver@evil.example/", False)],
)  # fmt: skip
def test_sec_25_after_a_removal_only_our_own_pages_are_gone_back_to(alice, signed_in, back, goes_there):
    client = signed_in(alice)
    key = upload(client).json()["key"]
    response = client.post(f"/uploads/{key}/removal/", {"next": back}, headers={"accept": "text/html"})
    assert (response.status_code, response.get("Location")) == ((302, back) if goes_there else (200, None))
    assert not Attachment.objects.exists()


def test_sec_25_a_page_without_encryption_is_not_gone_back_to_from_one_with_it(alice, signed_in):
    client = signed_in(alice)
    key = upload(client).json()["key"]
    told = {"next": "http://testserver/"}
    response = client.post(f"/uploads/{key}/removal/", told, secure=True, headers={"accept": "text/html"})
    assert response.status_code == 200


def test_a_picture_is_written_anew_without_what_was_hidden_in_it(alice, signed_in):
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera turned
    exif[0x010E] = "SECRET-PLACE"
    sent_bytes = picture("JPEG", (600, 300), exif=exif, comment=b"SECRET-COMMENT")
    assert b"SECRET" in sent_bytes
    client = signed_in(alice)
    told = upload(client, sent_bytes, "photo.jpg", "image/jpeg").json()
    row = Attachment.objects.get(pk=told["key"])
    assert (row.is_image, row.width, row.height, row.content_type) == (True, 300, 600, "image/jpeg")
    response = client.get(told["url"])
    content = body(response)
    assert b"SECRET" not in content and not Image.open(io.BytesIO(content)).getexif()
    assert response["Content-Disposition"].startswith("inline")
    small = client.get(told["thumbnail_url"])
    assert small["Content-Type"] == "image/webp" and max(Image.open(io.BytesIO(body(small))).size) == 480


def test_a_broken_picture_is_kept_as_a_plain_file(alice, signed_in):
    client = signed_in(alice)
    told = upload(client, picture()[:300], "broken.png", "image/png").json()
    row = Attachment.objects.get(pk=told["key"])
    assert not row.is_image and not row.thumbnail_path
    assert client.get(told["url"])["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "piece", "where"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=4-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_download_goes_on_where_it_was_cut(alice, signed_in, asked, status, piece, where):
    client = signed_in(alice)
    told = upload(client, b"0123456789").json()
    response = client.get(told["url"], headers={"range": asked})
    assert response.status_code == status and response.headers.get("Content-Range") == where
    assert (body(response) if response.streaming else response.content) == piece
    assert response["Content-Security-Policy"].startswith("sandbox")


def test_a_file_above_the_limit_is_refused_in_words(alice, signed_in, settings):
    settings.MAX_FILE_BYTES = 1000
    before = on_disk()
    response = upload(signed_in(alice), b"x" * 1001)
    assert response.status_code == 413 and "too large" in response.json()["error"]
    assert on_disk() == before and not Attachment.objects.exists()


def test_an_empty_file_is_refused_in_words(alice, signed_in):
    response = upload(signed_in(alice), b"")
    assert response.status_code == 422 and "empty" in response.json()["error"]


def test_files_come_with_the_form_where_there_is_no_script(alice, signed_in):
    client = signed_in(alice)
    ticket = make_ticket(alice)
    response = client.post(
        f"/tickets/{ticket.pk}/replies/", {"body": "Here.", "files": [sent(b"one", "a.txt"), sent(b"two", "b.txt")]}
    )
    assert response.status_code == 302
    assert sorted(Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True)) == [
        "a.txt",
        "b.txt",
    ]


def test_a_file_that_is_refused_loses_neither_the_text_nor_the_others(alice, signed_in, settings):
    settings.MAX_FILE_BYTES = 1000
    client = signed_in(alice)
    ticket = make_ticket(alice)
    response = client.post(
        f"/tickets/{ticket.pk}/replies/",
        {"body": "My long words.", "files": [sent(b"one", "a.txt"), sent(b"x" * 2000, "big.bin")]},
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "big.bin: This file is too large" in page and "My long words." in page
    assert str(Attachment.objects.get(message=None).pk) in page
    assert not Attachment.objects.filter(message__ticket=ticket).exists()


def test_more_files_than_fit_one_message_are_refused_before_they_are_kept(alice, signed_in, settings):
    settings.MAX_FILES_PER_MESSAGE = 2
    ticket = make_ticket(alice)
    response = signed_in(alice).post(
        f"/tickets/{ticket.pk}/replies/", {"body": "Here.", "files": [sent(b"x", f"{n}.txt") for n in range(3)]}
    )
    assert response.status_code == 422 and "At most 2 files" in response.content.decode()
    assert not Attachment.objects.exists()
