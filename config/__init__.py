"""How the desk is put together: settings, addresses, the table of reactions, the schedule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
