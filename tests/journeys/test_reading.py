"""Looking things up in a real browser: documentation, questions and videos."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from accounts.actors import Actor
from content.quotas import Uploader
from knowledge.actions.attach_file import attach_file
from knowledge.actions.keep_section import keep_section
from knowledge.models import Feedback, Kind, Video
from tests.factories.knowledge import make_article
from tests.journeys.browser import STEADY, problems, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = Actor.system()
LINE = "Words enough to fill a line.\n\n"
BODY = f"""Rotate keys **without downtime**.

## Make the second key

{LINE * 12}
```python
client = Client(key="one")
```

!!! warning "Keep it secret"
    A key is shown once.

## Deploy it

{LINE * 12}
| Key | Valid for | A very long heading of a column that nobody needs | And another one that is long |
|---|---|---|---|
| `old` | 7 days | retire it | {"unbreakable" * 12} |

=== "curl"
    ```sh
    curl https://desk.example/v1/keys
    ```
=== "Python"
    ```python
    client.keys()
    ```

## Retire the first

{LINE * 30}
"""


@pytest.fixture(autouse=True)
def _database_engine(settings):
    settings.SEARCH_ENGINE = "database"


@pytest.fixture
def shelf(cast):
    """Return the addresses of a small portal, one for each kind of page."""
    section = keep_section(None, by=DESK, kind="article", title="Security", description="Keys and sign-in.", icon="🔑")
    inner = keep_section(None, by=DESK, kind="article", title="Audits", parent=section)
    group = keep_section(None, by=DESK, kind="faq", title="Accounts")
    make_article("Rotate API keys", BODY, section=section, summary="Create the second, then retire the first.")
    make_article("Limit what a key may do", "Words.", section=section)
    make_article("W" * 240, "x" * 4000, section=inner, slug="long")
    make_article("Can two keys be active at once?", "Yes, up to **five**.", kind=Kind.FAQ, section=group)
    make_article("How do I change my address?", "In *Account › Mail*.", kind=Kind.FAQ, section=group)
    away = make_article("A first look", "", kind=Kind.VIDEO)
    Video.objects.update_or_create(article=away, defaults={"url": "https://video.example/1", "duration_seconds": 90})
    here = make_article("Key management", "What to know.", kind=Kind.VIDEO)
    clip = SimpleUploadedFile("clip.webm", b"\x1aE\xdf\xa3" + b"x" * 996)
    file = attach_file(here, clip, uploader=Uploader(cast.ada, "", ""), by=DESK)
    lines = [("Welcome to keys.", 0), ("Now we rotate.", 62), ("Goodbye.", 240)]
    Video.objects.update_or_create(
        article=here,
        defaults={
            "file": file,
            "duration_seconds": 245,
            "chapters": [{"at_seconds": 62, "title": "Rotate"}],
            "transcript": [{"start_seconds": at, "end_seconds": at + 4, "text": text} for text, at in lines],
        },
    )
    return [
        *("/docs/", "/docs/security/", "/docs/security/rotate-api-keys/", "/docs/security/audits/long/"),
        *("/faq/", "/faq/accounts/", "/faq/q/accounts/can-two-keys-be-active-at-once/"),
        *("/videos/", "/videos/a-first-look/", "/videos/key-management/"),
    ]


def test_nothing_is_wrong_with_the_pages_that_readers_meet(shelf, open_page):
    page = open_page("/docs/", **STEADY)
    assert all(page.request.get(path).ok for path in shelf)
    assert problems(page, shelf) == {}


def test_nothing_is_wrong_with_empty_shelves(cast, open_page):
    page = open_page("/docs/", **STEADY)
    assert problems(page, ["/docs/", "/faq/", "/videos/"]) == {}


def test_the_contents_follow_and_code_is_copied(shelf, open_page):
    page = open_page("/docs/security/rotate-api-keys/", permissions=["clipboard-read", "clipboard-write"])
    contents = page.get_by_role("complementary", name="On this page")
    expect(contents.locator("[aria-current]")).to_have_text("Make the second key")
    contents.get_by_role("link", name="Retire the first").click()
    expect(contents.locator("[aria-current]")).to_have_text("Retire the first")
    assert page.url.endswith("#retire-the-first")
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_role("tabpanel", name="Python")).to_be_visible()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == 'client = Client(key="one")'


def test_one_says_in_place_what_was_wrong(shelf, open_page):
    page = open_page("/docs/security/rotate-api-keys/", **STEADY)
    asked = page.locator(".asked")
    asked.get_by_role("link", name="No").click()
    asked.get_by_role("radio").nth(2).check()
    asked.get_by_label("Tell us more").fill("Step 2 fails.")
    assert wrong(page) == {}
    asked.get_by_role("button", name="Send").click()
    expect(asked.get_by_role("status")).to_contain_text("Thank you")
    told = Feedback.objects.get()
    assert (told.was_helpful, told.comment) == (False, "Step 2 fails.")


def test_a_question_that_the_address_names_is_open(shelf, open_page):
    page = open_page("/faq/")
    question = page.locator("details", has_text="Can two keys")
    expect(question.get_by_text("Yes, up to five")).to_be_hidden()
    name = question.get_attribute("id")
    page.goto("/docs/")
    page.goto(f"/faq/#{name}")
    expect(question.get_by_text("Yes, up to five")).to_be_visible()


def test_a_line_of_the_transcript_leads_to_its_moment(shelf, open_page):
    page = open_page("/videos/key-management/")
    page.get_by_role("searchbox", name="Find in the transcript").fill("ROTATE")
    expect(page.locator(".transcript li:visible")).to_have_count(1)
    page.locator(".transcript").get_by_role("link", name="Now we rotate.").click()
    assert page.url.endswith("#t62")
    assert page.locator("video").evaluate("player => player.currentTime") == 62
    page.get_by_role("searchbox", name="Find in the transcript").fill("nowhere")
    expect(page.get_by_text("Nothing in the transcript matches.")).to_be_visible()
