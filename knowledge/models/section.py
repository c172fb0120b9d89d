"""The tree in which articles stand."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LONGEST_PATH = 500


class Kind(models.TextChoices):
    """What something to look up is: documentation, a question with its answer, or a video."""

    ARTICLE = "article", _("Article")
    FAQ = "faq", _("Question")
    VIDEO = "video", _("Video")


class Section(models.Model):
    """A place in the tree of documentation, a group of questions, or a collection of videos.

    `path` is the slugs from the root on, joined by "/", kept by `knowledge.actions`; a child is of its parent's kind.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ARTICLE)
    parent = models.ForeignKey(
        "self", verbose_name=_("inside of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address part"), max_length=100)
    path = models.CharField(_("path"), max_length=LONGEST_PATH, editable=False)
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("One sentence: what somebody finds here.")
    )
    icon = models.CharField(_("icon"), max_length=8, blank=True, help_text=_("One sign, such as 🔑. Empty: none."))
    order = models.IntegerField(_("order"), default=0, help_text=_("Lower comes first; the same: by title."))
    source = models.CharField(_("imported folder"), max_length=LONGEST_PATH, blank=True, editable=False, db_index=True)
    source_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    is_archived = models.BooleanField(_("archived"), default=False, help_text=_("Shown to nobody in the portal."))

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "title", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "path"], name="section_path_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return where readers find it."""
        match self.kind:
            case Kind.FAQ:
                return reverse("knowledge:faq_group", args=[self.path])
            case Kind.VIDEO:
                return reverse("knowledge:videos_of", args=[self.path])
        return reverse("knowledge:page", args=[self.path])
