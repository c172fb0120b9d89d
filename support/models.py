"""A ticket, what was said in it, and what surrounds it."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel, Organization, Tier
from content.models import StoredFile

# Orders tickets without a running promise behind all others; never shown.
NO_PROMISE = datetime(9999, 12, 31, tzinfo=UTC)


class Status(models.TextChoices):
    """Where a ticket stands (product.md, "The ticket")."""

    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting on customer")
    HOLD = "hold", _("On hold")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")

    @property
    def words(self) -> str:
        """Return the label as it stands in a sentence: "on hold". German nouns keep their capitals."""
        label = str(self.label)
        return label[:1].lower() + label[1:]


ACTIVE_STATUSES = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD)
# What stands in the queue: the indexes below hold just these tickets, so queries say it in the same words.
IN_QUEUE = models.Q(status__in=ACTIVE_STATUSES, is_spam=False)
WAITING_ON_US = (Status.NEW, Status.OPEN)


class Priority(models.IntegerChoices):
    """How much depends on it; higher is more urgent."""

    LOW = 10, _("Low")
    NORMAL = 20, _("Normal")
    HIGH = 30, _("High")
    URGENT = 40, _("Urgent")


class Queue(models.Model):
    """A place where tickets wait, and the agents who work there.

    A new ticket goes to its organisation's own queue, else to the one of its tier, else to the default one.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("short name"), unique=True, help_text=_("Used in addresses and filters."))
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Lower comes first."))
    description = models.CharField(_("description"), max_length=200, blank=True)
    tier = models.OneToOneField(
        Tier,
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="queue",
        help_text=_("New tickets of this tier come here."),
    )
    organization = models.OneToOneField(
        Organization,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="queue",
        help_text=_("A dedicated queue: this organisation's new tickets come here."),
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Takes new tickets that no other queue claims.")
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agents"),
        blank=True,
        related_name="queues",
        limit_choices_to={"is_staff": True},
        help_text=_("Agents see and work the queues they belong to."),
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_queue"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that tickets share."""

    name = models.CharField(_("name"), max_length=40, validators=[MinLengthValidator(1)])

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_without_case")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save in lower case without blanks at the ends, as filters compare it."""
        self.name = self.name.strip().lower()
        super().save(*args, **kwargs)


class Ticket(models.Model):
    """A customer's question and all that became of it. Changed by `support.actions` alone.

    `number` is the primary key: sequential, never reused. Instants are UTC. `queue_at` orders the queue: it
    is `next_due_at`, the earliest promise not yet kept, or a far future without one.
    `version` grows with every change; a change made on an older version is refused with what happened since.
    """

    number = models.BigAutoField(_("number"), primary_key=True)
    subject = models.CharField(_("subject"), max_length=200)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requester"),
        on_delete=models.PROTECT,
        related_name="tickets",
        db_index=False,
    )
    is_requester_proven = models.BooleanField(
        _("address proven"),
        default=True,
        help_text=_("Off: filed on the web under an address that nobody has proven yet."),
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.WEB)
    queue = models.ForeignKey(
        Queue, verbose_name=_("queue"), on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    suggested_priority = models.PositiveSmallIntegerField(
        _("suggested priority"),
        choices=Priority,
        null=True,
        blank=True,
        help_text=_("What the customer asked for where the tier leaves the priority to us."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_tickets",
        db_index=False,
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="tickets")
    followers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("followers"),
        through="Follower",
        related_name="followed_tickets",
    )
    follow_up_of = models.ForeignKey(
        "self",
        verbose_name=_("follow-up of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="follow_ups",
    )
    is_spam = models.BooleanField(
        _("spam"),
        default=False,
        db_default=False,
        help_text=_("Not a question at all: out of the queue and of every count, without promises and without mail."),
    )
    external_reference = models.CharField(
        _("external reference"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("What an imported ticket was called where it came from."),
    )
    first_line = models.CharField(_("first line"), max_length=160, blank=True)
    last_public_is_staff = models.BooleanField(_("last public message is ours"), default=False)
    was_answered = models.BooleanField(_("was answered"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    next_due_at = models.DateTimeField(_("next due at"), null=True, blank=True)
    next_due_metric = models.CharField(_("next promise"), max_length=20, blank=True)
    queue_at = models.DateTimeField(_("place in the queue"), default=NO_PROMISE)
    is_paused = models.BooleanField(_("clock stands"), default=False)
    created_at = models.DateTimeField(_("filed at"))
    last_message_at = models.DateTimeField(_("last message at"))
    updated_at = models.DateTimeField(_("changed at"))
    solved_at = models.DateTimeField(_("solved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    # No column: what the timers were told since the last event, for `support.timeline` to put into the next one.
    told_timers: Sequence[dict[str, Any]] = ()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-number"]
        permissions = [
            ("work_tickets", "Can work tickets in the console"),
            ("see_all_queues", "Can see the tickets of all queues"),
        ]
        indexes = [
            models.Index(
                fields=["queue_at", "number"],
                name="ticket_next",
                condition=IN_QUEUE,
            ),
            models.Index(
                fields=["queue", "queue_at", "number"],
                name="ticket_queue_next",
                condition=IN_QUEUE,
            ),
            models.Index(
                fields=["assignee", "queue_at", "number"],
                name="ticket_assignee_next",
                condition=IN_QUEUE,
            ),
            models.Index(
                fields=["status", "queue_at", "number"],
                name="ticket_status_next",
                condition=IN_QUEUE,
            ),
            models.Index(fields=["queue", "status", "-number"], name="ticket_queue_status"),
            models.Index(fields=["requester", "-number"], name="ticket_requester"),
            models.Index(fields=["organization", "-number"], name="ticket_organization"),
            models.Index(fields=["solved_at"], name="ticket_to_close", condition=models.Q(status="solved")),
            models.Index(fields=["created_at"], name="ticket_created"),
            models.Index(fields=["-number"], name="ticket_spam", condition=models.Q(is_spam=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_reference"],
                name="ticket_external_reference_once",
                condition=~models.Q(external_reference=""),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def is_closed(self) -> bool:
        """Return whether this is final: an answer would start a follow-up."""
        return self.status == Status.CLOSED

    @property
    def is_active(self) -> bool:
        """Return whether somebody still has to do something."""
        return self.status in ACTIVE_STATUSES

    @property
    def tier_id(self) -> int | None:
        """Return the tier whose promises apply: the one of the ticket's organisation today."""
        return self.organization.tier_id if self.organization else None


class Follower(models.Model):
    """Somebody who gets a ticket's mail besides requester and assignee: a colleague, or an agent who watches."""

    ticket = models.ForeignKey(Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="followings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="followings",
    )
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="follower_once")]

    def __str__(self) -> str:
        return f"{self.user} follows #{self.ticket_id}"


class Message(models.Model):
    """What somebody said in a ticket: a public reply or an internal note. Never changed after it was sent.

    `source` is Markdown as typed; `html` is rendered from it once and sanitised; `text` is plain.
    """

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="messages",
    )
    is_public = models.BooleanField(_("public"), default=True)
    is_staff_reply = models.BooleanField(
        _("staff reply"),
        default=False,
        help_text=_("Public and by a person of the staff: what stops a response timer (sla.md, section 3)."),
    )
    is_automatic = models.BooleanField(
        _("automatic"),
        default=False,
        db_default=False,
        help_text=_("An absence note or the like: it starts, stops and resumes no promise."),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.WEB)
    source = models.TextField(_("Markdown"))
    html = models.TextField(_("HTML"))
    text = models.TextField(_("plain text"))
    submission = models.UUIDField(
        _("submission"),
        unique=True,
        default=uuid.uuid4,
        editable=False,
        help_text=_("Drawn when the form was shown; the same form sent twice makes one message."),
    )
    created_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        indexes = [models.Index(fields=["ticket", "id"], name="message_of_ticket")]

    def __str__(self) -> str:
        return f"#{self.ticket_id}: {self.text[:60]}"


class Attachment(StoredFile):
    """A file of a message; until the message is sent it belongs to whoever uploaded it, and to nobody else.

    A draft keeps its files, so that they come back with its words in whatever browser its owner signs in.
    """

    message = models.ForeignKey(
        Message, verbose_name=_("message"), null=True, on_delete=models.PROTECT, related_name="attachments"
    )
    draft = models.ForeignKey(
        "Draft",
        verbose_name=_("draft"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="files",
        help_text=_("What it was uploaded for, while that is not sent."),
    )

    class Meta(StoredFile.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [
            models.Index(fields=["created_at"], name="attachment_orphan", condition=models.Q(message=None)),
            models.Index(fields=["created_at"], name="attachment_to_scan", condition=models.Q(state="pending")),
        ]

    @property
    def url(self) -> str:
        """Return where it is read; whoever asks must still be allowed to."""
        return reverse("support:file", args=[self.pk, self.name])

    @property
    def removal_url(self) -> str:
        """Return where its uploader gives it up while it is not sent."""
        return reverse("support:upload_removal", args=[self.pk])

    @property
    def thumbnail_url(self) -> str:
        """Return where the small picture is, "" if there is none."""
        return reverse("support:file_thumbnail", args=[self.pk]) if self.thumbnail_path else ""


class Draft(models.Model):
    """What a person has typed and not sent yet, and its files; one per person and place, deleted when it is sent."""

    class Kind(models.TextChoices):
        TICKET = "ticket", _("New ticket")
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Note")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="drafts"
    )
    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, on_delete=models.CASCADE, related_name="drafts"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("body"), blank=True, max_length=100_000)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ticket", "kind"], name="draft_once", condition=models.Q(ticket__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["user", "kind"], name="new_ticket_draft_once", condition=models.Q(ticket__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.user}"

    def unsent_files(self) -> models.QuerySet[Attachment]:
        """Return the files that wait with the words."""
        return self.files.filter(message=None)


class Visit(models.Model):
    """When an agent last saw a ticket, and whether they are looking or writing now (both until an instant, UTC)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="visits"
    )
    ticket = models.ForeignKey(Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField(_("seen at"))
    present_until = models.DateTimeField(_("present until"))
    writing_until = models.DateTimeField(_("writing until"), null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.user} saw #{self.ticket_id}"
