"""Strangers' texts may be as long as they like: what is said of them stays a line that a person can read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import fields

from tests.unit.dependencies.test_order import after
from watcher.check.eligibility import Circumstances, timed
from watcher.config.gates_file import read
from watcher.config.policy import Policy
from watcher.config.setting import label
from watcher.dependencies.order import Order
from watcher.model.errors import EngineError, UnreadableSetting
from watcher.update.sequencer import oddities

LONG = "L" * 100_000
READABLE = 1000
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", [*(label(each.name) for each in fields(Policy)), f"ctr-updater.{LONG}"])
def test_a_long_label_is_refused_in_a_line_that_can_be_read(name: str) -> None:
    text = LONG if name != label("depends_on") else f"{LONG} {LONG}"
    with pytest.raises(UnreadableSetting) as caught:
        Policy().with_labels({name: text})

    assert len(str(caught.value)) < READABLE
    assert name[:100] in str(caught.value)
    assert "cannot be read - it takes " in str(caught.value) or "is not known - " in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text"),
    [("window", "; ".join(["Mon 02:00-03:00"] * 5000)), ("schedule", f"{'0,' * 9999}0 3 * * *")],
)
def test_a_long_label_that_can_be_read_is_told_in_a_line_that_can_be_read(key: str, text: str) -> None:
    policy = Policy().with_labels({label("enable"): "true", label(key): text})

    (wait,) = timed(policy, Circumstances(NOON, 0))

    assert len(wait.why) < READABLE
    assert wait.why.startswith(f"its {key} is {text[:100]}")


def test_a_long_name_that_a_container_waits_for_is_told_in_a_line_that_can_be_read() -> None:
    (line,) = oddities(Order.of([after("web", LONG)]))

    assert len(line) < READABLE
    assert "which does not exist" in line


@pytest.mark.parametrize("line", [f"timeout = '{'L' * 60_000}'", f"{'L' * 60_000} = 1", f"[{'L' * 60_000}]"])
def test_a_long_line_of_the_gates_file_is_refused_in_a_line_that_can_be_read(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(f"[signed]\n{line}\n")

    with pytest.raises(UnreadableSetting) as caught:
        read(str(path))

    assert len(str(caught.value)) < READABLE + len(str(path))
    assert " - " in str(caught.value)


def test_whatever_an_engine_answers_is_told_in_a_line_and_the_advice_with_it() -> None:
    line = str(EngineError(f"cannot create the container web: the engine says: {LONG}", advice="mend it"))

    assert len(line) < 3 * READABLE
    assert line.endswith("… - mend it")
