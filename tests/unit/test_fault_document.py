"""The table of the faults grows by what each run tried: nothing that another run tried is lost from it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.faults.document import DONE, NOTES, Cell, Section, write
from tests.faults.report import ORDERS, PERSON, Point, section
from tests.faults.sampling import is_further_part

FAULTS = Path(__file__).parents[2] / "docs" / "faults.md"
KILLED, CUT = "updater killed before", "cut after"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "faults.md"
    path.write_text(
        "# Points tried, points lost\n\nWhat it is.\n\n## Prunes\n\n| engine | points |\n|---|---:|\n"
    )
    return path


def points(*tried: tuple[str, str], lost: int = 0) -> list[Point]:
    return [Point(kind, strike, n < lost) for n, (kind, strike) in enumerate(tried)]


def put(path: Path, run: Iterable[Point], *, engine: str = "28.5", adds: bool = False) -> list[str]:
    write(path, engine, section(run), ORDERS, adds=adds)
    return path.read_text().splitlines()


def test_a_cell_that_a_run_did_not_try_stays(document: Path) -> None:
    put(document, points(*[("plain", KILLED)] * 6, *[("--rm", CUT)] * 8))

    lines = put(document, points(*[("plain", KILLED)] * 7))

    assert "| plain | 7 | 0 | 7 | **0** |" in lines
    assert "| --rm | 0 | 8 | 8 | **0** |" in lines
    assert "| all | 7 | 8 | 15 | **0** |" in lines


def test_the_parts_of_a_share_add_up(document: Path) -> None:
    for part, count in enumerate((3, 2, 1)):
        put(document, points(*[("plain", KILLED)] * count), adds=part > 0)
    assert "| plain | 6 | 6 | **0** |" in document.read_text()

    assert "| plain | 3 | 3 | **0** |" in put(document, points(*[("plain", KILLED)] * 3))


@pytest.mark.parametrize(
    ("share", "adds"), [("all", False), ("ci", False), ("commit/8", False), ("1/8", False), ("2/8", True)]
)
def test_the_first_part_of_a_share_begins_its_cells_anew(share: str, adds: bool) -> None:
    assert is_further_part(share) is adds


def test_a_lost_point_is_shown_where_it_was_lost_until_that_cell_is_tried_again(document: Path) -> None:
    lines = put(document, points(*[("plain", KILLED)] * 2, ("plain", CUT), lost=1))
    assert "| plain | 2 (1 lost) | 1 | 3 | **1** |" in lines

    assert "| plain | 2 (1 lost) | 4 | 6 | **1** |" in put(document, points(*[("plain", CUT)] * 4))
    assert "| plain | 3 | 4 | 7 | **0** |" in put(document, points(*[("plain", KILLED)] * 3))


def test_what_persons_do_is_put_together_as_well(document: Path) -> None:
    put(document, [Point("plain", PERSON, lost=False, deed="rm -f X")])

    lines = put(document, [Point("--rm", PERSON, lost=False, deed="rm -f X")])

    assert f"| {DONE} | plain | --rm | all | **lost** |" in lines
    assert "| `rm -f X` | 1 | 1 | 2 | **0** |" in lines


def test_what_is_counted_apart_is_counted_of_all_runs_that_the_table_is_of(document: Path) -> None:
    run = [Point("plain", KILLED, lost=False, notes=["cured"])]
    put(document, run)

    assert f"- 2: {NOTES['cured']}." in put(document, [*points(("--rm", CUT)), *run], adds=True)
    assert f"- 1: {NOTES['cured']}." in put(document, [*points(("--rm", CUT)), *run])


def test_what_a_person_wrote_and_what_is_said_of_others_stays(document: Path) -> None:
    put(document, points(("plain", CUT)), engine="20.10")
    document.write_text(document.read_text() + "\n- All of it was tried on a Monday.\n")

    lines = put(document, points(("plain", CUT)), engine="28.5c")
    lines = put(document, points(("plain", KILLED)), engine="20.10")

    assert [line for line in lines if line.startswith("#")] == [
        "# Points tried, points lost",
        "## Prunes",
        "## Docker 20.10",
        "## Docker 28.5, containerd store",
    ]
    assert "- All of it was tried on a Monday." in lines
    assert lines[:8] == ["# Points tried, points lost", "", "What it is.", "", "## Prunes", "", *lines[6:8]]


@pytest.mark.parametrize("engine", ["20.10", "26.1", "28.5", "28.5c"])
def test_the_document_is_read_as_it_is(engine: str, tmp_path: Path) -> None:
    before = FAULTS.read_text()
    (path := tmp_path / "faults.md").write_text(before)

    write(path, engine, Section({}, {}), ORDERS, adds=True)

    assert sorted(path.read_text().splitlines()) == sorted(before.splitlines())


def test_cells_are_added() -> None:
    assert Cell(2, 1) + Cell(3) == Cell(5, 1)
