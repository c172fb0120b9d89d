"""What the staff tell the search: words that mean the same, and what stands first for a query."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Synonym(models.Model):
    """Words or phrases that mean the same: who looks for one finds the others, a little further down."""

    words: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("words"), default=list, help_text=_("Two or more words or phrases that mean the same.")
    )
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: all languages."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["pk"]
        permissions = [("curate", _("Can keep synonyms and pinned results, and see what people search for"))]

    def __str__(self) -> str:
        return ", ".join(self.words)


class Pin(models.Model):
    """Something that stands first when people look for a query, for those who may see it.

    `query` is as `search.asking.normalized` makes it; `kind` and `object_id` name the thing as a Key does.
    """

    query = models.CharField(_("search"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10)
    object_id = models.BigIntegerField(_("what is found"))
    order = models.IntegerField(_("order"), default=0, help_text=_("Lower comes first."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("pinned result")
        verbose_name_plural = _("pinned results")
        ordering = ["query", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["query", "kind", "object_id"], name="pin_once")]

    def __str__(self) -> str:
        return f"{self.query}: {self.kind} {self.object_id}"
