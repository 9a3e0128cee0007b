"""The list as a table: whole for programs, and as wide as a terminal for people. Pure: no I/O."""

import re
from collections.abc import Sequence

Row = Sequence[str]

_HEAD = ("NAME", "IMAGE", "STATE", "MODE", "VERDICT")
_NAME, _IMAGE, _, _, _VERDICT = range(len(_HEAD))
_GAP = "  "
# Which column gives way first, and down to which width: the name says which container it is.
_GIVING_WAY = (
    *((_VERDICT, 40), (_IMAGE, 16), (_NAME, 24), (_VERDICT, 18)),
    *((_NAME, 12), (_IMAGE, 8), (_VERDICT, 8), (_NAME, 8)),
)


def table(rows: Sequence[Row], width: int | None = None) -> str:
    """The rows below their head, in columns.

    Args:
        rows: Name, image, state, mode and verdict of each container.
        width: Of the terminal: there the image is named once, and what is too long is cut. None shows all.
    """
    if width is not None:
        rows = [(*row[:_VERDICT], _briefly(row[_VERDICT], row[_IMAGE])) for row in rows]
    cells = [_HEAD, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if width is not None:
        widths = _fitted(widths, width)
    return "\n".join(_line(row, widths) for row in cells)


def _briefly(verdict: str, image: str) -> str:
    """A verdict without the reference that stands beside it; a dash beside it is none."""
    if image in ("", "-"):
        return verdict
    names = {image, image.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")}
    if not re.search("[:@]", image.rpartition("/")[2]):
        names |= {f"{name}:latest" for name in names}
    return re.sub(rf"(?<!\S)(?:{'|'.join(map(re.escape, names))})(?!\S)", "it", verdict)


def _fitted(widths: list[int], width: int) -> list[int]:
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for column, least in _GIVING_WAY:
        given = max(0, min(over, widths[column] - least))
        widths[column] -= given
        over -= given
    return widths


def _line(row: Row, widths: Sequence[int]) -> str:
    cut = [
        _cut(cell, width, keeps_end=n == _IMAGE)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return _GAP.join(map(str.ljust, cut, widths)).rstrip()


def _cut(text: str, width: int, *, keeps_end: bool) -> str:
    """A text cut to a width; what tells images apart is their end."""
    if len(text) <= width:
        return text
    return f"…{text[len(text) - width + 1 :]}" if keeps_end else f"{text[: width - 1]}…"
