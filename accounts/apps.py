"""Configuration of the accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations and tiers."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Keep the roles' permissions true after every migration; listen to what happens at the entrances."""
        from accounts import signals
        from accounts.roles import sync_roles

        post_migrate.connect(sync_roles, dispatch_uid="accounts.sync_roles")
        signals.connect()
