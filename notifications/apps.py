"""Configuration of the notifications app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """How people are told."""

    name = "notifications"
    verbose_name = _("Mail")
