"""docs/faults.md: an engine's tables, put together from what several runs tried.

A cell is a kind of container and what befell it. What a run tried takes the place of the cell that was there;
all that it did not try stays. The parts of a share add up: part 1 begins its cells anew.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

NOTES = {
    "revived": "left stopped or without network by the engine's own death, with no update open",
    "departed": "removed by the engine's own death when it had no spare yet, or no more (`--rm`)",
    "cured": "the engine had to be restarted cleanly before it started anything or ended a removal",
    "freed": "the engine, killed in a stop, left the container's task behind, which was ended as a run said",
    "outrun": "`docker update` came between our reading and our setting of that option: ours stands",
    "bared": "a prune in the moment of a `--rm` container's stop took its anonymous volume, as the run said",
    "outlived": "a gate was left by an updater that lost its state: others leave it alone for ten minutes",
    "relinked": "the engine, killed while a linked container was set aside, was restarted, as a run said",
}
STRUCK, DONE = "points tried", "a person: `docker ...`"
_TITLES = {"28.5c": "28.5, containerd store"}
_CELL = re.compile(r"(\d+)(?: \((\d+) lost\))?")
_NOTE = re.compile(r"- (\d+): (.+)\.")


@frozen
class Cell:
    """How many points were tried, and how many of them lost."""

    tried: int = 0
    lost: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.tried + other.tried, self.lost + other.lost)

    def __str__(self) -> str:
        return f"{self.tried} ({self.lost} lost)" if self.lost else str(self.tried)


Grid = Mapping[tuple[str, str], Cell]  # by row and column


@frozen
class Section:
    """What is said of one engine.

    Attributes:
        struck: What was tried, by the kind of container and what befell it.
        done: What persons did, by the command and the kind of container.
        notes: What else is counted, as in `NOTES`.
        prose: The other lines above the second table.
        rest: Those below it.
    """

    struck: Grid
    done: Grid
    notes: Mapping[str, int] = field(factory=dict)
    prose: Sequence[str] = ()
    rest: Sequence[str] = ()

    @classmethod
    def parse(cls, lines: Iterable[str]) -> "Section":
        """Read a section as `lines` writes it; a person may have written more below its tables."""
        every = [*lines]
        second = next((n for n, line in enumerate(every) if line.startswith(f"| {DONE}")), len(every))
        above, below = every[:second], every[second:]
        counted = {line: note for line in above if (note := _note(line))}
        prose = [line for line in above if line not in counted]
        return cls(_grid(above), _grid(below), dict(counted.values()), _prose(prose), _prose(below))

    def with_run(self, run: "Section", *, adds: bool) -> "Section":
        """The same with what a run tried; `adds` says that it is a further part of the run before."""
        stays = (self.struck.keys() - run.struck.keys()) | (self.done.keys() - run.done.keys())
        return evolve(
            self,
            struck=_merged(self.struck, run.struck, adds=adds),
            done=_merged(self.done, run.done, adds=adds),
            notes=Counter(self.notes) + Counter(run.notes) if stays or adds else run.notes,
        )

    def lines(self, kinds: Sequence[str], strikes: Sequence[str], deeds: Sequence[str]) -> list[str]:
        """As Markdown, with rows and columns in these orders."""
        counted = [f"- {self.notes[note]}: {what}." for note, what in NOTES.items() if self.notes.get(note)]
        first = [*_rows(self.struck, STRUCK, kinds, strikes, has_total=True), ""]
        second = [*_rows(self.done, DONE, [f"`{each}`" for each in deeds], kinds), ""] if self.done else []
        between = [*counted, *self.prose, ""] if counted or self.prose else []
        return _trimmed([*first, *between, *second, *self.rest])


def write(path: Path, engine: str, run: Section, orders: Sequence[Sequence[str]], *, adds: bool) -> None:
    """Put what a run tried on an engine into a document."""
    title = f"Docker {_TITLES.get(engine, engine)}"
    parts = path.read_text().split("\n## ") if path.exists() else ["# Points tried, points lost\n"]
    bodies = {part.partition("\n")[0]: part.partition("\n")[2] for part in parts[1:]}
    section = Section.parse(bodies.get(title, "").splitlines()).with_run(run, adds=adds)
    bodies[title] = "\n" + "\n".join(section.lines(*orders))
    texts = [parts[0], *(f"{each}\n{body}" for each, body in bodies.items())]
    path.write_text("\n\n## ".join(text.rstrip("\n") for text in texts) + "\n")


def _merged(before: Grid, run: Grid, *, adds: bool) -> Grid:
    return {**before, **{key: before.get(key, Cell()) + cell if adds else cell for key, cell in run.items()}}


def _note(line: str) -> tuple[str, int] | None:
    """Which of `NOTES` a line counts, and its number."""
    match = _NOTE.fullmatch(line)
    name = next((name for name, what in NOTES.items() if match and match[2] == what), "")
    return (name, int(match[1])) if match and name else None


def _prose(lines: Sequence[str]) -> list[str]:
    return _trimmed([line for line in lines if not line.startswith("|")])


def _grid(lines: Sequence[str]) -> Grid:
    """The cells of a table that was written, without its sums."""
    rows = [
        [each.strip() for each in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    head = rows[0] if rows else []
    found = {
        (row[0], column): Cell(int(match[1]), int(match[2] or 0))
        for row in rows[1:]
        for column, text in zip(head[1:-2], row[1:-2], strict=True)
        if row[0] != "all" and (match := _CELL.fullmatch(text))
    }
    return {key: cell for key, cell in found.items() if cell.tried}


def _rows(
    grid: Grid, corner: str, rows: Sequence[str], columns: Sequence[str], *, has_total: bool = False
) -> list[str]:
    """A table; what is in neither order, for it has another name by now, comes last."""
    across, down = (_ordered([key[n] for key in grid], order) for n, order in ((1, columns), (0, rows)))
    lines = [_row(row, [grid.get((row, column), Cell()) for column in across]) for row in down]
    if has_total:
        sums = [sum((grid.get((row, column), Cell()) for row in down), Cell()) for column in across]
        lines.append(_row("all", sums, is_sum=True))
    head = [corner, *across, "all", "**lost**"]
    rule = "|---|" + "---:|" * (len(across) + 2)
    first, *rest = [f"| {' | '.join(line)} |" for line in [head, *lines]]
    return [first, rule, *rest]


def _row(title: str, cells: Sequence[Cell], *, is_sum: bool = False) -> list[str]:
    total = sum(cells, Cell())
    texts = [str(cell.tried) if is_sum else str(cell) for cell in cells]
    return [title, *texts, str(total.tried), f"**{total.lost}**"]


def _ordered(found: Sequence[str], order: Sequence[str]) -> list[str]:
    return [each for each in dict.fromkeys([*order, *found]) if each in found]


def _trimmed(lines: Sequence[str]) -> list[str]:
    return "\n".join(lines).strip("\n").splitlines()
