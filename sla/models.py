"""Promises: calendars, the rows that make them, and the timers that keep them (sla.md)."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel, Tier
from sla import calendars, choose


class Metric(models.TextChoices):
    """What is timed (sla.md, section 3)."""

    FIRST_RESPONSE = choose.FIRST_RESPONSE, _("First response")
    NEXT_RESPONSE = choose.NEXT_RESPONSE, _("Next response")
    RESOLUTION = choose.RESOLUTION, _("Resolution")


def validate_content(value: Any) -> None:
    """Raise ValidationError, in the calendar's own words, for hours that cannot be."""
    unknown = set(value) - {"zone", "weekly", "exceptions"} if isinstance(value, dict) else set()
    if unknown:
        raise ValidationError(_("A calendar has no %(names)s.") % {"names": ", ".join(sorted(unknown))})
    try:
        calendars.parse(value)
    except calendars.CalendarError as error:
        raise ValidationError(str(error)) from error


def validate_steps(value: Any) -> None:
    """Raise ValidationError unless the value is a list of steps in rising order, each with whom to tell."""
    known = {"assignee", "lead", "named_agent", "administrators"}
    try:
        percents = [int(step["percent"]) for step in value]
        told = {who for step in value for who in step["tell"]}
    except (TypeError, KeyError, ValueError) as error:
        raise ValidationError(_('Write steps as {"percent": 75, "tell": ["assignee"]}.')) from error
    if percents != sorted(set(percents)) or any(percent < 1 for percent in percents):
        raise ValidationError(_("Give each step a higher percentage than the one before."))
    if 100 not in percents:
        raise ValidationError(_("One step must be at 100 percent: the breach."))
    if told - known:
        raise ValidationError(_("Tell some of these: %(known)s.") % {"known": ", ".join(sorted(known))})


def validate_pause(value: Any) -> None:
    """Raise ValidationError unless the value lists statuses on which a clock may stand."""
    if not isinstance(value, list) or not set(value) <= {"pending", "hold"}:
        raise ValidationError(_("The clock may stand on these statuses: pending, hold."))


class Calendar(models.Model):
    """Opening hours by name. What they are, and were, is in the versions."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    key = models.SlugField(_("key"), unique=True)
    current = models.OneToOneField(
        "CalendarVersion",
        verbose_name=_("hours in force"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Which national holidays it follows: what was last added from the `holidays` package.
    holiday_country = models.CharField(_("country"), max_length=3, blank=True, editable=False)
    holiday_subdivision = models.CharField(_("part of the country"), max_length=20, blank=True, editable=False)
    holiday_language = models.CharField(_("language of the names"), max_length=20, blank=True, editable=False)
    holidays_until = models.DateField(
        _("national holidays known until"), null=True, blank=True, editable=False, help_text=_("The end of a year.")
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def next_holiday_year(self) -> int | None:
        """Return the first year whose national holidays are not known yet; None for a calendar that follows none."""
        return self.holidays_until.year + 1 if self.holidays_until else None


class CalendarVersion(models.Model):
    """Opening hours as they were from an instant on; an edit makes a new one, this one never changes."""

    calendar = models.ForeignKey(
        Calendar, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="versions"
    )
    content = models.JSONField(
        _("hours"),
        validators=[validate_content],
        help_text=_(
            '{"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": {"2026-12-25": []}}'
        ),
    )
    # Beside the content, which holds nothing but what is counted: {"2026-12-25": "Christmas Day"}.
    names: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        _("names of dates"), default=dict, blank=True
    )
    valid_from = models.DateTimeField(_("valid from"), help_text=_("UTC."))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        ordering = ["calendar", "-id"]
        constraints = [models.UniqueConstraint(fields=["calendar", "valid_from"], name="calendar_version_once")]

    def __str__(self) -> str:
        return f"{self.calendar} ({self.valid_from:%Y-%m-%d %H:%M} UTC)"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new version. Raises ValueError for one that exists: timers of the past point at it."""
        if self.pk is not None and not self._state.adding:
            raise ValueError("A calendar version never changes; save a new one.")
        super().save(*args, **kwargs)

    @cached_property
    def hours(self) -> calendars.Calendar:
        """Return the hours as the value that the arithmetic takes."""
        return calendars.parse(self.content)


class Target(models.Model):
    """A row of the policy: for whom, on what, how long (sla.md, section 4)."""

    class Source(models.TextChoices):
        TIER = choose.TIER, _("Tier")
        CHANNEL = choose.CHANNEL, _("Channel")
        DESK = choose.DESK, _("Desk")

    metric = models.CharField(_("metric"), max_length=20, choices=Metric)
    source = models.CharField(
        _("applies to"),
        max_length=10,
        choices=Source,
        help_text=_("A tier's row wins over a channel's, a channel's over the desk's."),
    )
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    channel = models.CharField(_("channel"), max_length=10, blank=True, choices=Channel)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        null=True,
        blank=True,
        choices=[(10, _("Low")), (20, _("Normal")), (30, _("High")), (40, _("Urgent"))],
        help_text=_("Empty: every priority that has no row of its own."),
    )
    seconds = models.PositiveIntegerField(
        _("seconds"),
        validators=[MinValueValidator(60)],
        help_text=_("Open seconds of the calendar: 14400 is 4 hours."),
    )
    calendar = models.ForeignKey(Calendar, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="targets")
    pause_on = models.JSONField(
        _("the clock stands on"),
        default=list,
        blank=True,
        validators=[validate_pause],
        help_text=_('Statuses, for resolution only: ["pending"] or ["pending", "hold"].'),
    )
    steps = models.JSONField(
        _("steps"),
        default=list,
        validators=[validate_steps],
        help_text=_('Who is told, and when: [{"percent": 75, "tell": ["assignee"]}, …]; one of them at 100.'),
    )

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["metric", "source", "tier__order", "channel", "priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "source", "tier", "channel", "priority"],
                name="target_once",
                condition=models.Q(tier__isnull=False, priority__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["metric", "source", "tier", "channel"],
                name="target_general_once",
                condition=models.Q(tier__isnull=False, priority__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["metric", "source", "channel", "priority"],
                name="target_untiered_once",
                condition=models.Q(tier__isnull=True, priority__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["metric", "source", "channel"],
                name="target_untiered_general_once",
                condition=models.Q(tier__isnull=True, priority__isnull=True),
            ),
            models.CheckConstraint(
                name="target_names_its_source",
                condition=models.Q(source="tier", tier__isnull=False, channel="")
                | (models.Q(source="channel", tier__isnull=True) & ~models.Q(channel=""))
                | models.Q(source="desk", tier__isnull=True, channel=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()}, {self.where}"

    @property
    def where(self) -> str:
        """Return for whom the row is, in words."""
        if self.source == self.Source.TIER:
            return str(self.tier)
        return str(self.get_channel_display() if self.source == self.Source.CHANNEL else _("the whole desk"))

    @property
    def described(self) -> str:
        """Return the row in words: "First response, Enterprise, urgent"."""
        return f"{self}, {str(self.get_priority_display()).lower()}" if self.priority is not None else str(self)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Raise ValidationError that names the row that is there already, and not a rule of the database."""
        names = ("metric", "source", "tier", "channel", "priority")
        if not set(exclude or ()) & set(names):
            # `filter` takes None for "is null", other than a unique constraint of the database.
            same = Target.objects.filter(**{name: getattr(self, name) for name in names})
            twin = same.exclude(pk=self.pk).select_related("tier").first()
            if twin is not None:
                raise ValidationError(
                    {"priority": _("There is a row for this already: %(row)s. Change that one instead.")
                     % {"row": twin.described}}
                )  # fmt: skip
        super().validate_constraints(exclude)

    def clean(self) -> None:
        """Raise ValidationError for a row whose source and columns contradict each other."""
        if (self.source == self.Source.TIER) != (self.tier_id is not None):
            raise ValidationError({"tier": _("Choose a tier for a tier's row, and only there.")})
        if (self.source == self.Source.CHANNEL) != bool(self.channel):
            raise ValidationError({"channel": _("Choose a channel for a channel's row, and only there.")})
        if self.pause_on and self.metric != Metric.RESOLUTION:
            raise ValidationError({"pause_on": _("The clock of a response never stands.")})


class Timer(models.Model):
    """One promise on one ticket: the row of sla.md, section 5. Changed by `sla.timers` and `sla.sweep` alone.

    The target is copied in, so that later edits cannot rewrite history. Seconds are open seconds of the calendar;
    instants are UTC. `remaining` and `consumed` are true as of `running_since`, or at rest. A breached timer goes
    on counting, for reports, until `stopped_at`. Cycles count next responses, from 1; the others are cycle 0.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        MET = "met", _("Met")
        BREACHED = "breached", _("Breached")
        CANCELLED = "cancelled", _("Cancelled")

    ticket = models.ForeignKey(
        "support.Ticket",
        verbose_name=_("ticket"),
        on_delete=models.PROTECT,
        related_name="timers",
        db_index=False,
    )
    metric = models.CharField(_("metric"), max_length=20, choices=Metric)
    cycle = models.PositiveIntegerField(_("cycle"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    target = models.ForeignKey(Target, verbose_name=_("target"), null=True, on_delete=models.SET_NULL, related_name="+")
    target_seconds = models.PositiveIntegerField(_("target in seconds"))
    calendar_version = models.ForeignKey(
        CalendarVersion, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="+"
    )
    pause_on = models.JSONField(_("the clock stands on"), default=list)
    steps = models.JSONField(_("steps"), default=list)
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), null=True, on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField(_("priority"))
    channel = models.CharField(_("channel"), max_length=10)
    started_at = models.DateTimeField(_("started at"))
    running_since = models.DateTimeField(_("running since"), null=True)
    paused_at = models.DateTimeField(
        _("standing since"), null=True, help_text=_("A clock never resumes before it stood.")
    )
    remaining = models.IntegerField(_("remaining seconds"), help_text=_("Below 0 once it is late."))
    consumed = models.PositiveIntegerField(_("consumed seconds"), default=0)
    due_at = models.DateTimeField(_("due at"), null=True)
    breached_at = models.DateTimeField(_("breached at"), null=True)
    noticed_at = models.DateTimeField(_("noticed at"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    generation = models.PositiveIntegerField(_("generation"), default=1)
    next_step = models.PositiveSmallIntegerField(_("next step"), default=0)
    next_check_at = models.DateTimeField(_("next check at"), null=True)
    loosened_at = models.DateTimeField(_("loosened at"), null=True)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        ordering = ["ticket", "metric", "cycle"]
        constraints = [models.UniqueConstraint(fields=["ticket", "metric", "cycle"], name="timer_once")]
        indexes = [
            models.Index(
                fields=["next_check_at", "id"],
                name="timer_check",
                condition=models.Q(next_check_at__isnull=False),
            ),
            models.Index(fields=["ticket"], name="timer_live", condition=models.Q(stopped_at__isnull=True)),
            models.Index(fields=["metric", "stopped_at"], name="timer_met", condition=models.Q(state="met")),
            models.Index(fields=["metric", "breached_at"], name="timer_breached", condition=models.Q(state="breached")),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} of #{self.ticket_id}"

    @property
    def is_live(self) -> bool:
        """Return whether the promise still waits: running, standing, or late and not yet kept."""
        return self.stopped_at is None and self.state != self.State.CANCELLED


class Notice(models.Model):
    """That a timer reached a step: written once, in the transaction of the sweep that noticed."""

    timer = models.ForeignKey(Timer, verbose_name=_("timer"), on_delete=models.CASCADE, related_name="notices")
    generation = models.PositiveIntegerField(_("generation"))
    step = models.PositiveSmallIntegerField(_("step"))
    percent = models.PositiveSmallIntegerField(_("percent"))
    fell_due_at = models.DateTimeField(_("fell due at"))
    noticed_at = models.DateTimeField(_("noticed at"))
    is_superseded = models.BooleanField(
        _("superseded"),
        default=False,
        help_text=_("A later step was reached at the same time; only that one is sent."),
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["timer", "generation", "step"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.timer}"


class Recalculation(models.Model):
    """Promises that run already and are to follow an edit: a job that is done ticket by ticket (sla.md, section 6).

    `asked_at` is the instant of the change (`c` in sla.md, UTC), whenever the job comes to a ticket. Counts are
    tickets; all tickets up to `last_ticket` have been looked at. A job may be killed anywhere and be repeated: what
    was done is not done twice.
    """

    class Kind(models.TextChoices):
        TARGET = "target", _("A row of the policy was applied")
        CALENDAR = "calendar", _("Hours changed")
        ZONE_DATA = "zone_data", _("New time-zone data")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("what changed"), max_length=200)
    metric = models.CharField(_("metric"), max_length=20, choices=Metric, blank=True)
    row = models.BigIntegerField(
        _("row of the policy"), null=True, help_text=_("Its id. Empty: timers whose row is gone choose anew.")
    )
    rules: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        _("rows as they were"), default=list, help_text=_("The rows of the metric, as of the change.")
    )
    calendar_version = models.ForeignKey(
        CalendarVersion, verbose_name=_("new hours"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    zone_data = models.CharField(_("time-zone data"), max_length=40, blank=True, help_text=_("Its version: 2026a."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(_("tickets in all"), default=0)
    done = models.PositiveIntegerField(_("tickets done"), default=0)
    moved = models.PositiveIntegerField(_("tickets whose promise moved"), default=0)
    failed = models.PositiveIntegerField(_("tickets that failed"), default=0)
    last_ticket = models.BigIntegerField(_("last ticket"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("recalculation")
        verbose_name_plural = _("recalculations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def is_open(self) -> bool:
        """Return whether something is still to be done."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def is_cancellable(self) -> bool:
        """Return whether it may be given up: hours and time-zone data apply to every timer, a target need not."""
        return self.is_open and self.kind == self.Kind.TARGET


class Move(models.Model):
    """What a recalculation did to a timer whose promise moved, or why it failed at a ticket."""

    recalculation = models.ForeignKey(
        Recalculation, verbose_name=_("recalculation"), on_delete=models.CASCADE, related_name="moves", db_index=False
    )
    ticket = models.ForeignKey(
        "support.Ticket", verbose_name=_("ticket"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    metric = models.CharField(_("metric"), max_length=20, choices=Metric, blank=True)
    cycle = models.PositiveIntegerField(_("cycle"), default=0)
    old_due_at = models.DateTimeField(_("due before"), null=True)
    new_due_at = models.DateTimeField(_("due now"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("moved promise")
        verbose_name_plural = _("moved promises")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["recalculation", "ticket", "metric", "cycle"], name="move_once")]
        indexes = [models.Index(fields=["recalculation", "id"], name="move_page")]

    def __str__(self) -> str:
        return f"{self.recalculation_id}: {self.get_metric_display()} of #{self.ticket_id}"
