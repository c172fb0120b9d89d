"""What an import did, and what it could not do, by file and line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    """What a finding is about; `LOST` is the only one by which words are missing in the article."""

    NOT_READ = "not read"
    LOST = "left out"
    DEAD_LINK = "dead link"
    DEAD_ANCHOR = "dead anchor"
    NO_PICTURE = "no picture"
    DEGRADED = "simplified"
    NOT_DONE = "not done"
    EDITED_HERE = "edited here"


@dataclass(frozen=True, order=True)
class Finding:
    """Something that a person should know of one line of a file. Line 0 is the file as a whole."""

    file: str
    line: int
    sort: Sort
    message: str

    def __str__(self) -> str:
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.sort.value}: {self.message}"


@dataclass
class Report:
    """Counts of what was done, and findings."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    archived: int = 0
    failed: int = 0
    sections: int = 0
    snippets: int = 0
    files: int = 0
    redirects: int = 0
    findings: list[Finding] = field(default_factory=list)

    def say(self, file: str, line: int, sort: Sort, message: str) -> None:
        """Note a finding, each once."""
        finding = Finding(file, line, sort, message)
        if finding not in self._known:
            self._known.add(finding)
            self.findings.append(finding)

    def __post_init__(self) -> None:
        self._known: set[Finding] = set(self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many findings there are of each sort."""
        return {str(sort.value): count for sort, count in Counter(each.sort for each in self.findings).items()}
