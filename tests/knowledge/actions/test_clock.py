"""What the clock does: publishing at the hour that was set, reminding of the day of review, each exactly once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actors import Actor
from config.schedule import SCHEDULE
from content.quotas import Uploader
from events.models import Event
from knowledge import tasks
from knowledge.actions.archive import archive
from knowledge.actions.attach_file import attach_file, delete_unused_files
from knowledge.actions.create_article import create_article
from knowledge.actions.publish import publish
from knowledge.actions.publish_due import publish_due, remind_of_reviews
from knowledge.actions.render_again import render_outdated
from knowledge.actions.save_version import save_version
from knowledge.actions.schedule import schedule
from knowledge.actions.set_details import set_details
from knowledge.models import Article, ArticleFile
from knowledge.permissions import published_for
from notifications.models import Alert, OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(cast):
    return Actor.person(cast.lena)


@pytest.fixture
def article(cast, lead):
    return create_article(by=lead, kind="article", title="Refunds", body="Words.", owner=cast.gwen)


def test_an_article_is_published_when_its_hour_comes_and_once(article, lead):
    now = timezone.now()
    hour = now + timedelta(hours=1)
    schedule(article, publish_at=hour, by=lead, at=now)
    assert publish_due(hour - timedelta(seconds=1)) == 0
    assert not published_for(Actor.anonymous()).exists()
    assert publish_due(hour) == 1 and publish_due(hour) == 0
    found = published_for(Actor.anonymous()).get()
    assert found.publish_at is None and found.published_at == hour.replace(microsecond=0)
    assert Event.objects.filter(name="article.published").count() == 1


def test_what_was_taken_back_or_published_before_is_left(article, lead):
    hour = timezone.now() + timedelta(hours=1)
    schedule(article, publish_at=hour, by=lead)
    schedule(article, publish_at=None, by=lead)
    assert publish_due(hour) == 0
    schedule(article, publish_at=hour, by=lead)
    publish(article, by=lead)
    assert publish_due(hour) == 0


def test_a_change_of_what_is_published_waits_for_its_hour(article, lead):
    publish(article, by=lead)
    save_version(article, by=lead, expected_number=1, title="Refunds", body="Newer words.")
    hour = timezone.now() + timedelta(hours=1)
    schedule(article, publish_at=hour, by=lead)
    assert "Newer" not in Article.objects.get().html
    publish_due(hour)
    assert "Newer" in Article.objects.get().html


def test_the_owner_is_reminded_once_by_mail_and_bell(cast, article, lead, signed_in, run_reactions):
    set_details(article, by=lead, review_by=timezone.localdate())
    assert remind_of_reviews() == 1 and remind_of_reviews() == 0
    run_reactions()
    run_reactions()
    mail, alert = OutgoingMail.objects.get(kind="article_review"), Alert.objects.get()
    assert (mail.recipient, alert.recipient, alert.ticket) == (cast.gwen, cast.gwen, None)
    assert "Refunds" in mail.subject and f"/admin/knowledge/articles/{article.pk}/" in mail.text
    page = signed_in(cast.gwen).get("/admin/notices/").text
    assert "An article of yours waits for its review" in page
    assert "An article of yours" not in signed_in(cast.hugo).get("/admin/notices/").text


def test_a_new_day_is_a_new_reminder(article, lead, run_reactions):
    today = timezone.localdate()
    set_details(article, by=lead, review_by=today)
    remind_of_reviews()
    set_details(article, by=lead, review_by=today + timedelta(days=30))
    run_reactions()
    assert not OutgoingMail.objects.exists(), "put off before it was told"
    assert remind_of_reviews() == 0
    assert remind_of_reviews(timezone.now() + timedelta(days=30)) == 1
    run_reactions()
    assert OutgoingMail.objects.count() == 1


def test_nobody_is_told_of_what_is_archived_or_has_no_owner_who_writes(cast, article, lead, run_reactions):
    set_details(article, by=lead, review_by=timezone.localdate(), owner=None)
    remind_of_reviews()
    other = create_article(by=lead, kind="article", title="Other", owner=cast.hugo)
    set_details(other, by=lead, review_by=timezone.localdate())
    cast.hugo.groups.clear()
    remind_of_reviews()
    gone = create_article(by=lead, kind="article", title="Gone", owner=cast.gwen)
    set_details(gone, by=lead, review_by=timezone.localdate())
    archive(gone, by=lead)
    assert remind_of_reviews() == 0
    run_reactions()
    assert not OutgoingMail.objects.exists() and not Alert.objects.exists()


def test_what_an_older_renderer_made_is_rendered_again(article):
    Article.objects.update(renderer=0, html="old")
    assert render_outdated() == 1 and render_outdated() == 0
    assert "Words" in Article.objects.get().html


def test_files_that_no_article_took_are_deleted_after_a_week(cast, lead, article):
    uploader = Uploader(cast.lena, "", "")
    unused = attach_file(None, SimpleUploadedFile("a.txt", b"a"), uploader=uploader, by=lead)
    attach_file(article, SimpleUploadedFile("b.txt", b"b"), uploader=uploader, by=lead)
    assert delete_unused_files() == 0
    assert delete_unused_files(timezone.now() + timedelta(days=8)) == 1
    assert not ArticleFile.objects.filter(pk=unused.pk).exists() and ArticleFile.objects.count() == 1


def test_the_clock_calls_every_task():
    named = {job["task"] for job in SCHEDULE.values()}
    ours = {f"knowledge.tasks.{name}" for name in ("publish_due_articles", "remind_of_reviews", "scan_pending_files")}
    assert ours <= named and tasks.publish_due_articles() == 0
