"""Configuration of the sla app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Promises and their timers."""

    name = "sla"
    verbose_name = _("Promises")
