"""The portal's branding in the console."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from portal.forms import BrandingForm
from portal.models import Branding


@admin.register(Branding)
class BrandingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One page for one row, which is made when it is first saved."""

    form = BrandingForm
    fieldsets = [
        (None, {"fields": ["name", "accent_hue", "logo", "footer"]}),
        (gettext_lazy("Calls"), {"fields": ["phone_number", "business_calendar"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: the one row is changed, never added to."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Branding | None = None) -> bool:
        """Return False: a desk always looks like something."""
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Branding | None:
        """Return the row, or the defaults that it would start with."""
        return self.get_queryset(request).filter(pk=1).first() or Branding() if object_id == "1" else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Go to the one row's page."""
        return redirect("admin:portal_branding_change", 1)
