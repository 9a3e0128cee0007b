"""What docs/migrating.md names of ours and of Watchtower's is there."""

import re
from pathlib import Path

from watcher.cli.main import main
from watcher.config.policy import refuse_unknown_labels
from watcher.config.variables import refuse_unknown_variables
from watcher.config.watchtower import KNOWN
from watcher.model.watchtower import COUNTED, PREFIX

PAGE = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text()
WATCHTOWER = PAGE.partition("\n## Watchtower\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def test_every_option_of_ours_on_the_right_is_one_that_there_is() -> None:
    ours = " ".join(row[-1] for row in rows(PAGE))
    options = {
        option for command in main.commands.values() for each in command.params for option in each.opts
    }

    assert set(re.findall(r"`(--[a-z-]+)", ours)) <= options
    refuse_unknown_labels(dict.fromkeys(re.findall(r"`(ctr-updater\.[a-z.-]+)", PAGE), "x"))
    refuse_unknown_variables(dict.fromkeys(re.findall(r"CTR_UPDATER_[A-Z_]+", PAGE), "x"))


def test_every_option_of_watchtowers_on_the_left_is_one_that_it_has() -> None:
    theirs = {
        option
        for row in rows(WATCHTOWER)
        if row[0].startswith("`--")
        for option in re.findall(r"`--([a-z-]+)", row[0])
    }

    assert theirs <= KNOWN


def test_every_label_of_watchtowers_that_counts_is_in_the_table() -> None:
    named = {f"{PREFIX}{row[0].strip('`')}" for row in rows(WATCHTOWER)}

    assert named >= COUNTED
