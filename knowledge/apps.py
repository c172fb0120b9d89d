"""Configuration of the knowledge app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """Articles, questions and videos in which people find the answer themselves."""

    name = "knowledge"
    verbose_name = _("Knowledge")
