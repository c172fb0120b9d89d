"""What a new installation has: a queue for each tier, and one for everybody else."""

from typing import Any

QUEUES = (
    ("enterprise", "Enterprise", 10, "Named agents answer here, within hours.", "enterprise", False),
    ("priority", "Priority", 20, "Team customers.", "team", False),
    ("community", "Community", 30, "Developer customers; the community answers first.", "developer", False),
    ("general", "General", 40, "Everybody else who writes to us.", None, True),
)


def install_defaults(apps: Any = None) -> None:
    """Create the queues that are missing; what a desk renamed or rewired stays as it is.

    `apps` is a migration's registry; without it today's models are used.
    """
    if apps is None:
        from django.apps import apps as current

        apps = current
    tiers = {tier.key: tier for tier in apps.get_model("accounts", "Tier").objects.all()}
    for slug, name, order, description, tier, is_default in QUEUES:
        apps.get_model("support", "Queue").objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "order": order,
                "description": description,
                "tier": tiers.get(tier),
                "is_default": is_default,
            },
        )
