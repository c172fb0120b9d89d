"""What is told to whom, and whether it arrived."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """A mail to one person, kept until it is sent and visible afterwards.

    `cause` names event, kind and recipient: the same cause makes one mail, however often a reaction runs.
    Retried with back-off while the server says "later" (4xx), failed at once when it says "never" (5xx).
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        HELD = "held", _("Held back")

    kind = models.CharField(_("kind"), max_length=30, blank=True, help_text=_("What it tells: reply, note, step."))
    cause = models.CharField(_("cause"), max_length=150, unique=True)
    ticket_number = models.BigIntegerField(_("ticket"), null=True, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    to = models.EmailField(_("to"), max_length=254)
    sender_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    headers: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(_("headers"), default=dict)
    reply_to = models.CharField(_("reply to"), max_length=254, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True)
    give_up_at = models.DateTimeField(
        _("tried until"),
        null=True,
        blank=True,
        help_text=_("A server that still says “later” then has said no."),
    )
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    request_id = models.CharField(_("request id"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        permissions = [("resend_outgoingmail", "Can send mail again")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="mail_due", condition=models.Q(state="queued")),
            models.Index(fields=["ticket_number", "id"], name="mail_of_ticket"),
            models.Index(fields=["to", "created_at"], name="mail_to_address"),
            models.Index(fields=["-id"], name="mail_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class Preference(models.Model):
    """What a person wants to be told, and how. Who has no row wants all of it.

    Promises in danger or broken are duty: their mail can be switched off, their notice in the console cannot.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="mail_preference",
    )
    own_tickets = models.BooleanField(_("Answers to my tickets"), default=True)
    followed_tickets = models.BooleanField(_("News of tickets I follow"), default=True)
    assigned_tickets = models.BooleanField(_("News of tickets assigned to me"), default=True)
    promises = models.BooleanField(_("Promises in danger or missed"), default=True)
    assigned_in_console = models.BooleanField(_("In the console: news of tickets assigned to me"), default=True)
    followed_in_console = models.BooleanField(_("In the console: news of tickets I follow"), default=True)

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")

    def __str__(self) -> str:
        return f"mail preferences of {self.user}"

    @classmethod
    def of(cls, user: Any) -> "Preference":
        """Return the person's choice, or the default one (not saved)."""
        return cls.objects.filter(user=user).first() or cls(user=user)


class Alert(models.Model):
    """What one member of the staff is told in the console: one for each event, however often a reaction runs.

    The event says what happened; whether its ticket may still be seen is asked when it is shown. One without a ticket
    tells of an article. `is_mail_waiting`
    marks what fell due long ago and is gathered into one mail (`digest`) with whatever else comes late.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="alerts",
        db_index=False,
    )
    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(
        "support.Ticket",
        verbose_name=_("ticket"),
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=30, help_text=_("What it tells: step, corrected, assigned, reply."))
    created_at = models.DateTimeField(_("told at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    is_mail_waiting = models.BooleanField(_("waits for a mail"), default=False)
    digest = models.ForeignKey(
        OutgoingMail, verbose_name=_("mail"), null=True, on_delete=models.SET_NULL, related_name="gathered"
    )

    class Meta:
        verbose_name = _("notice in the console")
        verbose_name_plural = _("notices in the console")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="alert_once")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="alert_of_person"),
            models.Index(fields=["ticket"], name="alert_of_ticket"),
            models.Index(fields=["recipient", "ticket"], name="alert_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(
                fields=["recipient", "created_at"], name="alert_waiting", condition=models.Q(is_mail_waiting=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of #{self.ticket_id} for {self.recipient}"
