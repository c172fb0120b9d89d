"""Transcripts and chapters as people write them: WebVTT and SRT files, and lines of "1:30 The second step".

Pure. What cannot be read is told by its line, the first counted as 1.
"""

import io
import re
from dataclasses import dataclass, field
from typing import Any

import webvtt
from django.utils.translation import gettext as _
from webvtt.errors import MalformedCaptionError, MalformedFileError

LARGEST_BYTES = 2 * 1024 * 1024
TIME = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
TIMING = re.compile(rf"^\s*({TIME})\s*-->\s*({TIME})(?:\s.*)?$")
TAG = re.compile(r"<[^>]*>")
CHAPTER = re.compile(r"^\s*(?:(\d+):)?(\d{1,2}):(\d{2})\s+(\S.*)$")


@dataclass
class Transcript:
    """The lines of a transcript, and what could not be read: pairs of line number and sentence."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_transcript(content: bytes) -> Transcript:
    """Return what a WebVTT or SRT file says, with {"start_seconds", "end_seconds", "text"} for each line."""
    if len(content) > LARGEST_BYTES:
        return Transcript(errors=[(1, _("This is too long for a transcript: at most 2 MB fit."))])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Transcript(errors=[(line, _("This is no text in UTF-8. Save the file as UTF-8."))])
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    errors = _errors(text)
    if errors:
        return Transcript(errors=errors)
    is_vtt = text.lstrip().startswith("WEBVTT")
    try:
        captions = webvtt.WebVTT.from_buffer(io.StringIO(text), format="vtt" if is_vtt else "srt")
    except (MalformedFileError, MalformedCaptionError) as error:
        return Transcript(errors=[(1, _("This is neither WebVTT nor SRT: %(error)s.") % {"error": error})])
    lines = [
        {
            "start_seconds": _seconds(caption.start),
            "end_seconds": _seconds(caption.end),
            "text": " ".join(TAG.sub("", caption.text).split()),
        }
        for caption in captions.captions
    ]
    if not lines:
        return Transcript(errors=[(1, _("There is no line with its time in it."))])
    return Transcript(lines=[line for line in lines if line["text"]])


def _errors(text: str) -> list[tuple[int, str]]:
    """Return the lines that look like a time and are none, or whose end comes before their start."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if "-->" not in line:
            continue
        timing = TIMING.match(line)
        if not timing:
            found.append(
                (number, _("“%(line)s” is no time such as 00:01:30.000 --> 00:01:34.500.") % {"line": line[:60]})
            )
        elif _seconds(timing[2]) < _seconds(timing[1]):
            found.append((number, _("This ends before it begins.")))
    return found[:20]


def _seconds(text: str) -> float:
    parts = [float(part) for part in text.replace(",", ".").split(":")]
    return round(sum(part * float(60**power) for power, part in enumerate(reversed(parts))), 3)


def read_chapters(text: str) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Return chapters written one a line, "1:30 The second step", and the lines that are none."""
    chapters, errors = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = CHAPTER.match(line)
        if not found or int(found[3]) > 59:
            errors.append((number, _("“%(line)s” is no chapter such as “1:30 The second step”.") % {"line": line[:60]}))
            continue
        hours, minutes, seconds = (int(found[group] or 0) for group in (1, 2, 3))
        chapters.append({"at_seconds": hours * 3600 + minutes * 60 + seconds, "title": found[4].strip()})
    return chapters, errors


def written_chapters(chapters: list[dict[str, Any]]) -> str:
    """Return chapters as `read_chapters` reads them."""
    return "\n".join(f"{written_time(chapter['at_seconds'])} {chapter['title']}" for chapter in chapters)


def written_time(seconds: float) -> str:
    """Return seconds as 1:30 or 1:02:03."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def written_transcript(lines: list[dict[str, Any]]) -> str:
    """Return a transcript as a WebVTT file."""
    blocks = [f"{_stamp(line['start_seconds'])} --> {_stamp(line['end_seconds'])}\n{line['text']}" for line in lines]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _stamp(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{rest:03}"
