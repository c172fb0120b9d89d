"""The pages in which people look things up."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import http_date

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.move import move
from knowledge.actions.publish import publish
from knowledge.actions.save_version import save_version
from knowledge.models import Article, Feedback, Read, Redirect, Video
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db

DESK = Actor.system()


@pytest.fixture(autouse=True)
def _by_the_database(settings):
    settings.SEARCH_ENGINE = "database"


def published(title="Rotate keys", body="## First\n\nWords.\n\n## Then\n\nMore.", **more) -> Article:
    article = create_article(by=DESK, **{"kind": "article", **more}, title=title, body=body)
    return publish(article, by=DESK)


@pytest.fixture
def section(db):
    return keep_section(None, by=DESK, kind="article", title="Security", description="Keys and sign-in.")


def test_an_empty_desk_says_what_will_be_here(client):
    for name in ("knowledge:home", "knowledge:faq", "knowledge:videos"):
        response = client.get(reverse(name))
        assert response.status_code == 200 and 'class="empty"' in response.content.decode()


def test_an_article_shows_where_it_stands_and_what_is_on_it(client, section):
    published(section=section)
    text = client.get("/docs/security/rotate-keys/").content.decode()
    assert [*re.findall(r'<a href="#([^"]+)"', text)][:2] == ["first", "then"]
    assert '<h2 id="first">' in text and 'aria-current="page">Rotate keys' in text
    assert 'rel="canonical" href="http' in text and "/docs/security/rotate-keys.md" in text
    blocks = [json.loads(block) for block in re.findall(r"ld\+json\">(.*?)</script>", text)]
    assert [block["@type"] for block in blocks] == ["TechArticle", "BreadcrumbList"]


def test_neighbours_are_those_of_the_section_in_its_order(client, section):
    for order, title in enumerate(["One", "Two", "Three"]):
        published(title, section=section, order=order)
    text = client.get("/docs/security/two/").content.decode()
    assert (
        'rel="prev" href="/docs/security/one/"' in text
        and 'rel="next" class="push" href="/docs/security/three/"' in text
    )


def test_what_has_moved_is_found_where_it_is_now(client, section):
    article = published()
    move(article, section=section, slug="rotating", by=DESK)
    response = client.get("/docs/rotate-keys/")
    assert (response.status_code, response["Location"]) == (301, "/docs/security/rotating/")
    Redirect.objects.create(old_path="/libraries/keys/", article=article)
    for old in ("/libraries/keys/", "/libraries/keys"):
        response = client.get(old, follow=True)
        assert response.redirect_chain[-1][0] == "/docs/security/rotating/"
    assert client.post("/libraries/keys/").status_code in {403, 404}


def test_a_page_is_kept_until_it_changes_and_then_is_another_at_once(client):
    article = published()
    url = article.get_absolute_url()
    first = client.get(url)
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate" and "Set-Cookie" not in first
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    publish(save_version(article, by=DESK, expected_number=1, title="Rotate keys", body="Other words."), by=DESK)
    changed = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and "Other words." in changed.content.decode()


def test_whoever_is_signed_in_gets_pages_that_nobody_keeps(cast, signed_in):
    response = signed_in(cast.alice).get(published().get_absolute_url())
    assert response["Cache-Control"] == "no-store, private" and "ETag" not in response


def test_a_change_that_is_not_published_yet_shows_to_nobody(client, cast, signed_in):
    article = published(body="Words.")
    save_version(article, by=DESK, expected_number=1, title="Rotate keys", body="A draft of a change.")
    for reader in (client, signed_in(cast.gwen)):
        assert "A draft of a change." not in reader.get(article.get_absolute_url()).content.decode()


def test_the_markdown_of_a_page_is_what_was_written(client):
    article = published(body="Some *words*.\n")
    response = client.get(article.get_absolute_url().rstrip("/") + ".md")
    assert response.content.decode() == "# Rotate keys\n\nSome *words*.\n"
    assert response["Content-Type"] == "text/markdown; charset=utf-8"


def test_questions_open_in_place_and_have_pages(client):
    group = keep_section(None, by=DESK, kind="faq", title="Billing")
    published("When is my invoice made?", "On the **first**.", kind="faq", section=group)
    text = client.get(reverse("knowledge:faq")).content.decode()
    assert "<details" in text and "<strong>first</strong>" in text
    assert client.get("/faq/billing/").status_code == 200
    assert "On the <strong>first" in client.get("/faq/q/billing/when-is-my-invoice-made/").content.decode()
    [data] = [json.loads(block) for block in re.findall(r"ld\+json\">(.*?)</script>", text)]
    assert data["mainEntity"][0]["name"] == "When is my invoice made?"


def test_structured_data_cannot_end_its_element(client):
    group = keep_section(None, by=DESK, kind="faq", title="Billing")
    published("</script><script>alert(1)</script>", "x", kind="faq", section=group)
    assert "<script>alert" not in client.get(reverse("knowledge:faq")).content.decode()


def test_a_video_has_its_chapters_and_what_is_said(client):
    article = published("Key management", "", kind="video")
    Video.objects.update_or_create(
        article=article,
        defaults={
            "url": "https://video.example/1",
            "duration_seconds": 3725,
            "chapters": [{"at_seconds": 62, "title": "Rotate"}],
            "transcript": [
                {"start_seconds": 62.1, "end_seconds": 62.5, "text": "Now"},
                {"start_seconds": 62.5, "end_seconds": 65, "text": "Now we rotate."},
            ],
        },
    )
    text = client.get(article.get_absolute_url()).content.decode()
    assert "1:02:05" in text and "<time>1:02</time> Rotate" in text and "Now we rotate." in text
    assert text.count('id="t62"') == 1 and text.count('data-from="62"') == 2
    assert "Watch at video.example" in text and "<iframe" not in text


@pytest.mark.parametrize("count", [2, 20])
def test_pages_cost_the_same_whatever_is_in_them(client, section, count, django_assert_max_num_queries):
    for number in range(count):
        published(f"Article {number:02}", section=section)
        published(f"Question {number:02}", kind="faq")
        published(f"Video {number:02}", kind="video")
    for url, most in {
        "/docs/": 6, "/docs/security/": 8, "/docs/security/article-01/": 20, "/faq/": 6, "/videos/": 5,
        "/docs/feed.xml": 5, "/sitemap.xml": 5, "/llms.txt": 6,
    }.items():  # fmt: skip
        client.get(url)
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def test_feedback_is_one_word_a_reader_and_may_be_changed(client):
    article = published()
    url = reverse("knowledge:feedback", args=[article.pk])
    assert "What was wrong?" in client.get(url + "?helpful=no").content.decode()
    client.post(url, {"helpful": "no", "reason": "wrong", "comment": "Step 2 fails."})
    told = Feedback.objects.get()
    assert (told.was_helpful, told.reason, told.comment) == (False, "wrong", "Step 2 fails.")
    client.post(url, {"helpful": "yes"})
    article.refresh_from_db()
    assert Feedback.objects.count() == 1 and (article.helpful_count, article.unhelpful_count) == (1, 0)
    other = Client()
    other.get(url)
    other.post(url, {"helpful": "yes"})
    article.refresh_from_db()
    assert article.helpful_count == 2


@pytest.mark.parametrize("data", [{}, {"helpful": "maybe"}, {"helpful": "no", "reason": "nonsense"}])
def test_feedback_that_says_nothing_is_asked_for_again(client, data):
    article = published()
    url = reverse("knowledge:feedback", args=[article.pk])
    client.get(url)
    assert client.post(url, data).status_code == 422
    assert not Feedback.objects.exists()


def test_what_a_customer_read_is_noted_once_in_a_while(cast, signed_in, client):
    url = published().get_absolute_url()
    reader = signed_in(cast.alice)
    reader.get(url), reader.get(url), client.get(url), signed_in(cast.gwen).get(url)
    assert list(Read.objects.values_list("user", flat=True)) == [cast.alice.pk]


def test_an_agent_sees_what_was_read_before_the_question(cast, signed_in):
    reader = signed_in(cast.alice)
    reader.get(published("Rotate keys").get_absolute_url())
    published("Never opened")
    ticket = make_ticket(cast.alice)
    text = signed_in(cast.gwen).get(reverse("console:earlier", args=[ticket.pk])).content.decode()
    assert "Rotate keys" in text and "Never opened" not in text


def test_a_video_file_is_given_in_ranges(client, cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from content.quotas import Uploader
    from knowledge.actions.attach_file import attach_file

    article = published("Clip", "", kind="video")
    clip = SimpleUploadedFile("clip.webm", b"\x1aE\xdf\xa3" + b"x" * 996)
    file = attach_file(article, clip, uploader=Uploader(cast.ada, "", ""), by=DESK)
    url = reverse("knowledge:file", args=[file.pk, file.name])
    part = client.get(url, headers={"Range": "bytes=0-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"\x1aE\xdf\xa3")
    assert part["X-Content-Type-Options"] == "nosniff" and "sandbox" in part["Content-Security-Policy"]


def test_what_is_moved_back_sends_nobody_in_a_circle(client, section):
    article = published(section=section)
    move(article, section=section, slug="other", by=DESK)
    response = client.get("/docs/security/rotate-keys/")
    assert response.status_code == 301 and "max-age=0" in response["Cache-Control"]
    move(Article.objects.get(), section=section, slug="rotate-keys", by=DESK)
    assert client.get("/docs/security/rotate-keys/").status_code == 200
    assert client.get("/docs/security/other/")["Location"] == "/docs/security/rotate-keys/"


def test_the_markdown_of_what_has_moved_is_found_too(client, section):
    move(published(section=section), section=section, slug="other", by=DESK)
    assert client.get("/docs/security/rotate-keys.md")["Location"] == "/docs/security/other.md"


@pytest.mark.parametrize(
    ("kind", "old"), [("article", "/docs/plans/"), ("faq", "/faq/plans/"), ("video", "/videos/in/plans/")]
)
def test_a_section_with_nothing_for_the_reader_is_missing_where_it_was_and_where_it_is(
    client, cast, signed_in, kind, old
):
    group = keep_section(None, by=DESK, kind=kind, title="Plans")
    published("Only ours", kind=kind, section=group, audience="staff")
    group = keep_section(group, by=DESK, kind=kind, title="Secret plans", slug="secret-plans")
    assert client.get(old).status_code == client.get(group.get_absolute_url()).status_code == 404
    assert signed_in(cast.gwen).get(old)["Location"] == group.get_absolute_url()


def test_an_article_tells_when_its_text_was_changed(client):
    article = published()
    for url in (article.get_absolute_url(), "/docs/rotate-keys.md", "/docs/feed.xml"):
        assert client.get(url)["Last-Modified"] == http_date(article.changed_at.timestamp())


def test_the_sitemap_holds_sections_in_which_everybody_finds_something(client, section):
    inner = keep_section(None, by=DESK, kind="article", title="Inner", parent=section)
    published(section=inner)
    keep_section(None, by=DESK, kind="article", title="Empty")
    text = client.get("/sitemap.xml").content.decode()
    assert "/docs/security/</loc>" in text and "/docs/security/inner/</loc>" in text and "/docs/empty/" not in text


def test_captions_are_what_is_said_and_nothing_that_commands(client):
    article = published("Key management", "", kind="video")
    said = "First\n\nSecond --> <b>third</b>"
    Video.objects.update_or_create(
        article=article, defaults={"transcript": [{"start_seconds": 3661.5, "end_seconds": 3665, "text": said}]}
    )
    response = client.get("/videos/key-management.vtt")
    assert response["Content-Type"] == "text/vtt; charset=utf-8"
    assert response.content.decode() == (
        "WEBVTT\n\n01:01:01.500 --> 01:01:05.000\nFirst Second --&gt; &lt;b&gt;third&lt;/b&gt;\n"
    )
    about = json.loads(
        re.findall(r"ld\+json\">(.*?)</script>", client.get("/videos/key-management/").content.decode())[0]
    )
    assert (about["@type"], about["name"]) == ("VideoObject", "Key management") and about["uploadDate"]


def test_captions_of_what_is_hidden_are_missing(client):
    article = published("Key management", "", kind="video", audience="staff")
    row = {"start_seconds": 0, "end_seconds": 1, "text": "Psst."}
    Video.objects.update_or_create(article=article, defaults={"transcript": [row]})
    assert client.get("/videos/key-management.vtt").status_code == 404
