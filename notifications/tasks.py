"""Celery's doors to the mail."""

from celery import shared_task

from notifications import deliver


@shared_task
def send_due_mail() -> int:
    """Send the mail that is due: the answer to the doorbell, and every 30 s what a lost one left."""
    return deliver.send_all_due()
