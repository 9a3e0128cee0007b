# ruff: noqa: INP001 - a script of the build: no package
"""Writes parts of the documentation site from the code and from other documents: `reference.py FOLDER`.

`commands.md` has the commands and the help of each, `messages.md` each error that the program can end with,
and `kills.md` what `tests/faults` found.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from messages import message_tables

from watcher.cli.ctr_updater import exercise
from watcher.cli.main import main

ROOT = Path(__file__).parents[2]
KINDS = {
    "updater killed": ("updater killed", "killed twice"),
    "engine killed": ("engine killed",),
    "an error, cut or held": ("500", "cut", "held"),
    "a person": ("a person",),
}


def command_help() -> str:
    """The help of every command that is offered, as `--help` shows it."""
    parts = [_section("ctr-updater", exercise)]
    for name, command in sorted(main.commands.items()):
        if not command.hidden:
            parts.append(_section(f"watcher {name}", command))
    return "\n\n".join(parts) + "\n"


def _section(path: str, command: click.Command) -> str:
    settings = {**command.context_settings, "terminal_width": 100, "max_content_width": 100}
    context = command.context_class(command, info_name=path, **settings)
    return f"### {path}\n\n```text\n{command.get_help(context)}\n```"


def overview() -> str:
    """The table of commands as the README has it, with its links as they are from docs/reference/."""
    rows = (ROOT / "README.md").read_text().partition("| command | does |\n")[2].partition("\n\n")[0]
    return f"| command | does |\n{rows}\n".replace("](docs/", "](../")


def kills() -> str:
    """What tests/faults found, engine by engine, summed over the kinds of containers."""
    head = ["engine", *KINDS, "points", "lost"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *_summed((ROOT / "docs" / "faults.md").read_text())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _summed(document: str) -> Iterator[list[str]]:
    for section in re.split(r"^## (?=Docker )", document, flags=re.MULTILINE)[1:]:
        table = section.partition("| points tried |")
        head = [cell.strip() for cell in table[2].partition("\n")[0].split("|")]
        row = next(line for line in table[2].splitlines() if line.startswith("| all |"))
        cells = [cell.strip() for cell in row.removeprefix("| all |").split("|")]
        found = dict(zip(head, cells, strict=True))
        counts = [[int(found[name]) for name in found if name.startswith(kind)] for kind in KINDS.values()]
        sums = [str(sum(each)) if each else "-" for each in counts]
        yield [section.partition("\n")[0], *sums, found["all"], found["**lost**"]]


def write(folder: Path) -> None:
    """Write all parts."""
    folder.mkdir(exist_ok=True)
    parts = {
        "overview": overview(),
        "commands": command_help(),
        "messages": message_tables(),
        "kills": kills(),
    }
    for name, text in parts.items():
        (folder / f"{name}.md").write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
