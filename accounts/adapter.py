"""How django-allauth behaves at this desk."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import account_mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing up, signing in and the mails about it."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Address and password do not fit together."),
        "incorrect_code": _("This code does not fit. Look at the newest mail from us, or ask for another code."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "invalid_password_reset": _("This link has been used or is too old."),
        "same_as_current": _("This is what it is already."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our letters; links in it start with BASE_URL."""
        account_mail.send(template_prefix, email, context)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that TrustedAddressMiddleware believes; a Unix socket has none."""
        return str(request.META.get("REMOTE_ADDR", "")) or "127.0.0.1"

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether one may be sent there after signing in: paths of this desk, nothing else (SEC-25)."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
