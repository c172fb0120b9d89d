"""Celery's doors to what the clock does with articles."""

from celery import shared_task
from django.conf import settings

from knowledge.actions import attach_file, publish_due, render_again
from knowledge.models import ArticleFile
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
    return scan_files.scan_pending_files(ArticleFile) if settings.CLAMAV_ADDRESS else 0
