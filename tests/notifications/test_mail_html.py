from html.parser import HTMLParser

import pytest

from content.markdown import render
from notifications.mail_html import for_mail


@pytest.fixture(autouse=True)
def _base(settings):
    settings.BASE_URL = "https://help.example.com"


def test_a_picture_of_ours_becomes_an_absolute_link():
    html = for_mail('<p><img src="/files/0b6f3b8e-9f0e-4a55-8a44-0d6f1f3c2a10/error.png" alt="The error"></p>')
    assert "<img" not in html
    assert (
        'href="https://help.example.com/files/0b6f3b8e-9f0e-4a55-8a44-0d6f1f3c2a10/error.png"' in html
        and ">The error</a>" in html
    )


def test_a_picture_from_elsewhere_is_gone():
    html = for_mail('<p>a <img src="https://spy.example/pixel.gif" alt="x"> b</p>')
    assert "spy.example" not in html


def test_a_link_of_ours_becomes_absolute_and_others_stay():
    html = for_mail('<a href="/tickets/7/">x</a> <a href="https://docs.example/a?b=1&amp;c=2">y</a>')
    assert 'href="https://help.example.com/tickets/7/"' in html
    assert 'href="https://docs.example/a?b=1&amp;c=2"' in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src="/files/0b6f3b8e-9f0e-4a55-8a44-0d6f1f3c2a10/" alt="&quot;><script>alert(1)</script>">',
        '<img src="/files/0b6f3b8e-9f0e-4a55-8a44-0d6f1f3c2a10/&quot; onload=alert(1)" alt="a">',
        '<a href="javascript:alert(1)">x</a>',
        '<form action="https://evil.example"><input name=a></form>',
        "<style>body{display:none}</style>",
        '<base href="https://evil.example/">',
        '<a href="//evil.example/">x</a>',
        '<p onclick="x()" style="position:fixed">x</p>',
        "<svg><img src=x onerror=alert(1)></svg>",
    ],
)
def test_whatever_came_in_leaves_sanitised(attack):
    seen = Seen()
    seen.feed(for_mail(attack))
    assert not {"script", "img", "form", "input", "style", "base", "svg"} & seen.tags
    assert seen.attributes <= {"href", "rel", "title"}
    assert all(link.startswith(("https://help.example.com/", "http", "mailto:")) for link in seen.links)
    assert not any(link.startswith("https://evil.example") for link in seen.links)


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {key for key, _ in attributes}
        self.links += [value for key, value in attributes if key == "href"]


def test_what_markdown_makes_survives():
    html = for_mail(render("**Bold** and `code`\n\n> quote\n\n1. one\n2. two").html)
    assert "<strong>Bold</strong>" in html and "<blockquote>" in html and "<ol>" in html
