"""Configuration of the support app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    """Tickets."""

    name = "support"
    verbose_name = _("Tickets")
