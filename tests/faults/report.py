"""What was tried and what was lost, as a table: by the kind of container, and by what befell it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from attrs import asdict, field, frozen

from tests.faults.deeds import DEEDS
from tests.faults.fault_points import STRIKES
from tests.faults.kinds import KINDS

PROPERTY = "fault points"
PERSON = "a person"
_TOLD = pytest.StashKey[bool]()


@frozen
class Point:
    """One update that something befell.

    Attributes:
        kind: Of container.
        strike: What befell it.
        lost: Whether something was wrong in the end.
        notes: What else is counted: as in `NOTES`.
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


NOTES = {
    "revived": "left stopped or without network by the engine's own death, with no update open",
    "departed": "removed by the engine's own death when it had no spare yet, or no more (`--rm`)",
    "cured": "the engine had to be restarted cleanly before it started anything or ended a removal",
    "freed": "the engine, killed in a stop, left the container's task behind, which was ended as a run said",
    "outrun": "`docker update` came between our reading and our setting of that option: ours stands",
    "relinked": "the engine, killed while a linked container was set aside, was restarted, as a run said",
}


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
        write(path, config.getoption("--engine") or "28.5", lines)


def _reported(terminalreporter: pytest.TerminalReporter) -> Iterator[Point]:
    for report in (each for kind in terminalreporter.stats.values() for each in kind):
        if getattr(report, "when", "") == "call":
            yield from (Point(**value) for name, value in report.user_properties if name == PROPERTY)


def table(points: Iterable[Point]) -> list[str]:
    """The lines of a Markdown table, and below it what was counted apart."""
    found = list(points)
    tried = Counter((point.kind, point.strike) for point in found)
    lost = Counter((point.kind, point.strike) for point in found if point.lost)
    titles = [*(strike.title for strike in STRIKES), PERSON]
    strikes = [each for each in dict.fromkeys(titles) if any(key[1] == each for key in tried)]
    rows = [["points tried", *strikes, "all", "**lost**"]]
    for kind in (kind.name for kind in KINDS):
        cells = [tried[kind, strike] for strike in strikes]
        bad = sum(lost[kind, strike] for strike in strikes)
        rows.append([kind, *map(str, cells), str(sum(cells)), f"**{bad}**"])
    total = [sum(tried[kind.name, strike] for kind in KINDS) for strike in strikes]
    rows.append(["all", *map(str, total), str(sum(total)), f"**{sum(lost.values())}**"])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = "|---|" + "---:|" * (len(rows[0]) - 1)
    return [lines[0], rule, *lines[1:], "", *_deeds(found), *_notes(found)]


def _deeds(points: list[Point]) -> list[str]:
    """The lines of the table of what a person did, by the kinds of containers; none where nobody did."""
    found = [point for point in points if point.deed]
    tried = Counter((point.deed, point.kind) for point in found)
    lost = Counter(point.deed for point in found if point.lost)
    kinds = [kind.name for kind in KINDS if any(key[1] == kind.name for key in tried)]
    rows = [["a person: `docker ...`", *kinds, "all", "**lost**"], ["---"] + ["---:"] * (len(kinds) + 2)]
    for deed in (each.title for each in DEEDS if any(key[0] == each.title for key in tried)):
        cells = [tried[deed, kind] for kind in kinds]
        rows.append([f"`{deed}`", *map(str, cells), str(sum(cells)), f"**{lost[deed]}**"])
    return [*(f"| {' | '.join(row)} |" for row in rows), ""] if found else []


def write(path: Path, engine: str, lines: list[str]) -> None:
    """Put an engine's table into a document, in the place of the one that it had there."""
    heading = f"## Docker {engine}"
    parts = path.read_text().split("\n## ") if path.exists() else ["# Points tried, points lost\n"]
    kept = [part.rstrip("\n") for part in parts if f"## {part}".splitlines()[0] != heading]
    path.write_text(
        "\n\n## ".join([*kept, "\n".join([heading.removeprefix("## "), "", *lines])]).rstrip() + "\n"
    )


def _notes(points: list[Point]) -> list[str]:
    counted = Counter(note for point in points for note in point.notes)
    return [f"- {counted[note]}: {what}." for note, what in NOTES.items() if counted[note]]
