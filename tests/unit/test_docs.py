"""What the documents say of the program in lists is what it has."""

import re
from pathlib import Path

from click.testing import CliRunner

from watcher.cli import main
from watcher.job import Done

ROOT = Path(__file__).parents[2]
README = " ".join((ROOT / "README.md").read_text().split())


def test_the_table_of_layers_names_every_module_once() -> None:
    layers = (ROOT / "docs" / "design.md").read_text().partition("\n## Layers\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in layers.splitlines() if line.startswith("| ")][1:]
    named = re.findall(r"`(\w+)`", " ".join(rows))
    modules = {path.stem for path in (ROOT / "watcher").glob("*.py") if not path.stem.startswith("__")}

    assert sorted(named) == sorted(modules - {"selfcheck"} | {"payload"})


def test_the_help_and_the_readme_say_the_same_of_concurrency() -> None:
    said = " ".join(CliRunner().invoke(main, ["run", "--help"]).output.split())
    slots = "pdates that hold a container down at once"

    assert f"U{slots}." in said
    assert f"`--concurrency` (`8`: u{slots})" in README


def test_the_readme_names_whatever_may_be_done() -> None:
    listed = README.partition("says what was `done`, too: ")[2].partition("While an update")[0]

    assert {*re.findall(r"`([a-z ]+)`", listed)} >= {*Done, "failed", "held back"}
