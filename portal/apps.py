"""Configuration of the portal app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """What customers meet."""

    name = "portal"
    verbose_name = _("Portal")
