"""Which promise applies (sla.md, section 4). Values only: no Django."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION = "first_response", "next_response", "resolution"
RESPONSES = (FIRST_RESPONSE, NEXT_RESPONSE)
TIER, CHANNEL, DESK = "tier", "channel", "desk"


class Rule(Protocol):
    """What a target row says about where it applies."""

    @property
    def metric(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def tier_id(self) -> int | None: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def priority(self) -> int | None: ...  # noqa: D102


Row = TypeVar("Row", bound=Rule)


def choose(rules: Iterable[Row], *, metric: str, tier_id: int | None, channel: str, priority: int) -> Row | None:
    """Return the row that makes the promise, or None: no row, no timer.

    1. The tier's rows win. 2. A person without a tier, or a tier without a row for the metric, has the rows of the
    channel of the starting message. 3. The desk's rows serve when neither matches. Within a source the row that
    names the priority comes before the general one.
    """
    mine = [rule for rule in rules if rule.metric == metric and rule.priority in (None, priority)]
    for source in (
        [rule for rule in mine if rule.source == TIER and tier_id is not None and rule.tier_id == tier_id],
        [rule for rule in mine if rule.source == CHANNEL and rule.channel == channel],
        [rule for rule in mine if rule.source == DESK],
    ):
        if source:
            return min(source, key=lambda rule: rule.priority is None)
    return None
