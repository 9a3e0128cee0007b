"""What was tried and what was lost, as a table: by the kind of container, and by what befell it."""

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from attrs import asdict, field, frozen

from tests.faults.deeds import DEEDS
from tests.faults.document import Cell, Grid, Section, write
from tests.faults.fault_points import STRIKES
from tests.faults.kinds import KINDS
from tests.faults.sampling import is_further_part
from tests.faults.services import SERVICE_KINDS

PROPERTY = "fault points"
PERSON = "a person"
ORDERS = (
    [kind.name for kind in (*KINDS, *SERVICE_KINDS)],
    list(dict.fromkeys([*(strike.title for strike in STRIKES), PERSON])),
    [deed.title for deed in DEEDS],
)
_TOLD = pytest.StashKey[bool]()


@frozen
class Point:
    """One update that something befell.

    Attributes:
        kind: Of container.
        strike: What befell it.
        lost: Whether something was wrong in the end.
        notes: What else is counted: as in `document.NOTES`.
        deed: The command, where it was a person.
    """

    kind: str
    strike: str
    lost: bool
    notes: list[str] = field(factory=list)
    deed: str = ""

    def as_json(self) -> dict[str, object]:
        """As it travels between processes."""
        return asdict(self)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, and write it where `--fault-table` says; once, however many conftests import this."""
    points = list(_reported(terminalreporter))
    if not points or config.stash.get(_TOLD, False):
        return
    config.stash[_TOLD] = True
    lines = table(points)
    terminalreporter.section("points tried, points lost")
    terminalreporter.write_line("\n".join(lines))
    if path := config.getoption("--fault-table", default=None):
        adds = is_further_part(config.getoption("--fault-share"))
        write(path, config.getoption("--engine") or "28.5", section(points), ORDERS, adds=adds)


def _reported(terminalreporter: pytest.TerminalReporter) -> Iterator[Point]:
    for report in (each for kind in terminalreporter.stats.values() for each in kind):
        if getattr(report, "when", "") == "call":
            yield from (Point(**value) for name, value in report.user_properties if name == PROPERTY)


def table(points: Iterable[Point]) -> list[str]:
    """The lines of a Markdown table, and below it what was counted apart."""
    return section(points).lines(*ORDERS)


def section(points: Iterable[Point]) -> Section:
    """What a run tried, as the document has it."""
    found = list(points)
    struck = _grid((point.kind, point.strike, point.lost) for point in found)
    done = _grid((f"`{point.deed}`", point.kind, point.lost) for point in found if point.deed)
    return Section(struck, done, Counter(note for point in found for note in point.notes))


def _grid(points: Iterable[tuple[str, str, bool]]) -> Grid:
    grid = dict[tuple[str, str], Cell]()
    for row, column, is_lost in points:
        grid[row, column] = grid.get((row, column), Cell()) + Cell(1, int(is_lost))
    return grid
