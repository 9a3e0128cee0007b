"""Tables: whole for programs, and as wide as a terminal for people. Pure: no I/O."""

import re
from collections.abc import Sequence

from watcher.model.values import frozen

Row = Sequence[str]

_GAP = "  "


@frozen
class Columns:
    """The columns of a table.

    Attributes:
        head: What each is called.
        giving_way: Which column gives way first on a narrow terminal, and down to which width.
        keeps_end: The one of which the end is kept where it is cut; -1 for none.
    """

    head: Row
    giving_way: Sequence[tuple[int, int]]
    keeps_end: int = -1


_HEAD = ("NAME", "IMAGE", "STATE", "MODE", "VERDICT")
_NAME, _IMAGE, _, _, _VERDICT = range(len(_HEAD))
# The name says which container it is; what tells images apart is their end.
_LIST = Columns(
    _HEAD,
    (
        *((_VERDICT, 40), (_IMAGE, 16), (_NAME, 24), (_VERDICT, 18)),
        *((_NAME, 12), (_IMAGE, 8), (_VERDICT, 8), (_NAME, 8)),
    ),
    _IMAGE,
)


def table(rows: Sequence[Row], width: int | None = None) -> str:
    """The list of containers.

    Args:
        rows: Name, image, state, mode and verdict of each container.
        width: Of the terminal: there the image is named once, and what is too long is cut. None shows all.
    """
    if width is not None:
        rows = [(*row[:_VERDICT], _briefly(row[_VERDICT], row[_IMAGE])) for row in rows]
    return aligned(rows, _LIST, width)


def aligned(rows: Sequence[Row], columns: Columns, width: int | None = None) -> str:
    """Rows below their head, in columns; where a width is given, what is too long for it is cut."""
    cells = [columns.head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if width is not None:
        widths = _fitted(widths, width, columns)
    return "\n".join(_line(row, widths, columns) for row in cells)


def _briefly(verdict: str, image: str) -> str:
    """A verdict without the reference that stands beside it; a dash beside it is none."""
    if image in ("", "-"):
        return verdict
    names = {image, image.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")}
    if not re.search("[:@]", image.rpartition("/")[2]):
        names |= {f"{name}:latest" for name in names}
    return re.sub(rf"(?<!\S)(?:{'|'.join(map(re.escape, names))})(?!\S)", "it", verdict)


def _fitted(widths: list[int], width: int, columns: Columns) -> list[int]:
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for column, least in columns.giving_way:
        given = max(0, min(over, widths[column] - least))
        widths[column] -= given
        over -= given
    return widths


def _line(row: Row, widths: Sequence[int], columns: Columns) -> str:
    cut = [
        _cut(cell, width, keeps_end=n == columns.keeps_end)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return _GAP.join(map(str.ljust, cut, widths)).rstrip()


def _cut(text: str, width: int, *, keeps_end: bool) -> str:
    """A text cut to a width."""
    if len(text) <= width:
        return text
    return f"…{text[len(text) - width + 1 :]}" if keeps_end else f"{text[: width - 1]}…"
