"""What happened, and what still has to follow from it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened, once and for all: a timeline entry and an outbox entry in one row.

    It holds ids and old and new values, never what people wrote, so that erasing a person's words stays
    possible. A database trigger refuses to change or delete a row (see `events.triggers`).
    """

    name = models.CharField(_("name"), max_length=60, help_text=_("What happened, in the past tense: ticket.solved."))
    subject_type = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.BigIntegerField(_("subject"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    data: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("details"), default=dict)
    occurred_at = models.DateTimeField(_("occurred at"), help_text=_("UTC, to the second."))
    request_id = models.CharField(_("request id"), max_length=60, default="")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="event_timeline")]
        permissions = [("replay_delivery", "Can replay deliveries")]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type} {self.subject_id}"


class Delivery(models.Model):
    """One reaction that an event asks for: done once, retried alone with back-off, visible until done.

    A worker claims the row by a conditional update and holds it until `leased_until` (UTC); a worker that
    dies leaves a lease that runs out, and the sweeper takes the row up again.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="deliveries")
    reaction = models.CharField(_("reaction"), max_length=100)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    last_error = models.TextField(_("last error"), default="")
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="delivery_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["-id"], name="delivery_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} of event {self.event_id}"
