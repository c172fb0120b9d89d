"""What a new installation has: the three tiers (product.md, "Customers and tiers")."""

from typing import Any

TIERS = (
    ("developer", "Developer", 10, "99.00", ["forum", "web", "email", "api"]),
    ("team", "Team", 20, "499.00", ["forum", "web", "email", "chat", "phone", "api"]),
    ("enterprise", "Enterprise", 30, "2999.00", ["forum", "web", "email", "chat", "phone", "api"]),
)


def install_defaults(apps: Any = None) -> None:
    """Create the tiers that are missing; existing rows, renamed or repriced, stay as they are.

    `apps` is a migration's registry; without it today's models are used.
    """
    if apps is None:
        from django.apps import apps as current

        apps = current
    for key, name, order, price, channels in TIERS:
        apps.get_model("accounts", "Tier").objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "order": order,
                "monthly_price": price,
                "channels": channels,
                "customers_set_priority": key != "developer",
            },
        )
