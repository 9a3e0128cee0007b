"""The reference, docs/reference/, says what the code has: labels, settings, exit codes, commands, JSON."""

import re

import pytest
from attrs import Attribute, fields

from tests.unit.documents import DOCS, ROOT, codes, of_the_site, rows
from watcher.check.eligibility import For
from watcher.check.records import record
from watcher.check.shown import Shown
from watcher.check.verdict import Status, Verdict
from watcher.cli.main import main
from watcher.config.grammar import OneOf, written
from watcher.config.policy import Policy
from watcher.config.setting import label
from watcher.config.settings import DaemonSettings
from watcher.config.variables import OTHERS
from watcher.model import errors
from watcher.model.update_events import Attempt
from watcher.update.request import Done

REFERENCE = DOCS / "reference"
LABELS = {name: row for row in rows((REFERENCE / "labels.md").read_text(), "label") for name in codes(row[0])}
SETTINGS = {codes(row[0])[0]: row for row in rows((REFERENCE / "settings.md").read_text(), "flag")}
OPTIONS = [
    each for cls in (Policy, DaemonSettings) for each in fields(cls) if not each.metadata["label_only"]
]
README = (ROOT / "README.md").read_text()


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def test_the_labels_are_those_that_there_are() -> None:
    assert set(LABELS) == {label(each.name) for each in fields(Policy)}


@pytest.mark.parametrize("each", fields(Policy), ids=lambda each: each.name)
def test_a_label_has_its_default_and_its_words(each: "Attribute[object]") -> None:
    values = LABELS[label(each.name)][1]
    words = each.metadata["read"].words if isinstance(each.metadata["read"], OneOf) else ()

    assert set(words) <= set(codes(values))
    if default := written(each.default):
        assert f"(`{default}`" in values


def test_the_settings_are_those_that_there_are() -> None:
    assert set(SETTINGS) == {flag(each.name) for each in OPTIONS} | {"--state-dir"}
    options = {option for parameter in main.commands["run"].params for option in parameter.opts}
    assert options - set(SETTINGS) == {"--once", "--debug"}


@pytest.mark.parametrize("each", OPTIONS, ids=lambda each: each.name)
def test_a_setting_has_its_default_and_its_words(each: "Attribute[object]") -> None:
    _, default, takes, means = SETTINGS[flag(each.name)]
    words = each.metadata["read"].words if isinstance(each.metadata["read"], OneOf) else ()

    assert default == (f"`{written(each.default)}`" if written(each.default) else "none")
    assert set(words) <= set(codes(takes))
    assert means


def test_the_variables_without_a_flag_are_those_that_there_are() -> None:
    table = rows((REFERENCE / "settings.md").read_text(), "variable")

    named = {name for row in table for name in codes(row[0])}
    assert named == {f"CTR_UPDATER_{name}" for name in OTHERS} - {
        "CTR_UPDATER_CACHE",  # of the tests
        "CTR_UPDATER_STATE_DIR",  # has a flag
    }


def test_the_exit_codes_are_those_that_errors_have() -> None:
    messages = of_the_site("messages")
    table = [row[0] for row in rows((REFERENCE / "exit-codes.md").read_text(), "code")]
    made = set(messages.exit_codes().values()) | {errors.Stopped(number, "").exit_code for number in (2, 15)}

    assert {int(code) for cell in table for code in cell.split(", ")} == made | {0, 1}
    assert table == [row[0] for row in rows(README, "code")]


def test_the_commands_of_the_readme_are_those_that_there_are() -> None:
    named = {text for row in rows(README, "command") for text in codes(row[0])}
    commands = {name for name, command in main.commands.items() if not command.hidden}

    assert {text.split()[1] for text in named} == commands


def test_a_flag_in_the_table_of_commands_is_one_of_its_command() -> None:
    named = {
        text: set(re.findall(r"--[a-z-]+", text)) for row in rows(README, "command") for text in codes(row[0])
    }
    assert any(named.values())
    for text, flags in named.items():
        assert flags <= {option for each in main.commands[text.split()[1]].params for option in each.opts}


def test_a_container_has_the_keys_that_are_told() -> None:
    shown = Shown("web", "id", "web:1", "running", "update", Verdict(Status.CURRENT, "why", "sha256:1", ""))
    table = rows((REFERENCE / "json.md").read_text(), "key")

    assert [key for row in table for key in codes(row[0])] == list(record(shown))


def test_the_words_of_json_are_those_that_there_are() -> None:
    text = " ".join((REFERENCE / "json.md").read_text().split())
    done = text.partition("says what was `done`, too: ")[2].partition("Of one that")[0]
    waits = text.partition("`for` in `waits` is ")[2].partition("([what")[0]
    verdicts = next(
        row[1] for row in rows((REFERENCE / "json.md").read_text(), "key") if "`verdict`" in row[0]
    )

    assert {*re.findall(r"`([a-z ]+)`", done)} >= {*Done, "failed", "held back"}
    assert {*codes(waits)} == {*For}
    assert {*codes(verdicts)} == {*Status}
    assert {
        *codes((REFERENCE / "labels.md").read_text().partition("## Why not now")[2].partition("## ")[0])
    } >= {*For}


def test_the_history_has_the_keys_that_are_told() -> None:
    told = (REFERENCE / "json.md").read_text().partition("## The history")[2]
    keys = {each.name for each in fields(Attempt)} - {"containers"} | {"engine", "gate"}

    assert {key for key in codes(told) if " " not in key} == keys
