"""What a file is, told from its content. The name and the sender's word are not asked (SEC-03)."""

import codecs
from typing import IO

HEAD_BYTES = 64 * 1024
UNKNOWN = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
# The first bytes of what people send to a desk. Whatever is not here is a download of unknown type;
# HTML, SVG and XML are text to us, so no browser ever hears that they could be run.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
)


def type_of(source: IO[bytes]) -> str:
    """Return the type from the allow-list that the first 64 KiB show; text is UTF-8 without zero bytes."""
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    for offset, signature, content_type in SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return content_type if content_type != "image/webp" or head[:4] == b"RIFF" else UNKNOWN
    if b"\x00" in head:
        return UNKNOWN
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a letter may be cut at the end
    except UnicodeDecodeError:
        return UNKNOWN
    return TEXT
