"""Customers and staff in the console: tiers, organisations, people, memberships.

Who may open what follows from the roles in `accounts.roles`; this module adds what permissions cannot say (SEC-19):
nobody raises themselves, and only superusers make superusers.
"""

from copy import copy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.actions.add_member import add_member
from accounts.actions.change_tier import change_tier
from accounts.actions.end_sessions import end_sessions
from accounts.actions.remove_member import remove_member
from accounts.actions.set_role import set_role
from accounts.actions.set_sharing import set_sharing
from accounts.actors import actor_of
from accounts.errors import NotAllowed, Refused
from accounts.models import Channel, MailDomain, Membership, Organization, Tier, User

# Every list of this module answers a search from an index or a bounded scan, so nothing counts whole tables.
PAGE = 50


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tier with its channels as boxes."""

    channels = forms.MultipleChoiceField(
        label=gettext_lazy("channels"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The ways in which customers of this tier may reach the desk."),
    )

    class Meta:
        model = Tier
        fields = ["name", "key", "order", "monthly_price", "channels", "customers_set_priority"]
        help_texts = {"name": gettext_lazy("As customers read it, such as Team.")}


@admin.register(Tier)
class TierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A plan. What it promises is set under the targets."""

    form = TierForm
    list_display = ["name", "key", "order", "monthly_price", "customers_set_priority"]
    search_fields = ["name", "key"]


class MailDomainInline(admin.TabularInline):  # type: ignore[type-arg]
    """The organisation's own mail domains."""

    model = MailDomain
    extra = 0
    verbose_name_plural = gettext_lazy("mail domains: whoever proves an address in one of them becomes a member")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """The organisation's people."""

    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A customer: what it pays for, who belongs to it, whom it knows here."""

    list_display = ["name", "tier", "named_agent", "renewal_date", "shares_tickets"]
    list_select_related = ["tier", "named_agent"]
    list_filter = ["tier", "shares_tickets"]
    list_per_page = PAGE
    show_full_result_count = False
    search_fields = ["name", "mail_domains__domain"]
    autocomplete_fields = ["named_agent"]
    inlines = [MailDomainInline, MembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "tier", "renewal_date", "named_agent"]}),
        (gettext_lazy("Tickets"), {"fields": ["shares_tickets"]}),
        (gettext_lazy("For the desk"), {"fields": ["notes"]}),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with help on the fields whose model says none."""
        kwargs["help_texts"] = {
            "name": _("The company's name, as everybody here knows it."),
            "tier": _("What the organisation pays for. A change applies to its open tickets at once."),
            "renewal_date": _("When the contract is renewed; shown beside its tickets."),
        }
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; tier and sharing change by their actions, so that running promises follow and it is recorded."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        actor, tier, shares = actor_of(request), obj.tier, obj.shares_tickets
        before = self.get_queryset(request).get(pk=obj.pk)
        obj.tier, obj.shares_tickets = before.tier, before.shares_tickets
        super().save_model(request, obj, form, change)
        change_tier(obj, tier, by=actor)
        if shares != before.shares_tickets:
            set_sharing(obj, shares, by=actor)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the mail domains; memberships are made, changed and ended by their actions."""
        if formset.model is not Membership:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for membership in formset.deleted_objects:
            _do(request, lambda membership=membership: remove_member(membership, by=actor_of(request)))
        for membership, _changed in formset.changed_objects:
            _do(request, lambda membership=membership: _change_role(request, membership))
        for membership in formset.new_objects:
            _do(
                request,
                lambda membership=membership: add_member(
                    membership.organization, membership.user, by=actor_of(request), role=membership.role
                ),
            )

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        """Return False for an organisation with tickets: they stay readable, and so does whose they are."""
        if obj is not None and obj.tickets.exists():
            return False
        return super().has_delete_permission(request, obj)


def _do(request: HttpRequest, act: Any) -> None:
    """Do one act, or tell why not; the others on the page are done all the same."""
    try:
        act()
    except (NotAllowed, Refused) as refused:
        messages.error(request, str(refused))


def _change_role(request: HttpRequest, membership: Membership) -> None:
    role = membership.role
    set_role(membership, role, by=actor_of(request))


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who belongs to which organisation. Changed on the organisation's page."""

    list_display = ["user", "organization", "role"]
    list_select_related = ["user", "organization"]
    list_filter = ["role"]
    list_per_page = PAGE
    show_full_result_count = False
    search_fields = ["user__email", "user__display_name", "organization__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: members are added on their organisation's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """Return False, as above."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """Return False, as above; but whoever may end memberships may delete a person or organisation that has one."""
        return False


ROLES = [
    ("", gettext_lazy("Customer: does not work here")),
    (roles.AGENT, gettext_lazy("Agent: works the tickets of their queues")),
    (roles.LEAD, gettext_lazy("Lead: sees all queues, and looks after customers")),
    (roles.ADMINISTRATOR, gettext_lazy("Administrator: sets everything")),
]


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person, with one role in place of Django's many permissions. No password is shown or set here."""

    role = forms.ChoiceField(
        label=gettext_lazy("role"),
        choices=ROLES,
        required=False,
        help_text=gettext_lazy("What they may do in the console. Queues are chosen on the queues' pages."),
    )

    class Meta:
        model = User
        fields = ["email", "display_name", "time_zone", "locale", "is_active", "is_superuser"]
        help_texts = {
            "email": gettext_lazy("They sign in with it, and our mail goes there."),
            "display_name": gettext_lazy("As others read it. Empty: the part of the address before the @."),
            "is_superuser": gettext_lazy("May do everything, whatever the role. Only superusers can give this."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields and self.instance.pk:
            names = [group.name for group in self.instance.groups.all()] if self.instance.is_staff else []
            self.initial["role"] = next((role for role, _label in ROLES[::-1] if role in names), "")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A person. Only administrators change one; the others may look."""

    form = UserForm
    list_display = ["email", "display_name", "is_staff", "is_active", "roles_of"]
    list_filter = ["is_staff", "is_active"]
    list_per_page = PAGE
    show_full_result_count = False
    search_fields = ["email", "display_name"]
    fieldsets = [
        (None, {"fields": ["email", "display_name", "time_zone", "locale"]}),
        (gettext_lazy("At the desk"), {"fields": ["role", "is_superuser"]}),
        (gettext_lazy("Access"), {"fields": ["is_active"]}),
    ]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Return whether the list is narrowed by this: by its filters alone, never by what a password begins with."""
        return lookup.split("__")[0] in self.list_filter

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the people with their roles."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("role"))
    def roles_of(self, user: User) -> str:
        """Return the person's roles."""
        return ", ".join(group.name for group in user.groups.all())

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Return the fields; somebody who may only look sees the role's name in place of the choice."""
        if self._may_change(request, obj):
            return self.fieldsets
        return [(None, {"fields": ["email", "display_name", "time_zone", "locale", "is_active", "roles_of"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Return what this administrator must not change: the flag above all roles, and their own access."""
        fixed = [] if self._may_change(request, obj) else ["roles_of"]
        if not getattr(request.user, "is_superuser", False):
            fixed.append("is_superuser")
        if obj is not None and obj.pk == request.user.pk:
            fixed += ["is_active", "is_superuser"]
        return list(dict.fromkeys(fixed))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; one's own role is fixed, since nobody raises or locks out themselves (SEC-19)."""
        made = super().get_form(request, obj, change, **kwargs)
        if obj is not None and obj.pk == request.user.pk and "role" in made.base_fields:
            # A copy: the field belongs to the class that every request shares.
            made.base_fields["role"] = copy(made.base_fields["role"])
            made.base_fields["role"].disabled = True
        return made

    def _may_change(self, request: HttpRequest, obj: User | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Return whether this person may be changed: a superuser only by a superuser."""
        if obj is not None and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Return False: people are deactivated, or erased at their own wish; what they wrote stays whole."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save with the chosen role; a role or access that changed ends the person's sessions (SEC-20)."""
        role = form.cleaned_data.get("role", "")
        is_own = change and obj.pk == request.user.pk
        if not change:
            obj.set_unusable_password()
        if not is_own:
            obj.is_staff = bool(role) or obj.is_superuser
        super().save_model(request, obj, form, change)
        if is_own:
            return
        names = [role] if role else []
        changed = {group.name for group in obj.groups.all()} != set(names)
        if changed:
            obj.groups.set(roles.groups_named(names))
        if change and (changed or {"is_active", "is_superuser"} & set(form.changed_data)):
            end_sessions(obj)
