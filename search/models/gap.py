"""What the staff did about searches that led nowhere."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class GapMark(models.Model):
    """That somebody looked after a search without result or without click.

    One that was answered is a gap again when it leads nowhere after `marked_at` (UTC); one that was dismissed never is.
    `normalized` is as in SearchLog.
    """

    class How(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        DISMISSED = "dismissed", _("Dismissed")

    normalized = models.CharField(_("words"), max_length=200, unique=True)
    how = models.CharField(_("how"), max_length=10, choices=How)
    marked_at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-marked_at", "pk"]

    def __str__(self) -> str:
        return self.normalized
