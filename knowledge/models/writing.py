"""What helps those who write: texts used in many articles, and beginnings of new ones."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.article import Article
from knowledge.models.section import Kind


class Snippet(models.Model):
    """A text kept once and used in many articles, by a line of its own: [snippet:key]."""

    key = models.SlugField(_("key"), max_length=100, unique=True)
    body = models.TextField(_("text"), help_text=_("Markdown."))
    source = models.CharField(_("imported file"), max_length=500, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("snippet")
        verbose_name_plural = _("snippets")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class SnippetUse(models.Model):
    """That the shown version of an article holds a snippet: when the snippet changes, it is rendered again."""

    snippet = models.ForeignKey(Snippet, on_delete=models.CASCADE, related_name="uses")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="snippet_uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snippet", "article"], name="snippet_use_once")]

    def __str__(self) -> str:
        return f"{self.snippet_id} in {self.article_id}"


class ArticleDraft(models.Model):
    """What somebody has typed into the editor and not saved as a version; one per person and article.

    `fields` are the form's, by name. Without an article it is a new one's. Deleted when a version is saved.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="drafts")
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "article"], condition=models.Q(article__isnull=False), name="article_draft_once"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(article__isnull=True), name="new_article_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.article_id}"


class ArticleTemplate(models.Model):
    """How a new article of some sort begins."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ARTICLE)
    body = models.TextField(_("text"), help_text=_("Markdown."))

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
