"""What the documents show to be typed or copied is what there is: commands, options, labels, variables."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.documents import ROOT, documents
from watcher.cli.main import main
from watcher.config.policy import Policy
from watcher.config.settings import DaemonSettings
from watcher.config.variables import refuse_unknown_variables

PAGES = [path for path in documents() if path.name != "CHANGELOG.md"]  # that tells of what was, too
NAMES = {path: str(path.relative_to(ROOT)) for path in PAGES}
NO_NAMES = {
    "CTR_UPDATER_REGISTRY_",
    "CTR_UPDATER_",
    "CTR_UPDATER_MY_SETTING",
}  # for several at once; an example


def commands(text: str) -> list[str]:
    """Whatever begins with `watcher` in code, or is handed to it by docker, up to a pipe or comment."""
    code = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^(?:\$ |    )(.*)$", text, re.MULTILINE)]
    for block in re.findall(r"^```(?:sh|console|yaml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        code += block.splitlines()
    found = [re.search(r"(?:^|\s)watcher ([a-z-]+(?: .*)?)$", line) for line in code]
    return [re.split(r" [|#>&;]", match[1])[0] for match in found if match]


def unknown(command: str) -> list[str]:
    """What a command line has that there is not."""
    name, *words = (word.strip("[]") for word in command.split())
    if name not in main.commands:
        return [name]
    known = {option for each in main.commands[name].params for option in each.opts} | {"--help"}
    return [word for word in words if word.startswith("--") and re.split("[=`]", word)[0] not in known]


@pytest.mark.parametrize("path", PAGES, ids=NAMES.get)
def test_every_command_that_is_shown_is_one_that_there_is(path: Path) -> None:
    assert [line for line in commands(path.read_text()) if unknown(line)] == []


def test_what_is_not_there_is_found() -> None:
    text = "Type `watcher chekc web`, or:\n\n```console\n$ docker exec u watcher list --al | cat\n```\n"

    assert [unknown(line) for line in commands(text)] == [["chekc"], ["--al"], ["--al"]]


def services(text: str) -> list[dict[str, Any]]:
    """The services of all Compose files, and parts of such, that a page shows."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    shown = [yaml.safe_load(block) for block in blocks if re.search(r"ctr-updater\.|CTR_UPDATER_", block)]
    parts = [each for each in shown if isinstance(each, dict)]
    found = [service for each in parts for service in (each.get("services") or {"": each}).values()]
    return [service for service in found if isinstance(service, dict)]


def named(value: object) -> dict[str, str]:
    """Labels or variables of ours, of either form that Compose takes; what is filled in is empty."""
    pairs = value.items() if isinstance(value, dict) else (str(each).split("=", 1) for each in value or ())  # type: ignore[attr-defined]
    told = {
        str(name): str(content).lower() if isinstance(content, bool) else str(content)
        for name, content in pairs
    }
    return {name: re.sub(r"\$\{.*\}", "", content) for name, content in told.items()}


@pytest.mark.parametrize("path", PAGES, ids=NAMES.get)
def test_every_label_and_variable_of_a_compose_file_can_be_read(path: Path) -> None:
    for service in services(path.read_text()):
        deployed = (service.get("deploy") or {}).get("labels")
        Policy().with_labels(named(service.get("labels")) | named(deployed))
        environment = named(service.get("environment"))
        refuse_unknown_variables(environment)
        Policy.of_environment(environment)
        DaemonSettings.of_environment(environment)


@pytest.mark.parametrize("path", PAGES, ids=NAMES.get)
def test_every_variable_that_is_named_is_one_that_there_is(path: Path) -> None:
    found = set(re.findall(r"\bCTR_UPDATER_[A-Z_]*", path.read_text())) - NO_NAMES

    refuse_unknown_variables(dict.fromkeys(found, "x"))
