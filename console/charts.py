"""Pictures of figures as numbers for SVG: drawn by templates, without a script, so that they print as they look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.periods import Tally

WIDTH, HEIGHT = 960, 240
TOP, BOTTOM = 28, 30
LABELS = 14


@dataclass(frozen=True)
class Bar:
    """One week: what was kept stands on the ground, what was missed on top of it."""

    x: float
    width: float
    middle: float
    kept_y: float
    kept_height: float
    missed_y: float
    missed_height: float
    label: str
    percent: str

    @property
    def percent_y(self) -> float:
        """Return where the percentage stands: above the bar."""
        return self.missed_y - 8


@dataclass(frozen=True)
class WeekChart:
    """Bars side by side in a box of `width` by `height`; `ground` is the line on which they stand."""

    bars: list[Bar]
    most: int
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    ground: int = HEIGHT - BOTTOM

    @property
    def label_y(self) -> int:
        """Return where the names of the weeks stand."""
        return self.ground + 20


def week_chart(weeks: Sequence[tuple[str, Tally, str]]) -> WeekChart:
    """Return a bar for each week (its name, verdicts, attainment); of many weeks not all have words."""
    most = max((tally.decided for _label, tally, _percent in weeks), default=0)
    return WeekChart(list(_bars(weeks, most or 1)), most)


def _bars(weeks: Sequence[tuple[str, Tally, str]], most: int) -> Iterator[Bar]:
    ground, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    slot = WIDTH / max(len(weeks), 1)
    width = min(slot * 0.7, 72)
    every = -(-len(weeks) // LABELS)
    for place, (label, tally, percent) in enumerate(weeks):
        kept, missed = tally.met / most * room, tally.breached / most * room
        yield Bar(
            x=round(place * slot + (slot - width) / 2, 1),
            width=round(width, 1),
            middle=round((place + 0.5) * slot, 1),
            kept_y=round(ground - kept, 1),
            kept_height=round(kept, 1),
            missed_y=round(ground - kept - missed, 1),
            missed_height=round(missed, 1),
            label=label if place % every == 0 else "",
            percent=percent if tally.decided and place % every == 0 else "",
        )


@dataclass(frozen=True)
class Span:
    """A stretch of a line of time, in the units of the picture."""

    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """An instant on a line of time, with a word; `anchor` keeps the word inside the picture."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True)
class TimeLine:
    """When the desk is open between two instants, and what happens when."""

    spans: list[Span]
    marks: list[Mark]
    width: int = WIDTH


def time_line(
    since: datetime, until: datetime, opened: Iterator[tuple[datetime, datetime]], marks: Sequence[tuple[datetime, str]]
) -> TimeLine:
    """Return the open stretches from `since` to `until` to scale; those too close to be seen apart are one."""
    whole = max((until - since).total_seconds(), 1)

    def place(at: datetime) -> float:
        return round((at - since).total_seconds() / whole * WIDTH, 1)

    spans: list[Span] = []
    for begins, ends in opened:
        x, end = place(begins), place(ends)
        if spans and x - spans[-1].x - spans[-1].width < 1:
            spans[-1] = Span(spans[-1].x, round(end - spans[-1].x, 1))
        else:
            spans.append(Span(x, max(round(end - x, 1), 1)))
    return TimeLine(
        spans,
        [
            Mark(
                place(at), label, "start" if place(at) < WIDTH * 0.1 else "end" if place(at) > WIDTH * 0.9 else "middle"
            )
            for at, label in marks
        ],
    )
