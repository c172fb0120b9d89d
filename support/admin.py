"""What a desk sets about its tickets. Tickets and messages themselves have no form: they change by actions alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from support.models import Queue, Tag


@admin.register(Queue)
class QueueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A queue, and who works in it."""

    list_display = ["name", "slug", "order", "tier", "organization", "is_default", "number_of_members"]
    list_select_related = ["tier", "organization"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["organization"]
    filter_horizontal = ["members"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "order"]}),
        (_("What comes here"), {"fields": ["is_default", "tier", "organization"]}),
        (_("Who works here"), {"fields": ["members"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        """Return the queues with the number of their members."""
        found: QuerySet[Queue] = super().get_queryset(request).annotate(member_count=Count("members"))
        return found

    @admin.display(description=_("agents"), ordering="member_count")
    def number_of_members(self, queue: Any) -> int:
        """Return how many agents work in it."""
        return int(queue.member_count)

    def has_delete_permission(self, request: HttpRequest, obj: Queue | None = None) -> bool:
        """Return False for the default queue, without which nothing can be filed, and for one that has tickets."""
        if obj is not None and (obj.is_default or obj.tickets.exists()):
            return False
        return super().has_delete_permission(request, obj)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A word that tickets share; to rename it renames it everywhere."""

    list_display = ["name"]
    search_fields = ["name"]
    list_per_page = 100
    show_full_result_count = False
