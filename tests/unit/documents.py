"""The project's documents, and the scripts that make a site of them, as tests read them."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def documents() -> list[Path]:
    """All that people read, in Markdown."""
    return sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def script(folder: str, name: str) -> ModuleType:
    """A script of .ci/; it is in no package."""
    place = str(ROOT / ".ci" / folder)
    if place not in sys.path:
        sys.path.append(place)
    return import_module(name)


def of_the_site(name: str) -> ModuleType:
    """A script of the documentation site."""
    return script("site", name)


def rows(text: str, head: str) -> Iterator[list[str]]:
    """The rows of all tables whose head begins so, cell by cell."""
    for table in re.findall(rf"^\| {head}.*\n\|[-:| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE):
        for line in table.splitlines():
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def codes(cell: str) -> list[str]:
    """What stands in a cell as code."""
    return re.findall(r"`([^`]+)`", cell)
