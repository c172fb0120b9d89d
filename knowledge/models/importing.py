"""Archives that somebody sent to be imported."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models import StoredFile
from knowledge.models.article import Audience
from knowledge.models.section import LONGEST_PATH


class ArticleImport(StoredFile):
    """A zip of Markdown that a worker imports; afterwards the archive is gone and its report stays.

    `report` holds `counts` and `findings` (file, line, sort, message). `claimed_at` is when a worker began, in UTC; one
    that died is begun again, and what was done already is done.
    """

    class Progress(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Not imported")

    section = models.CharField(_("below this section"), max_length=LONGEST_PATH, blank=True)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.EVERYONE)
    is_sync = models.BooleanField(_("archive what is gone"), default=False)
    is_dry_run = models.BooleanField(_("only try"), default=False)
    progress = models.CharField(_("progress"), max_length=10, choices=Progress, default=Progress.WAITING)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=500, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import of articles")
        verbose_name_plural = _("imports of articles")
        ordering = ["-created_at"]

    @property
    def is_over(self) -> bool:
        """Return whether nothing more happens to it."""
        return self.progress in {self.Progress.DONE, self.Progress.REFUSED}
