"""What the documents say of the program in lists is what it has."""

import re
from pathlib import Path

from click.testing import CliRunner

from watcher.cli.main import main

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "docs/reference/settings.md").read_text()


def test_the_table_of_packages_names_every_module_once() -> None:
    table = (
        (ROOT / "docs" / "architecture.md")
        .read_text()
        .partition("\n## The packages")[2]
        .partition("\n## ")[0]
    )
    rows = dict(re.findall(r"^\| `([\w/]+)/` \|[^|]*\| (.*) \|$", table, re.MULTILINE))
    named = {package: re.findall(r"`(\w+)`", modules) for package, modules in rows.items()}

    assert named == {str(folder.relative_to(ROOT / "watcher")): modules_of(folder) for folder in packages()}


def test_the_packages_stand_in_the_order_of_the_contract() -> None:
    contract = (ROOT / "pyproject.toml").read_text().partition("\nlayers = [")[2].partition("]")[0]
    table = (
        (ROOT / "docs" / "architecture.md")
        .read_text()
        .partition("\n## The packages")[2]
        .partition("\n## ")[0]
    )

    assert re.findall(r"^\| `(\w+)/`", table, re.MULTILINE) == re.findall(r"\w+", contract)


def packages() -> list[Path]:
    return [path.parent for path in (ROOT / "watcher").glob("*/**/__init__.py")]


def modules_of(folder: Path) -> list[str]:
    """The modules and packages directly in a folder."""
    inner = [path.parent.name for path in folder.glob("*/__init__.py")]
    return sorted([*inner, *(path.stem for path in folder.glob("*.py") if path.stem != "__init__")])


def test_the_help_and_the_reference_say_the_same_of_concurrency() -> None:
    said = " ".join(CliRunner().invoke(main, ["run", "--help"]).output.split())
    slots = "pdates that hold a container down at once"

    assert f"U{slots}." in said
    assert f"| u{slots} |" in SETTINGS
