"""Configuration of the search app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """One index over everything that people look for."""

    name = "search"
    verbose_name = _("Search")
