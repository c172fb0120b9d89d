"""Files as people send them, made for the tests of files."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image


def picture(kind="PNG", size=(640, 400), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, kind, **options)
    return out.getvalue()


def sent(content: bytes, name="notes.txt", content_type="text/plain") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def upload(client: Client, content: bytes = b"hello", name="notes.txt", content_type="text/plain"):
    """Upload as the page's script does, and return the answer."""
    return client.post("/uploads/", {"file": sent(content, name, content_type)}, headers={"accept": "application/json"})


def body(response) -> bytes:
    return b"".join(response.streaming_content)
