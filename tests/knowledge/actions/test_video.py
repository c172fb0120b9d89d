"""Videos: addresses, chapters, transcripts."""

import pytest

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_video import keep_video
from knowledge.errors import Invalid
from knowledge.transcripts import read_chapters, read_transcript, written_chapters, written_transcript

VTT = b"WEBVTT\n\nNOTE x\n\n1\n00:00:01.000 --> 00:00:03.500\n<v Gwen>Hello &amp; welcome\n\n01:02.000 --> 01:04.000\nNext\n"
SRT = b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:03,500\r\nHello\r\nthere\r\n\r\n2\r\n01:00:00,000 --> 01:00:01,000\r\nBye\r\n"


def test_web_vtt_and_srt_become_lines_with_seconds():
    lines = read_transcript(VTT).lines
    assert [(line["start_seconds"], line["end_seconds"]) for line in lines] == [(1.0, 3.5), (62.0, 64.0)]
    assert "Hello" in lines[0]["text"] and "<" not in lines[0]["text"]
    assert [line["text"] for line in read_transcript(SRT).lines] == ["Hello there", "Bye"]
    assert read_transcript(SRT).lines[1]["start_seconds"] == 3600.0


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"WEBVTT\n\n00:00:01 --> 00:00:02\nx\n", 3),
        (b"WEBVTT\n\n00:05.000 --> 00:02.000\nx\n", 3),
        (b"1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:0x,000 --> 00:00:02,000\nb\n", 6),
        (b"WEBVTT\n\n\xff\xfe", 3),
        (b"Not a transcript", 1),
        (b"", 1),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(content, line):
    found = read_transcript(content)
    assert not found.lines and found.errors[0][0] == line and found.errors[0][1].endswith(".")


def test_a_transcript_survives_being_written_and_read():
    lines = read_transcript(VTT).lines
    assert read_transcript(written_transcript(lines).encode()).lines == lines


def test_chapters_are_lines_of_time_and_title():
    chapters, errors = read_chapters("0:00 Start\n\n1:30 The second step\n1:02:03 Late\nnonsense\n1:75 no")
    assert [chapter["at_seconds"] for chapter in chapters] == [0, 90, 3723]
    assert [line for line, _words in errors] == [5, 6]
    assert written_chapters(chapters) == "0:00 Start\n1:30 The second step\n1:02:03 Late"


@pytest.mark.django_db
def test_a_video_is_kept_in_order_of_time(cast):
    lead = Actor.person(cast.lena)
    article = create_article(by=lead, kind="video", title="Tour")
    video = keep_video(
        article,
        by=lead,
        url="https://videos.example.com/watch/1",
        duration_seconds=100,
        chapters=[{"at_seconds": 50, "title": "B"}, {"at_seconds": 0, "title": "A"}],
        transcript=read_transcript(VTT).lines,
    )
    assert [chapter["title"] for chapter in video.chapters] == ["A", "B"]
    refused = [
        {"url": "javascript:alert(1)"},
        {"url": "http://videos.example.com/1"},
        {"url": "https://127.0.0.1/1"},
        {"url": "https://localhost/1"},
        {"duration_seconds": 0},
        {"duration_seconds": 10, "chapters": [{"at_seconds": 10, "title": "late"}]},
    ]
    for fields in refused:
        with pytest.raises(Invalid) as error:
            keep_video(article, by=lead, **fields)
        assert error.value.field in fields
    with pytest.raises(Invalid):
        keep_video(create_article(by=lead, kind="article", title="Text"), by=lead)
