"""Where the mail goes that a page tells of."""

from pathlib import Path
from typing import Any

from django import template
from django.conf import settings

from accounts.account_mail import goes_to_folder

register = template.Library()


@register.inclusion_tag("account/_mail_hint.html")
def mail_hint() -> dict[str, Any]:
    """Tell a newcomer of a desk without a mail server where the code is that they wait for."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "")
    shown = folder.relative_to(settings.BASE_DIR) if folder.is_relative_to(settings.BASE_DIR) else folder
    return {"goes_to_folder": goes_to_folder(), "folder": str(shown)}
