"""Celery's door to the sweep."""

from celery import shared_task

from sla.sweep import sweep as notice_what_fell_due


@shared_task
def sweep() -> int:
    """Notice every promise that came due; run twice or in parallel, it changes the same rows once."""
    return notice_what_fell_due()
