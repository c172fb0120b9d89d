"""Files in a bucket: the whole way, against a server that speaks S3."""

import hashlib
import os
import socket
import time
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config.environment import file_storage
from support.actions.delete_orphaned_uploads import delete_orphaned_uploads
from support.actions.scan_files import scan_pending_files
from support.models import Attachment
from tests.content.clamd import Clamd
from tests.support.files import body, picture, upload

pytestmark = pytest.mark.once
BUCKET = "attachments-of-the-desk"


@pytest.fixture(scope="module")
def server():
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield "{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch, tmp_path):
    """An empty bucket in which the desk keeps its files, configured as FILE_STORAGE_URL says."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{server}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106
        region_name="eu-central-1",
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    url = f"s3://key:secret@{server}/{BUCKET}?region=eu-central-1&tls=0"
    settings.FILE_STORAGE_URL = url
    settings.STORAGES = {**settings.STORAGES, "default": file_storage(url, tmp_path)}
    yield client
    for name in keys(client):
        client.delete_object(Bucket=BUCKET, Key=name)
    client.delete_bucket(Bucket=BUCKET)


def keys(client):
    return [found["Key"] for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_file_goes_to_the_bucket_and_comes_back_whole_and_in_pieces(alice, signed_in, bucket):
    content = os.urandom(3_000_000)
    client = signed_in(alice)
    told = upload(client, content, "dump.bin").json()
    row = Attachment.objects.get()
    assert keys(bucket) == [row.path] and row.sha256 == hashlib.sha256(content).hexdigest()
    assert body(client.get(told["url"])) == content
    piece = client.get(told["url"], headers={"range": "bytes=2500000-2500009"})
    assert piece.status_code == 206 and body(piece) == content[2500000:2500010]


def test_a_picture_has_its_small_one_beside_it_and_both_go(
    alice, signed_in, bucket, django_capture_on_commit_callbacks
):
    client = signed_in(alice)
    told = upload(client, picture(), "screen.png").json()
    assert len(keys(bucket)) == 2 and client.get(told["thumbnail_url"])["Content-Type"] == "image/webp"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(told["removal_url"]).status_code == 200
    assert keys(bucket) == []


def test_the_virus_check_reads_from_the_bucket(alice, signed_in, bucket, settings):
    with Clamd() as clamd:
        settings.CLAMAV_ADDRESS = clamd.address
        client = signed_in(alice)
        told = upload(client, b"hello").json()
        assert scan_pending_files() == 1 and clamd.server.seen == [b"hello"]
    assert client.get(told["url"]).status_code == 200


def test_what_a_crash_left_in_the_bucket_is_swept_and_the_rest_stays(alice, signed_in, bucket):
    upload(signed_in(alice))
    kept = Attachment.objects.get()
    Attachment.objects.update(created_at=timezone.now() + timedelta(hours=25))
    for name in ("attachments/aa/bb/stray", "attachments/aa/bb/stray.small"):
        bucket.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    assert delete_orphaned_uploads(timezone.now() + timedelta(hours=25)) == 2
    assert keys(bucket) == [kept.path]


def test_a_file_that_is_not_in_the_bucket_any_more_is_not_found(alice, signed_in, bucket):
    client = signed_in(alice)
    told = upload(client).json()
    bucket.delete_object(Bucket=BUCKET, Key=keys(bucket)[0])
    assert client.get(told["url"]).status_code == 404


@pytest.mark.parametrize("is_hanging", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_bucket_that_is_away_or_hangs_is_said_in_words_and_soon(alice, signed_in, bucket, settings, is_hanging):
    client = signed_in(alice)
    told = upload(client).json()
    # An address that refuses, or one whose queue of connections is full.
    with socket.socket() as closed, socket.socket() as waiting:
        closed.bind(("127.0.0.1", 0))
        if is_hanging:
            closed.listen(0)
            waiting.connect(closed.getsockname())
        url = f"s3://key:secret@127.0.0.1:{closed.getsockname()[1]}/{BUCKET}?tls=0"
        settings.STORAGES = {**settings.STORAGES, "default": file_storage(url, Path("/unused"))}
        started = time.monotonic()
        refused = upload(client)
        assert refused.status_code == 503 and refused["Retry-After"] and "cannot be kept" in refused.json()["error"]
        unread = client.get(told["url"])
        assert unread.status_code == 503 and unread["Retry-After"]
        assert time.monotonic() - started < 30


def test_a_secret_may_hold_signs_that_an_address_may_not():
    options = file_storage("s3://KEY:a%2Fb%40c@s3.example.com/bucket?region=eu-central-1", Path("/unused"))["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("KEY", "a/b@c")
