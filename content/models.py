"""A file that somebody uploaded, as every app that keeps files has it."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# A check that takes longer than this (seconds) is no matter of a moment; whoever waits is told so.
LONG_CHECK_SECONDS = 10 * 60


class StoredFile(models.Model):
    """A file kept under a random key outside the web root; `name` is only what people see.

    `size` is in bytes; `content_type` was found in the content, never taken from the name or the sender.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Being checked")
        CLEAN = "clean", _("Ready")
        BLOCKED = "blocked", _("Blocked")
        UNCHECKED = "unchecked", _("Could not be checked")

    key = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(_("checksum"), max_length=64)
    path = models.CharField(_("path in the storage"), max_length=200)
    is_image = models.BooleanField(_("image"), default=False, help_text=_("Re-encoded by us, so it may be shown."))
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    thumbnail_path = models.CharField(_("path of the thumbnail"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLEAN)
    finding = models.CharField(_("finding"), max_length=200, blank=True, help_text=_("What the virus scan said."))
    scan_attempts = models.PositiveSmallIntegerField(
        _("tries of the check"),
        default=0,
        db_default=0,
        help_text=_("How often the virus scanner could not look at it."),
    )
    next_scan_at = models.DateTimeField(
        _("next check at"), null=True, blank=True, help_text=_("Empty: as soon as a worker is free.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    upload_session = models.CharField(_("upload session"), max_length=64, blank=True, db_index=True)
    upload_address = models.CharField(
        _("address of the upload"),
        max_length=64,
        blank=True,
        db_index=True,
        help_text=_("A keyed hash, for the quota."),
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def extension(self) -> str:
        """Return the end of the name, at most four letters, as a word for what it is."""
        stem, _dot, extension = self.name.rpartition(".")
        return extension[:4].lower() if stem else ""

    @property
    def state_words(self) -> str:
        """Return in a sentence why the file cannot be opened, "" when it can."""
        match self.state:
            case self.State.CLEAN:
                return ""
            case self.State.BLOCKED if self.finding:
                return gettext("Blocked: the virus check found %(finding)s in it.") % {"finding": self.finding}
            case self.State.BLOCKED:
                return gettext("Blocked: the virus check found something in it.")
            case self.State.UNCHECKED:
                return gettext(
                    "Cannot be opened: the virus check could not look into it. Send it smaller or in another way."
                )
        if timezone.now() - self.created_at > timedelta(seconds=LONG_CHECK_SECONDS):
            return gettext("Still waiting for the virus check, which takes longer than usual.")
        return gettext("Being checked for viruses; it can be opened in a moment.")
