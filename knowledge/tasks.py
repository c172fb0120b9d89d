"""Celery's doors to what the clock does with articles."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from knowledge.actions import attach_file, offer_articles, publish_due, render_again
from knowledge.importing import uploads
from knowledge.models import ArticleFile, ArticleImport
from search.actions import forget_searches
from support.actions import scan_files


@shared_task
def publish_due_articles() -> int:
    """Publish the articles whose hour came."""
    return publish_due.publish_due()


@shared_task
def remind_of_reviews() -> int:
    """Remind owners of articles to look at again."""
    return publish_due.remind_of_reviews()


@shared_task
def render_outdated_articles() -> int:
    """Render articles anew that an older renderer made."""
    return render_again.render_outdated()


@shared_task
def delete_unused_files() -> int:
    """Delete files that were sent for an article that nobody saved."""
    return attach_file.delete_unused_files()


@shared_task
def scan_pending_files() -> int:
    """Ask the virus scanner about files of articles that wait for it."""
    if not settings.CLAMAV_ADDRESS:
        return 0
    return scan_files.scan_pending_files(ArticleFile) + scan_files.scan_pending_files(ArticleImport)


@shared_task
def run_article_imports() -> int:
    """Import the archives that people sent."""
    return uploads.run_waiting()


@shared_task
def forget_old_searches() -> int:
    """Let go of what people looked for more than a year ago, of which no figure tells any more."""
    before = timezone.now() - timedelta(days=400)
    return forget_searches.forget_before(before) + offer_articles.forget_before(before)
