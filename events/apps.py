"""Configuration of the events app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """The append-only record of what happened, and of what follows from it."""

    name = "events"
    verbose_name = _("Events")
