"""The pages on which the staff write knowledge."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.actors import Actor
from knowledge.actions.create_article import create_article
from knowledge.actions.keep_section import keep_section
from knowledge.actions.keep_template import keep_template
from knowledge.actions.publish import publish
from knowledge.actions.save_snippet import save_snippet
from knowledge.actions.save_version import save_version
from knowledge.actions.set_details import set_details
from knowledge.models import Article, ArticleDraft, ArticleFile, ArticleTemplate, Feedback, Section, Snippet

pytestmark = pytest.mark.django_db
HERE = "/admin/knowledge/"


@pytest.fixture
def lead(cast):
    return Actor.person(cast.lena)


@pytest.fixture
def article(lead):
    return create_article(by=lead, kind="article", title="Refunds", body="# How\n\nFirst words.")


def png_bytes():
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    return content.getvalue()


def fields(article, **more):
    return {
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "number": article.newest_number,
        "slug": article.slug,
        "audience": article.audience,
        "language": article.language,
        "is_listed": "on",
        **more,
    }


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def test_every_page_answers_a_lead(cast, signed_in, lead, article):
    save_version(article, by=lead, expected_number=1, title="Refunds", body="# How\n\nSecond words.")
    group = keep_section(None, by=lead, kind="faq", title="Money", icon="💶")
    create_article(by=lead, kind="video", title="Tour")
    snippet = save_snippet("phone", by=lead, body="Call.")
    template = keep_template(None, by=lead, name="How-to", body="## Steps")
    lena = signed_in(cast.lena)
    for path in (
        "",
        "?view=review",
        "?view=outdated&kind=faq&status=draft&audience=staff&language=en&q=re+fu&owner=1&section=1",
        "feedback/",
        "feedback/?handled",
        "new/",
        "new/?kind=faq",
        "new/?kind=video",
        f"new/?template={template.pk}",
        f"new/?translation_of={article.pk}",
        f"articles/{article.pk}/",
        f"articles/{Article.objects.get(kind='video').pk}/",
        f"articles/{article.pk}/versions/",
        f"articles/{article.pk}/comparison/?old=1&new=2",
        f"articles/{article.pk}/comparison/?old=1&new=2&beside=1",
        "sections/",
        "sections/?kind=faq",
        "sections/new/?kind=faq",
        f"sections/{group.pk}/",
        "texts/",
        "snippets/new/",
        f"snippets/{snippet.key}/",
        "templates/new/",
        f"templates/{template.pk}/",
        "insertion/?article-search=refunds",
    ):
        page(lena, HERE + path)
    assert "## Steps" in page(lena, f"{HERE}new/?template={template.pk}")


def test_customers_find_none_of_it_and_strangers_sign_in(cast, client, signed_in, article):
    for path in ("", "new/", f"articles/{article.pk}/", f"articles/{article.pk}/versions/", "sections/", "texts/"):
        assert signed_in(cast.alice).get(HERE + path).status_code == 404
        assert client.get(HERE + path).status_code == 302
    for path in ("preview/", "draft/", "files/", f"articles/{article.pk}/publication/"):
        assert signed_in(cast.alice).post(HERE + path).status_code == 404


def test_an_agent_writes_and_asks_but_does_not_publish(cast, signed_in, article):
    gwen = signed_in(cast.gwen)
    assert "Save and publish" not in page(gwen, f"{HERE}articles/{article.pk}/")
    for act in ("publication", "schedule", "archiving"):
        data = {"publish_at": "2030-01-01T10:00"}
        assert gwen.post(f"{HERE}articles/{article.pk}/{act}/", data).status_code == 403
    answer = gwen.post(f"{HERE}articles/{article.pk}/", fields(article, body="New", then="publish"))
    assert answer.status_code == 403 and Article.objects.get().newest_number == 1
    assert ">New</textarea>" in answer.content.decode().replace("\n", "")
    assert gwen.post(f"{HERE}articles/{article.pk}/", fields(article, body="New", then="review")).status_code == 302
    assert Article.objects.get().status == "in_review"
    for path in ("sections/new/", "snippets/new/", "templates/new/"):
        assert gwen.get(HERE + path).status_code == 403


def test_an_agent_moves_nothing_that_readers_see(cast, signed_in, lead, article):
    publish(article, by=lead)
    gwen = signed_in(cast.gwen)
    data = fields(article, body="Newer", slug="elsewhere", audience="staff")
    assert gwen.post(f"{HERE}articles/{article.pk}/", data).status_code == 302
    found = Article.objects.get()
    assert (found.path, found.audience, found.newest_number, found.shown_number) == ("refunds", "everyone", 2, 1)


def test_a_new_article_is_written_with_everything(cast, signed_in, lead):
    section = keep_section(None, by=lead, kind="article", title="Billing")
    lena = signed_in(cast.lena)
    data = {
        "kind": "article",
        "title": "Refunds",
        "body": "Words",
        "section": section.pk,
        "audience": "signed_in",
        "language": "de",
        "tags": "Money, VAT",
        "owner": cast.gwen.pk,
        "review_by": "2030-01-01",
        "order": "3",
        "is_listed": "on",
        "then": "publish",
    }
    answer = lena.post(f"{HERE}new/", data)
    found = Article.objects.get()
    assert answer["Location"] == f"{HERE}articles/{found.pk}/"
    assert (found.status, found.path, found.tags, found.owner) == (
        "published",
        "billing/refunds",
        ["money", "vat"],
        cast.gwen,
    )
    assert (found.audience, found.language, found.order, str(found.review_by)) == ("signed_in", "de", 3, "2030-01-01")


def test_what_is_refused_keeps_what_was_typed_and_names_its_field(cast, signed_in):
    answer = signed_in(cast.lena).post(
        f"{HERE}new/", {"kind": "article", "title": "", "body": "precious", "audience": "tiers", "language": "en"}
    )
    assert answer.status_code == 422 and "precious" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Article.objects.exists()


def test_two_editors_are_told_with_the_difference_and_the_second_decides(cast, signed_in, lead, article):
    gwen = signed_in(cast.gwen)
    save_version(article, by=lead, expected_number=1, title="Refunds", body="# How\n\nHers.", note="mine first")
    answer = gwen.post(f"{HERE}articles/{article.pk}/", fields(article, body="# How\n\nHis."))
    text = answer.content.decode()
    assert (
        answer.status_code == 409
        and "Lena Fuchs saved version 2" in text
        and text.count('class="diff"') == 1
        and "mine first" in text
    )
    assert "<mark>Hers</mark>" in text and "<mark>His</mark>" in text and "His.</textarea>" in text
    assert Article.objects.get().newest_number == 2
    number = re.search(r'name="number" value="(\d+)"', text)[1]
    assert number == "2"
    assert gwen.post(f"{HERE}articles/{article.pk}/", fields(article, body="His.", number=number)).status_code == 302
    assert Article.objects.get().newest_number == 3


def test_what_a_colleague_set_meanwhile_beside_the_text_stays(cast, signed_in, lead, article):
    gwen, path = signed_in(cast.gwen), f"{HERE}articles/{article.pk}/"
    found = re.search(r'name="base" value="([^"]*)"', page(gwen, path))[1]
    base = found.replace("&quot;", '"')
    set_details(article, by=lead, tags=["theirs"], order=7, owner=cast.hugo)
    gwen.post(path, fields(article, body="New", base=base, review_by="2030-01-01"))
    article.refresh_from_db()
    assert (article.tags, article.order, article.owner) == (["theirs"], 7, cast.hugo)
    assert str(article.review_by) == "2030-01-01" and article.body == "New"


def test_what_is_typed_is_kept_and_comes_back_for_its_writer_alone(cast, signed_in, article):
    gwen = signed_in(cast.gwen)
    url = f"{HERE}draft/?article={article.pk}"
    assert gwen.post(url, fields(article, body="half a sent", base='{"order": 5}')).json()["saved_at"]
    assert "&quot;order&quot;: 5" in page(gwen, f"{HERE}articles/{article.pk}/")
    assert "half a sent" in page(gwen, f"{HERE}articles/{article.pk}/")
    assert "half a sent" not in page(signed_in(cast.lena), f"{HERE}articles/{article.pk}/")
    gwen.post(f"{HERE}draft/", {"title": "A new one", "kind": "faq"})
    assert "A new one" in page(gwen, f"{HERE}new/")
    gwen.post(f"{HERE}draft/removal/?article={article.pk}")
    assert "half a sent" not in page(gwen, f"{HERE}articles/{article.pk}/")
    gwen.post(f"{HERE}new/", {"kind": "faq", "title": "A new one", "audience": "everyone", "language": "en"})
    assert not ArticleDraft.objects.exists()


def test_a_picture_is_sent_and_belongs_to_the_article_that_shows_it(cast, signed_in, settings):
    gwen = signed_in(cast.gwen)
    sent = gwen.post(f"{HERE}files/", {"file": SimpleUploadedFile("shot [1].png", png_bytes())})
    assert sent.status_code == 201
    shown = sent.json()["markdown"]
    assert shown.startswith("![shot (1).png](/knowledge/files/")
    data = {"kind": "article", "title": "With picture", "body": shown, "audience": "everyone", "language": "en"}
    gwen.post(f"{HERE}new/", data)
    article = Article.objects.get()
    assert ArticleFile.objects.get().article == article and "<img" in article.html
    empty = gwen.post(f"{HERE}files/?article={article.pk}", {"file": SimpleUploadedFile("x.png", b"")})
    assert empty.status_code == 422 and empty.json()["error"]


def test_the_preview_shows_what_readers_will_get(cast, signed_in, lead):
    save_snippet("phone", by=lead, body="Call **1234**.")
    answer = signed_in(cast.gwen).post(f"{HERE}preview/", {"text": "[snippet:phone]\n\n<script>alert(1)</script>"})
    assert b"1234" in answer.content and b"<script" not in answer.content


def test_life_goes_by_buttons(cast, signed_in, article):
    lena, path = signed_in(cast.lena), f"{HERE}articles/{article.pk}/"
    state = lambda: Article.objects.get(pk=article.pk).status  # noqa: E731
    lena.post(f"{path}review/")
    assert state() == "in_review"
    lena.post(f"{path}return/", {"note": "Say more."})
    assert state() == "draft" and "Say more." in page(lena, path)
    at = timezone.now() + timedelta(days=2)
    lena.post(f"{path}schedule/", {"publish_at": at.strftime("%Y-%m-%dT%H:%M")})
    assert Article.objects.get().publish_at
    lena.post(f"{path}schedule/", {"off": "1"})
    assert Article.objects.get().publish_at is None
    lena.post(f"{path}schedule/", {"publish_at": "yesterday"})
    assert "Write date and time" in page(lena, path)
    lena.post(f"{path}publication/", {"number": "7"})
    assert state() == "draft"
    lena.post(f"{path}publication/", {"number": "1"})
    assert state() == "published"
    lena.post(f"{path}deletion/")
    assert state() == "published"
    lena.post(f"{path}archiving/")
    assert state() == "archived"


def test_versions_are_compared_and_restored(cast, signed_in, lead, article):
    save_version(article, by=lead, expected_number=1, title="Refunds", body="# How\n\nFirst phrases.")
    lena, path = signed_in(cast.lena), f"{HERE}articles/{article.pk}/"
    text = page(lena, f"{path}comparison/?old=2&new=1")
    assert "<mark>words</mark>" in text and "<mark>phrases</mark>" in text
    page(lena, f"{path}comparison/?old=1&new=99", 404)
    lena.post(f"{path}versions/1/restoring/", {"newest": "2"})
    assert Article.objects.get().newest_number == 3 and "First words" in Article.objects.get().body
    lena.post(f"{path}versions/2/restoring/", {"newest": "2"})
    assert Article.objects.get().newest_number == 3


def test_a_translation_is_begun_of_the_original_and_told_when_it_is_behind(cast, signed_in, lead, article):
    lena = signed_in(cast.lena)
    assert "First words." in page(lena, f"{HERE}new/?translation_of={article.pk}")
    data = {"kind": "article", "title": "Erstattung", "body": "Worte", "audience": "everyone", "language": "de"}
    lena.post(f"{HERE}new/", {**data, "translation_of": article.pk})
    german = Article.objects.get(language="de")
    assert german.translation_of == article
    save_version(article, by=lead, expected_number=1, title="Refunds", body="Other words.")
    assert "The original changed" in page(lena, f"{HERE}articles/{german.pk}/")
    assert "older than the original" in page(lena, f"{HERE}?view=outdated")
    assert "older than the original" in page(lena, f"{HERE}articles/{article.pk}/")
    lena.post(f"{HERE}articles/{german.pk}/", fields(german, is_current="on"))
    assert "The original changed" not in page(lena, f"{HERE}articles/{german.pk}/")


def test_sections_are_made_ordered_moved_and_archived(cast, signed_in):
    lena = signed_in(cast.lena)
    for title in ("One", "Two"):
        lena.post(f"{HERE}sections/new/", {"title": title, "icon": "🔑"})
    one, two = Section.objects.order_by("pk")
    lena.post(f"{HERE}sections/{two.pk}/order/", {"go": "up"})
    assert list(Section.objects.values_list("title", flat=True)) == ["Two", "One"]
    lena.post(f"{HERE}sections/{two.pk}/", {"title": "Two", "slug": "second", "parent": one.pk})
    assert Section.objects.get(pk=two.pk).path == "one/second"
    answer = lena.post(f"{HERE}sections/{one.pk}/", {"title": "One", "slug": "one/x"})
    assert answer.status_code == 422
    lena.post(f"{HERE}sections/{one.pk}/archiving/")
    assert not Section.objects.filter(is_archived=False).exists()
    assert signed_in(cast.gwen).post(f"{HERE}sections/{one.pk}/archiving/").status_code == 403


def test_texts_kept_once_are_written_and_deleted(cast, signed_in):
    lena = signed_in(cast.lena)
    lena.post(f"{HERE}snippets/new/", {"key": "phone", "body": "Call."})
    assert lena.post(f"{HERE}snippets/new/", {"key": "phone", "body": "Again."}).status_code == 422
    lena.post(f"{HERE}snippets/phone/", {"body": "Call us."})
    assert Snippet.objects.get().body == "Call us."
    lena.post(f"{HERE}snippets/phone/deletion/")
    lena.post(f"{HERE}templates/new/", {"name": "How-to", "kind": "article", "body": "## Steps"})
    template = ArticleTemplate.objects.get()
    lena.post(f"{HERE}templates/{template.pk}/deletion/")
    assert not Snippet.objects.exists() and not ArticleTemplate.objects.exists()


def test_a_video_gets_its_film_and_what_is_wrong_is_told_by_line(cast, signed_in, lead):
    video = create_article(by=lead, kind="video", title="Tour")
    lena, path = signed_in(cast.lena), f"{HERE}articles/{video.pk}/"
    bad = SimpleUploadedFile("talk.vtt", b"WEBVTT\n\n00:00:xx --> 00:02.000\nx\n")
    lena.post(f"{path}video/", {"chapters": "", "transcript": bad})
    assert "talk.vtt, line 3:" in page(lena, path)
    good = SimpleUploadedFile("talk.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
    data = {"url": "https://videos.example.com/1", "duration": "4:30", "chapters": "0:00 Start\n1:30 End"}
    lena.post(f"{path}video/", {**data, "transcript": good})
    video.refresh_from_db()
    assert (video.video.duration_seconds, len(video.video.chapters), len(video.video.transcript)) == (270, 2, 1)
    assert "1:30 End" in page(lena, path)


def test_unhelpful_answers_are_looked_at(cast, signed_in, article):
    said = Feedback.objects.create(
        article=article, version_number=1, reader="x", was_helpful=False, reason="unclear", comment="<b>What?</b>"
    )
    gwen = signed_in(cast.gwen)
    text = page(gwen, f"{HERE}feedback/")
    assert "It is hard to understand" in text and "&lt;b&gt;What?" in text
    gwen.post(f"{HERE}feedback/{said.pk}/handling/")
    said.refresh_from_db()
    assert said.handled_by == cast.gwen
    assert "What?" not in page(gwen, f"{HERE}feedback/") and "What?" in page(gwen, f"{HERE}feedback/?handled")


def test_the_list_and_the_editor_cost_the_same_however_much_there_is(cast, signed_in, lead):
    def write(count, start):
        for number in range(start, start + count):
            section = keep_section(None, by=lead, kind="article", title=f"Section {number}")
            made = create_article(by=lead, kind="article", title=f"Article {number}", section=section, owner=cast.gwen)
            set_details(made, by=lead, tags=["x"])
            create_article(by=lead, kind="article", title=f"DE {number}", language="de", translation_of=made)
        return made

    made = write(2, 0)
    lena = signed_in(cast.lena)
    paths = [HERE, f"{HERE}articles/{made.pk}/", f"{HERE}sections/", f"{HERE}new/"]
    few = []
    for path in paths:
        page(lena, path)
        with CaptureQueriesContext(connection) as asked:
            page(lena, path)
        few.append(len(asked))
    write(6, 10)
    for path, before in zip(paths, few, strict=True):
        with CaptureQueriesContext(connection) as asked:
            page(lena, path)
        assert len(asked) <= before <= 18, (path, before, len(asked))


def test_an_audit_of_the_draft_keeps_no_foreign_article(cast, signed_in):
    assert signed_in(cast.gwen).post(f"{HERE}draft/?article=999").status_code == 404
    assert signed_in(cast.gwen).post(f"{HERE}draft/?article=x").status_code == 404
    assert json.loads(signed_in(cast.gwen).post(f"{HERE}files/").content)["error"]
