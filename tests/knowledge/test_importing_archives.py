"""SEC-28 and SEC-04 for archives: nothing leads out, nothing blows up, nothing is unpacked; and the page that takes them."""

import io
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knowledge.importing import tree, uploads
from knowledge.importing.tree import Archive, Folder, TreeRefused
from knowledge.models import Article, ArticleImport, Audience


def packed(files, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


@pytest.mark.parametrize(
    "name",
    ["../out.md", "a/../../out.md", "/etc/out.md", "..\\out.md", "C:\\out.md", "a/" * 40 + "x.md", "x" * 600 + ".md"],
)
def test_sec_04_a_name_that_leads_out_refuses_the_archive(name):
    with pytest.raises(TreeRefused):
        Archive(packed({"ok.md": "x", name: "x"}))


def test_sec_28_links_and_encrypted_and_broken_archives_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("passwd.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(TreeRefused):
        Archive(out)
    for content in (b"", b"PK\x03\x04", b"no zip", packed({"a.md": "x"}).getvalue()[:-10]):
        with pytest.raises(TreeRefused):
            Archive(io.BytesIO(content))


def test_sec_28_a_bomb_is_refused_by_what_it_says_and_by_what_it_does(monkeypatch):
    with pytest.raises(TreeRefused):
        Archive(packed({"bomb.md": b"0" * 50_000_000}))
    monkeypatch.setattr(tree, "MOST_TOTAL_BYTES", 1_000_000)
    with pytest.raises(TreeRefused):
        Archive(packed({f"{n}.md": "x" * 300_000 for n in range(5)}))
    monkeypatch.setattr(tree, "MOST_FILES", 10)
    with pytest.raises(TreeRefused):
        Archive(packed({f"{n}.md": "x" for n in range(11)}))


def test_sec_28_an_archive_that_lies_about_its_sizes_is_read_no_further_than_allowed():
    content = packed({"a.md": b"0" * 900_000}).getvalue()
    content = content.replace((900_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(TreeRefused):
        Archive(io.BytesIO(content)).read("a.md", most=1000)


def test_the_one_folder_in_which_everything_lies_is_left_out():
    archive = Archive(packed({"docs-main/a.md": "x", "docs-main/img/b.png": "y", "docs-main/.git/config": "z"}))
    assert archive.paths() == ["a.md", "img/b.png"]
    assert archive.read("a.md", most=10) == b"x"


def test_a_folder_reads_nothing_outside_of_itself(tmp_path):
    (tmp_path / "secret.md").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.md").write_text("x")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    assert Folder(root).paths() == ["a.md"]
    with pytest.raises(KeyError):
        Folder(root).read("../secret.md", most=100)


def send(client, content, **data):
    upload = SimpleUploadedFile("help.zip", content, "application/zip")
    return client.post(
        "/admin/knowledge/import/", {"archive": upload, "audience": Audience.EVERYONE, "section": "", **data}
    )


def test_an_archive_is_imported_by_a_worker_and_reported(cast, client):
    client.force_login(cast.lena)
    answer = send(client, packed({"help/a.md": "# A\n\n[b](b.md) [gone](c.md)", "help/b.md": "B"}).getvalue())
    row = ArticleImport.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/admin/knowledge/import/{row.pk}/"
    if not row.is_over:
        uploads.run_waiting()
    row.refresh_from_db()
    assert row.progress == ArticleImport.Progress.DONE and row.path == ""
    assert Article.objects.get(path="a").versions.get().author == cast.lena
    page = client.get(answer["Location"]).content.decode()
    assert "c.md" in page and "Dead link" in page
    assert client.get("/admin/knowledge/import/").status_code == 200


def test_what_is_no_archive_is_refused_with_a_sentence(cast, client):
    client.force_login(cast.lena)
    answer = send(client, b"plain text")
    assert answer.status_code == 422 and "This is no zip file" in answer.content.decode()
    assert not ArticleImport.objects.exists()
    send(client, packed({"../a.md": "x"}).getvalue())
    uploads.run_waiting()
    assert ArticleImport.objects.get().progress == ArticleImport.Progress.REFUSED


def test_agents_who_do_not_publish_send_no_archives(cast, client):
    client.force_login(cast.gwen)
    assert send(client, b"x").status_code == 403
