"""Targets in the console (calendars: `sla.calendar_admin`). Timers and notices are not edited by hand."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sla import calendar_admin  # noqa: F401 (registers calendars)
from sla.applying import ApplyToRunning
from sla.forms import TargetForm
from sla.models import Target


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
