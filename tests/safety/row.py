"""One row of the permission matrix; see test_sec_05_permission_matrix.py for the columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.safety.rig import Rig


@dataclass
class Row:
    """What one address (or a family of them) answers. One word stands for all columns."""

    name: str
    expected: str
    method: str = "get"
    kwargs: Callable[[Rig], dict[str, Any]] = field(default=lambda rig: {})
    data: Callable[[Rig], dict[str, Any]] = field(default=lambda rig: {})

    def answers(self, count: int) -> list[str]:
        words = self.expected.split()
        return words * count if len(words) == 1 else words
