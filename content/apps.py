"""Configuration of the content app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    """How text and files are made safe."""

    name = "content"
    verbose_name = _("Content")
