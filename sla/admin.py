"""Calendars and targets in the console. Timers and notices are not edited by hand: they are on their tickets."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from sla import clock
from sla.actions.set_hours import set_hours
from sla.applying import ApplyToRunning, FollowHours
from sla.forms import CalendarForm, TargetForm
from sla.models import Calendar, CalendarVersion, Target


class VersionInline(admin.TabularInline):  # type: ignore[type-arg]
    """The hours as they were, newest first."""

    model = CalendarVersion
    fields = ["valid_from", "content"]
    readonly_fields = ["valid_from", "content"]
    ordering = ["-valid_from"]
    extra = 0
    can_delete = False
    verbose_name_plural = _("hours as they were")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a version is made by saving other hours above."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a version never changes."""
        return False


@admin.register(Calendar)
class CalendarAdmin(FollowHours, admin.ModelAdmin):  # type: ignore[type-arg]
    """When the desk is open; saving other hours makes a new version."""

    form = CalendarForm
    list_display = ["name", "zone", "now"]
    fields = ["name", "key", "content", "now"]
    readonly_fields = ["now"]
    list_select_related = ["current"]
    search_fields = ["name"]
    inlines = [VersionInline]

    @admin.display(description=_("time zone"))
    def zone(self, calendar: Calendar) -> str:
        """Return the zone of the hours in force."""
        return calendar.current.hours.zone if calendar.current else "–"

    @admin.display(description=_("now"))
    def now(self, calendar: Calendar) -> str:
        """Return whether the desk is open, or when it opens next, in the reader's zone."""
        if calendar.current is None:
            return "–"
        at = timezone.now()
        if clock.is_open(calendar.current.hours, at):
            return str(_("Open now"))
        try:
            opens = timezone.localtime(clock.opens_at(calendar.current.hours, at))
        except clock.NeverOpen:
            return str(_("Does not open within twelve years"))
        return str(_("Closed, opens %(when)s")) % {"when": date_format(opens, "DATETIME_FORMAT")}

    def save_model(self, request: HttpRequest, obj: Calendar, form: Any, change: bool) -> None:
        """Save the name, and the hours as a version of their own where they are others."""
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)
        set_hours(obj, form.cleaned_data["content"], by=request.user)


@admin.register(Target)
class TargetAdmin(ApplyToRunning, admin.ModelAdmin):  # type: ignore[type-arg]
    """What is promised: the tier's row wins over the channel's, the channel's over the desk's."""

    form = TargetForm
    list_display = ["metric", "where", "priority_name", "length", "calendar"]
    list_filter = ["metric", "source", "tier", "channel"]
    list_select_related = ["tier", "calendar"]
    fieldsets = [
        (_("For whom"), {"fields": ["metric", "source", "tier", "channel", "priority"]}),
        (_("How long"), {"fields": ["hours", "minutes", "calendar", "pause_on"]}),
        (_("Who is told"), {"fields": ["steps"]}),
    ]

    @admin.display(description=_("applies to"))
    def where(self, target: Target) -> str:
        """Return for whom the row is, in words."""
        return target.where

    @admin.display(description=_("priority"), ordering="priority")
    def priority_name(self, target: Target) -> str:
        """Return the priority, or that the row serves all others."""
        return str(target.get_priority_display() if target.priority is not None else _("any other"))

    @admin.display(description=_("promise"), ordering="seconds")
    def length(self, target: Target) -> str:
        """Return the length in hours and minutes."""
        hours, minutes = divmod(target.seconds // 60, 60)
        words = [ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}] if hours else []
        if minutes or not hours:
            words.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
        return " ".join(words)
