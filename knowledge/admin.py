"""Model pages of the console for knowledge, where they add something: where old addresses lead."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from knowledge.models import Redirect


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Old addresses and what they lead to now: to look up, and to take away one that is wrong.

    They are made by moving things and by imports, never typed: a typed one could take a page's own address.
    """

    list_display = ["old_path", "leads_to", "is_imported", "created_at"]
    list_filter = ["is_imported"]
    search_fields = ["old_path"]
    list_select_related = ["article", "section"]
    show_full_result_count = False
    fields = ("old_path", "article", "section", "is_imported", "created_at")
    readonly_fields = fields

    @admin.display(description=_("leads to"))
    def leads_to(self, redirect: Redirect) -> str:
        """Return where who asks for the old address is sent."""
        target = redirect.article or redirect.section
        return target.get_absolute_url() if target else ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: they come of moving."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: they come of moving."""
        return False
