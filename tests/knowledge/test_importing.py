"""A folder of Markdown becomes articles; again it changes nothing; what was not done is told by file and line."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from accounts.actors import Actor
from events.models import Event
from knowledge.actions.archive import archive
from knowledge.actions.create_article import create_article
from knowledge.actions.save_version import save_version
from knowledge.actions.set_audience import set_audience
from knowledge.addresses import article_address, section_address
from knowledge.exporting import exported
from knowledge.importing.applying import import_tree
from knowledge.importing.report import Sort
from knowledge.importing.tree import Folder
from knowledge.models import Article, ArticleFile, Audience, Kind, Redirect, Section, Snippet, Status

SEGMENT = Path(__file__).parent.parent / "data" / "kb" / "segment"


def png():
    out = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    def write(files):
        for name, text in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            elif isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text)
        return Folder(tmp_path / "site")

    return write


def bring(tree, **options):
    return import_tree(tree, by=Actor.system(), **options)


def all_rows():
    return {
        "articles": list(Article.objects.order_by("pk").values()),
        "sections": list(Section.objects.order_by("pk").values()),
        "redirects": list(Redirect.objects.order_by("pk").values()),
        "snippets": list(Snippet.objects.order_by("pk").values()),
        "files": list(ArticleFile.objects.order_by("pk").values()),
        "events": Event.objects.count(),
    }


FILES = {
    "index.md": "# Welcome\n\nSee [billing](billing/) and [a refund](./billing/refunds.md#how-long).\n",
    "billing/index.md": "---\ntitle: Billing Overview\ndescription: Money\nicon: 💶\n---\nAll of it. [Gone](missing.md)\n",
    "billing/refunds.md": (
        "---\ntitle: Refunds\nredirect_from:\n  - /old/refunds/\ntags: [money]\n---\n"
        "## How long\n\nThree days. ![receipt](img/receipt.png)\n"
    ),
    "billing/secret.md": "---\ntitle: Secret\nhidden: true\naudience: staff\n---\nx\n",
    "billing/later.md": "+++\ntitle = 'Later'\ndraft = true\n+++\nx\n",
}


@pytest.mark.django_db
def test_folders_are_sections_and_files_articles_with_all_that_their_front_matter_says(folder):
    report = bring(folder({**FILES, "billing/img/receipt.png": png()}))
    assert (report.created, report.failed) == (5, 0)
    billing = Section.objects.get(path="billing")
    assert (billing.title, billing.description, billing.icon) == ("Billing", "Money", "💶")
    refunds = Article.objects.get(path="billing/refunds")
    assert (refunds.title, refunds.section, refunds.tags, refunds.status) == (
        "Refunds",
        billing,
        ["money"],
        Status.PUBLISHED,
    )
    assert refunds.source == "billing/refunds.md"
    file = ArticleFile.objects.get(article=refunds)
    assert f'src="/knowledge/files/{file.pk}/receipt.png"' in refunds.html
    assert Redirect.objects.get(old_path="/old/refunds/").article == refunds
    home = Article.objects.get(path="overview")
    assert home.title == "Welcome"
    assert 'href="/docs/billing/overview/"' in home.html and 'href="/docs/billing/refunds/#how-long"' in home.html
    secret = Article.objects.get(path="billing/secret")
    assert (secret.is_listed, secret.audience) == (False, Audience.STAFF)
    assert Article.objects.get(path="billing/later").status == Status.DRAFT


@pytest.mark.django_db
def test_what_cannot_be_done_is_told_by_file_and_line(folder):
    report = bring(folder(FILES))
    told = {(each.file, each.line, each.sort) for each in report.findings}
    assert ("billing/index.md", 6, Sort.DEAD_LINK) in told
    assert ("billing/refunds.md", 9, Sort.NO_PICTURE) in told
    assert "missing.md" not in Article.objects.get(path="billing/overview").html


@pytest.mark.django_db
def test_importing_again_changes_nothing_and_only_what_changed(folder):
    bring(folder(FILES))
    before = all_rows()
    report = bring(folder({}))
    assert (report.created, report.updated, report.unchanged, report.sections) == (0, 0, 5, 0)
    assert all_rows() == before
    report = bring(folder({"billing/secret.md": FILES["billing/secret.md"] + "\nMore.\n"}))
    assert (report.updated, report.unchanged) == (1, 4)
    secret = Article.objects.get(path="billing/secret")
    assert secret.shown_number == secret.newest_number == 2 and "More." in secret.text


@pytest.mark.django_db
def test_what_was_changed_here_stays_until_the_file_changes_and_restrictions_stay_then_too(folder):
    bring(folder(FILES))
    refunds = Article.objects.get(path="billing/refunds")
    set_audience(refunds, audience=Audience.SIGNED_IN, by=Actor.system())
    save_version(refunds, by=Actor.system(), expected_number=1, title="Refunds", body="Mine.")
    assert bring(folder({})).updated == 0
    report = bring(folder({"billing/refunds.md": "---\ntitle: Refunds\n---\nTheirs.\n"}))
    refunds.refresh_from_db()
    assert report.updated == 1 and refunds.body == "Theirs." and refunds.audience == Audience.SIGNED_IN
    assert [each.sort for each in report.findings if each.file == "billing/refunds.md"] == [Sort.EDITED_HERE]
    assert refunds.versions.get(number=2).body == "Mine."


@pytest.mark.django_db
def test_sync_archives_what_vanished_and_brings_it_back_but_nothing_written_here(folder):
    bring(folder(FILES))
    bring(folder({"faq.md": "---\nkind: faq\ntitle: Why?\n---\nBecause.\n"}))
    report = bring(folder({"billing/secret.md": None}), is_sync=True)
    secret = Article.objects.get(path="billing/secret")
    assert report.archived == 1 and secret.status == Status.ARCHIVED
    bring(folder({"billing/secret.md": FILES["billing/secret.md"]}))
    secret.refresh_from_db()
    assert secret.status == Status.PUBLISHED
    archive(secret, by=Actor.system())
    bring(folder({"billing/secret.md": "---\ntitle: Secret\n---\nNew.\n"}))
    secret.refresh_from_db()
    assert secret.status == Status.ARCHIVED, "archived by hand stays archived"


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(folder):
    before = all_rows()
    assert bring(folder(FILES), is_dry_run=True).created == 5
    assert all_rows() == before


@pytest.mark.django_db
def test_a_page_that_gets_company_moves_into_its_new_section_and_sends_on(folder):
    bring(folder({"guide/setup/index.md": "# Setup\n\nx", "guide/other.md": "y"}))
    assert Article.objects.get(source="guide/setup/index.md").path == "guide/setup"
    report = bring(folder({"guide/setup/more.md": "z"}))
    assert report.failed == 0
    assert Article.objects.get(source="guide/setup/index.md").path == "guide/setup/overview"
    assert Section.objects.filter(path="guide/setup").exists()


@pytest.mark.django_db
def test_an_article_that_was_written_here_is_not_overwritten_by_a_file(folder):
    own = create_article(by=Actor.system(), kind=Kind.ARTICLE, title="Pricing", body="Ours", slug="pricing")
    report = bring(folder({"pricing.md": "Theirs"}))
    own.refresh_from_db()
    assert report.failed == 1 and own.body == "Ours"


@pytest.mark.django_db
def test_below_a_section_and_for_an_audience(folder):
    bring(folder({"a.md": "[b](b.md)", "b.md": "x"}), section="help/us", audience=Audience.SIGNED_IN)
    article = Article.objects.get(path="help/us/a")
    assert article.audience == Audience.SIGNED_IN and 'href="/docs/help/us/b/"' in article.html


@pytest.mark.django_db
def test_questions_and_videos_have_their_own_keys(folder):
    bring(
        folder(
            {
                "faq/why.md": "---\nkind: faq\nquestion: Why?\n---\nBecause.\n",
                "tour.md": (
                    "---\nkind: video\ntitle: Tour\nvideo: https://video.example/1\nduration: '3:45'\n"
                    "chapters:\n  - {at: '0:10', title: Start}\ntranscript: tour.vtt\n---\nLook.\n"
                ),
                "tour.vtt": "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello there\n",
            }
        )
    )
    assert Article.objects.get(kind=Kind.FAQ).path == "faq/why"
    video = Article.objects.get(kind=Kind.VIDEO).video
    assert (video.duration_seconds, video.chapters[0]["at_seconds"]) == (225, 10)
    assert video.transcript == [{"start_seconds": 1.0, "end_seconds": 2.5, "text": "Hello there"}]


@pytest.mark.django_db
def test_translations_stand_beside_their_original(folder):
    bring(folder({"a.md": "Hello", "a.de.md": "---\ntitle: Hallo\n---\nHallo"}))
    german = Article.objects.get(language="de")
    assert german.translation_of == Article.objects.get(source="a.md")


@pytest.mark.django_db
def test_export_and_import_are_each_others_reverse(folder, tmp_path):
    bring(folder({**FILES, "billing/img/receipt.png": png(), "why.md": "---\nkind: faq\n---\n\n\n    code {{ x }}\n"}))
    article = Article.objects.get(path="billing/refunds")
    save_version(
        article,
        by=Actor.system(),
        expected_number=1,
        title="Refunds",
        body='  {% if %}\n\n\n\n\n> info "x"\n> y {: .z}',
    )
    before = all_rows()
    out = tmp_path / "out"
    for path, content in exported(Article.objects.all()):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    report = bring(Folder(out), is_sync=False)
    assert (report.created, report.updated, report.failed, report.sections) == (0, 0, 0, 0)
    assert all_rows() == before
    texts = list(
        Article.objects.order_by("kind", "path").values_list("kind", "path", "title", "body", "status", "tags")
    )
    for model in (Redirect, ArticleFile, Article):
        model.objects.all().delete()
    Section.objects.update(parent=None)
    Section.objects.all().delete()
    assert bring(Folder(out)).failed == 0
    again = list(
        Article.objects.order_by("kind", "path").values_list("kind", "path", "title", "body", "status", "tags")
    )
    assert again == texts
    assert ArticleFile.objects.count() == 1


@pytest.mark.django_db
def test_a_projects_documentation_imports_whole_and_every_link_inside_resolves(client):
    report = bring(Folder(SEGMENT))
    assert report.failed == 0 and report.created >= 115
    assert Snippet.objects.count() >= 20
    html = "".join(Article.objects.values_list("html", flat=True))
    there = {article_address(kind, path) for kind, path in Article.objects.values_list("kind", "path")}
    there |= {section_address(kind, path) for kind, path in Section.objects.values_list("kind", "path")}
    inside = set(re.findall(r'href="(/[^"#]*)', html))
    assert inside and inside <= there
    assert "{% include" not in html and "[snippet:" not in html and "codeexampletab" not in html
    before = all_rows()
    again = bring(Folder(SEGMENT))
    assert (again.created, again.updated, again.failed) == (0, 0, 0)
    assert all_rows() == before
