"""Giving a stored file to a browser, which can do nothing but save it, or show a picture that we wrote (SEC-03)."""

import re
from collections.abc import Iterator
from typing import IO

import structlog
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from content import files

logger = structlog.get_logger(__name__)

CHUNK_BYTES = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def stream(request: HttpRequest, path: str, content_type: str, name: str, *, is_shown: bool) -> HttpResponseBase:
    """Return what lies under the path, whole or the range asked for; 503 while the storage is away.

    Raises Http404 for what is not there.
    """
    try:
        content = files.open_file(path)
        size = content.seek(0, 2)
        content.seek(0)
    except FileNotFoundError as error:
        logger.error("file_missing", path=path)
        raise Http404 from error
    except Exception as error:  # noqa: BLE001 (each storage has errors of its own)
        logger.error("file_unreadable", path=path, error=type(error).__name__)
        response: HttpResponseBase = HttpResponse(
            _("This file cannot be read at the moment. Try again in a minute."),
            status=503,
            content_type="text/plain; charset=utf-8",
        )
        response["Retry-After"] = "60"
        return _guarded(response)
    asked = _range(request.headers.get("Range", ""), size) if "If-Range" not in request.headers else None
    if asked == "beyond":
        content.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _guarded(response)
    if isinstance(asked, tuple):
        first, last = asked
        content.seek(first)
        partial = StreamingHttpResponse(_pieces(content, last - first + 1), status=206, content_type=content_type)
        partial["Content-Range"] = f"bytes {first}-{last}/{size}"
        partial["Content-Length"] = str(last - first + 1)
        response = partial
    else:
        response = FileResponse(content, content_type=content_type)
        response["Content-Length"] = str(size)
    disposition = content_disposition_header(as_attachment=not is_shown, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Accept-Ranges"] = "bytes"
    return _guarded(response)


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with what keeps a browser, and every cache, from doing more than saving it."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _range(header: str, size: int) -> tuple[int, int] | str | None:
    """Return the first and last byte asked for, "beyond" the end, or None for all of it (RFC 9110, section 14)."""
    match = ONE_RANGE.fullmatch(header.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        return (max(0, size - length), size - 1) if length and size else "beyond"
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if first >= size:
        return "beyond"
    return (first, last) if first <= last else None


def _pieces(content: IO[bytes], left: int) -> Iterator[bytes]:
    with content:
        while left > 0 and (piece := content.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece
