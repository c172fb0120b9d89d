"""Configuration of the console app, and of the admin site that it is."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """The agents' frame around Django's admin."""

    name = "console"
    verbose_name = _("Console")


class ConsoleAdminConfig(AdminConfig):
    """Django's admin, with our site as the default one."""

    default_site = "console.site.ConsoleSite"
