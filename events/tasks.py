"""Celery's doors to the deliveries."""

from celery import shared_task

from events import deliver


@shared_task
def deliver_events(event_ids: list[int]) -> int:
    """Deliver what these events ask for: the answer to the doorbell."""
    return sum(deliver.deliver_event(event_id) for event_id in event_ids)


@shared_task
def sweep_deliveries() -> int:
    """Deliver what a lost doorbell, a failure or a dead worker left."""
    return deliver.sweep()
