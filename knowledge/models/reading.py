"""What readers did with articles, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.article import Article


class Feedback(models.Model):
    """A reader's answer to "was this helpful?", once per reader and version; the unhelpful ones are looked through.

    `reader` is a keyed hash of the person or of the browser session, never an address.
    """

    class Reason(models.TextChoices):
        WRONG = "wrong", _("Something in it is wrong or outdated")
        UNCLEAR = "unclear", _("It is hard to understand")
        MISSING = "missing", _("What I looked for is not in it")
        NOT_WORKING = "not_working", _("I did it, and it did not work")
        OTHER = "other", _("Something else")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="feedback")
    version_number = models.PositiveIntegerField(_("version"))
    reader = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    was_helpful = models.BooleanField(_("helpful"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("given at"), auto_now_add=True)
    handled_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["article", "version_number", "reader"], name="feedback_once")]
        indexes = [
            models.Index(
                fields=["-id"],
                condition=models.Q(was_helpful=False, handled_at__isnull=True),
                name="feedback_to_look_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.was_helpful}"


class Read(models.Model):
    """That somebody signed in opened an article: agents see what a customer read before they asked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("last opened at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "article"], name="read_once")]
        indexes = [models.Index(fields=["user", "-at"], name="read_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.article_id}"


class Deflection(models.Model):
    """One time that articles were offered to somebody who was writing a ticket, and how it ended.

    `key` is made by the form and comes back with what follows. It ended with "this answered it" (`answered_by`),
    with a ticket, or with neither. Counted as deflected: `answered_by` is set and no ticket came of it.
    """

    key = models.UUIDField(primary_key=True)
    reader = models.CharField(max_length=64, help_text=_("A keyed hash of the person or browser session."))
    text = models.CharField(_("typed"), max_length=200)
    offered = models.JSONField(default=list, help_text=_("Ids of the articles offered."))
    opened = models.JSONField(default=list, help_text=_("Ids of those that were opened."))
    answered_by = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="deflections")
    ticket = models.ForeignKey("support.Ticket", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="deflection_newest")]

    def __str__(self) -> str:
        return self.text


class TicketAnswer(models.Model):
    """That a ticket was answered with an article, or that an article was made of a ticket's answer."""

    ticket = models.ForeignKey("support.Ticket", on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="ticket_answers")
    is_source = models.BooleanField(default=False, help_text=_("The article was written from this ticket."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "article", "is_source"], name="ticket_answer_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.article_id}"
