from dataclasses import dataclass

import pytest

from sla.choose import choose


@dataclass(frozen=True)
class Row:
    name: str
    source: str
    tier_id: int | None = None
    channel: str = ""
    priority: int | None = None
    metric: str = "first_response"


ROWS = [
    Row("desk", "desk"),
    Row("desk, urgent", "desk", priority=40),
    Row("mail", "channel", channel="email"),
    Row("mail, urgent", "channel", channel="email", priority=40),
    Row("team", "tier", tier_id=2),
    Row("team, urgent", "tier", tier_id=2, priority=40),
    Row("basic, urgent", "tier", tier_id=1, priority=40),
    Row("team, solved", "tier", tier_id=2, metric="resolution"),
]


@pytest.mark.parametrize(
    ("tier_id", "channel", "priority", "name"),
    [
        (2, "email", 20, "team"),
        (2, "email", 40, "team, urgent"),
        (1, "email", 40, "basic, urgent"),
        (1, "email", 20, "mail"),  # the tier has no row that fits
        (1, "web", 20, "desk"),
        (None, "email", 20, "mail"),
        (None, "email", 40, "mail, urgent"),
        (None, "web", 20, "desk"),
        (None, "web", 40, "desk, urgent"),
        (3, "chat", 10, "desk"),
    ],
)
def test_the_tier_wins_then_the_channel_then_the_desk(tier_id, channel, priority, name):
    row = choose(reversed(ROWS), metric="first_response", tier_id=tier_id, channel=channel, priority=priority)
    assert row.name == name


def test_without_a_row_nothing_is_promised():
    assert choose(ROWS, metric="resolution", tier_id=1, channel="web", priority=20) is None
    assert choose([], metric="first_response", tier_id=1, channel="web", priority=20) is None
