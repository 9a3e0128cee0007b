"""What depends on the engine's version is asked in one place, and the documents show that."""

import re
from pathlib import Path

import pytest

from watcher.engine.capabilities import NEWEST, OLDEST, TABLE, Capability

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text()
COMPARED = re.compile(r"\bapi\s*(?:[<>]=?|[!=]=)|[<>]=?\s*\w*\.?api\b|\(1, ?\d\d\)|version\s*[<>]=?\s*\(")


def shown(row: Capability) -> str:
    cells = (row.name, ".".join(map(str, row.since)), row.engine, row.meaning, row.use)
    return f"| {' | '.join(cells)} |"


def test_the_document_shows_the_very_table() -> None:
    section = DOCUMENT.partition("\n## What depends on the engine's version")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]

    assert rows[2:] == [shown(row) for row in TABLE]


def test_the_document_names_what_is_spoken() -> None:
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST, NEWEST))

    assert f"API {oldest} (Docker 20.10) to {newest}" in DOCUMENT


def test_every_row_is_in_the_table() -> None:
    text = (ROOT / "watcher" / "engine" / "capabilities.py").read_text()

    assert len(re.findall(r"= Capability\(", text)) == len(TABLE) == len({row.name for row in TABLE})


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_it_is_so_from_its_version_on_and_not_before(row: Capability) -> None:
    major, minor = row.since

    assert OLDEST < row.since <= NEWEST
    assert [row.on((major, each)) for each in (minor - 1, minor, minor + 1)] == [False, True, True]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((ROOT / "watcher").rglob("*.py")) if path.name != "capabilities.py"],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_nobody_else_compares_versions_of_the_api(path: Path) -> None:
    assert COMPARED.findall("\n".join(line.partition("#")[0] for line in path.read_text().splitlines())) == []
