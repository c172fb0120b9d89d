"""Configuration of the events app."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """The append-only record of what happened, and of what follows from it."""

    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        """Let every migration end with the schedule that the code declares."""
        from events import schedule

        post_migrate.connect(
            schedule.sync_after_migrate,
            sender=apps.get_app_config("django_celery_beat"),
            dispatch_uid="events.sync_schedule",
        )
