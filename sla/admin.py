"""Targets in the console (calendars: `sla.calendar_admin`). Timers and notices are not edited by hand."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sla import calendar_admin  # noqa: F401 (registers calendars)
from sla.applying import ApplyToRunning
from sla.forms import TargetForm
from sla.models import Target
from sla.policy import PRIORITIES, length_words, policy


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
        return length_words(target.seconds)

    def get_urls(self) -> list[URLPattern]:
        """Return Django's addresses, with ours before them."""
        view = self.admin_site.admin_view
        return [path("preview/", view(require_POST(self.preview)), name="sla_target_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Say in a sentence what the typed row promises; nothing is saved."""
        if not self.has_add_permission(request) and not self.has_change_permission(request):
            raise PermissionDenied
        form = TargetForm(request.POST)
        return TemplateResponse(request, "admin/sla/target/_sentence.html", {"sentence": form.sentence()})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the whole policy as a table above the list of its rows."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        context = {"policy": policy(), "priorities": [label for _key, label in PRIORITIES], **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, {**context, "title": gettext("Targets")})
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """Show what the row promises as a sentence."""
        context["sentence"] = context["adminform"].form.sentence()
        response: HttpResponse = super().render_change_form(request, context, *args, **options)
        return response
