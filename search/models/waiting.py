"""What changed and is not in the index yet, where an index is written by one process alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Waiting(models.Model):
    """A thing that changed and waits for the one writer of the index; the oldest says how far the index lags.

    Who changes something adds a row; the writer reads rows, writes what the things are now, and deletes those rows.
    """

    kind = models.CharField(_("kind"), max_length=10)
    object_id = models.BigIntegerField(_("thing"))
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
