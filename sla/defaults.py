"""What a new installation promises (sla.md, sections 4 and 7)."""

from datetime import UTC, datetime
from typing import Any

HOUR = 3600
LOW, NORMAL, HIGH, URGENT = 10, 20, 30, 40
ALWAYS = {
    "zone": "UTC",
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
STEPS = [
    {"percent": 75, "tell": ["assignee"]},
    {"percent": 90, "tell": ["assignee", "lead"]},
    {"percent": 100, "tell": ["assignee", "lead", "named_agent"]},
    {"percent": 200, "tell": ["administrators"]},
]
# source, tier or channel, hours by priority; None is every priority without a row of its own.
RESPONSES: tuple[tuple[str, str, dict[int | None, int]], ...] = (
    ("tier", "developer", {None: 48, HIGH: 24, URGENT: 12}),
    ("tier", "team", {None: 24, HIGH: 12, URGENT: 6}),
    ("tier", "enterprise", {None: 4, HIGH: 2, URGENT: 1}),
    ("channel", "email", {None: 24}),
    ("desk", "", {None: 48}),
)


def install_defaults(apps: Any = None) -> None:
    """Create the calendar "Always" and the response targets, where a metric has no target at all yet.

    `apps` is a migration's registry; without it today's models are used. Repeating it changes nothing.
    """
    if apps is None:
        from django.apps import apps as current

        apps = current
    calendar, is_new = apps.get_model("sla", "Calendar").objects.get_or_create(
        key="always", defaults={"name": "Always"}
    )
    if calendar.current_id is None:
        calendar.current = apps.get_model("sla", "CalendarVersion").objects.create(
            calendar=calendar, content=ALWAYS, valid_from=datetime(2000, 1, 1, tzinfo=UTC)
        )
        calendar.save()
    tiers = {tier.key: tier for tier in apps.get_model("accounts", "Tier").objects.all()}
    target = apps.get_model("sla", "Target")
    for metric in ("first_response", "next_response"):
        if target.objects.filter(metric=metric).exists():
            continue
        target.objects.bulk_create(
            target(
                metric=metric,
                source=source,
                tier=tiers.get(name) if source == "tier" else None,
                channel=name if source == "channel" else "",
                priority=priority,
                seconds=hours * HOUR,
                calendar=calendar,
                pause_on=[],
                steps=STEPS,
            )
            for source, name, by_priority in RESPONSES
            if source != "tier" or name in tiers
            for priority, hours in by_priority.items()
        )
