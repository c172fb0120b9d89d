"""What people looked for, so that what they did not find can be written."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchLog(models.Model):
    """A search that somebody made, how many things it found for them, and what they opened.

    `reader` is a keyed hash of the person or of the browser session, never an address; `clicked_key` is "kind:id" of
    what was opened first, "" for nothing.
    """

    text = models.CharField(_("typed"), max_length=200)
    normalized = models.CharField(_("words"), max_length=200, db_index=True)
    found = models.PositiveIntegerField(_("found"))
    clicked_key = models.CharField(_("opened"), max_length=40, blank=True)
    reader = models.CharField(max_length=64)
    is_staff = models.BooleanField(_("by staff"), default=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["-created_at"], name="search_newest"),
            models.Index(
                fields=["-created_at"], name="search_gap", condition=models.Q(found=0) | models.Q(clicked_key="")
            ),
        ]

    def __str__(self) -> str:
        return self.text
