"""The roles of the desk: groups whose permissions are kept true by every migration."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from accounts.models import User

AGENT, LEAD, ADMINISTRATOR = "agent", "lead", "administrator"

AGENT_PERMISSIONS = [
    "support.work_tickets",
    "support.view_tag",
    "support.view_queue",
    "accounts.view_user",
    "accounts.view_organization",
    "accounts.view_membership",
    "accounts.view_tier",
    "notifications.view_outgoingmail",
    "knowledge.write_articles",
    "knowledge.view_section",
    "knowledge.view_snippet",
    "knowledge.view_articletemplate",
]
LEAD_PERMISSIONS = [
    *AGENT_PERMISSIONS,
    "support.see_all_queues",
    "support.add_tag",
    "support.change_tag",
    "support.delete_tag",
    "support.change_queue",
    "accounts.add_organization",
    "accounts.change_organization",
    "accounts.add_membership",
    "accounts.change_membership",
    "accounts.delete_membership",
    "accounts.add_maildomain",
    "accounts.change_maildomain",
    "accounts.delete_maildomain",
    "accounts.view_maildomain",
    "sla.view_calendar",
    "sla.view_calendarversion",
    "sla.view_target",
    "events.view_delivery",
    "events.replay_delivery",
    "notifications.resend_outgoingmail",
    "knowledge.publish_articles",
    *(
        f"knowledge.{act}_{model}"
        for model in ("section", "snippet", "articletemplate")
        for act in ("add", "change", "delete")
    ),
    "knowledge.view_redirect",
    "search.curate",
]
# An administrator may do all that the desk's own apps offer.
ADMINISTRATOR_APPS = ["accounts", "support", "sla", "notifications", "events", "portal", "knowledge", "search"]


def sync_roles(**kwargs: Any) -> None:
    """Give each role its permissions: after `migrate`, and whenever the list above changed."""
    every = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    roles = {
        AGENT: AGENT_PERMISSIONS,
        LEAD: LEAD_PERMISSIONS,
        ADMINISTRATOR: [name for name in every if name.split(".")[0] in ADMINISTRATOR_APPS],
    }
    for role, names in roles.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([every[name] for name in names if name in every])


def give_role(user: User, role: str) -> None:
    """Make somebody staff with exactly this role. Raises Group.DoesNotExist for an unknown one."""
    user.groups.set([Group.objects.get(name=role)])
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def groups_named(names: list[str]) -> QuerySet[Group]:
    """Return the groups of these roles."""
    return Group.objects.filter(name__in=names)
