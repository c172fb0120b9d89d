import pytest

pytestmark = pytest.mark.django_db


def test_markdown_comes_back_sanitised(client):
    answer = client.post("/tickets/preview/", {"text": "**bold** <script>alert(1)</script> [x](javascript:alert(1))"})
    html = answer.content.decode()
    assert "<strong>bold</strong>" in html
    assert "<script" not in html and 'href="javascript' not in html


def test_nothing_is_said_to_be_nothing(client):
    assert client.post("/tickets/preview/", {"text": "\x00"}).content.decode() == "Nothing to show yet."


def test_what_is_too_long_is_not_rendered(client):
    assert client.post("/tickets/preview/", {"text": "x" * 100_001}).status_code == 413


def test_a_stranger_who_asks_all_the_time_must_wait(client):
    answers = [client.post("/tickets/preview/", {"text": "x"}).status_code for _time in range(61)]
    assert answers[0] == 200 and answers[-1] == 429
