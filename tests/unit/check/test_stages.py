"""What an open update does now is told by names and states; the words are those of the updater itself."""

from typing import Any

import pytest

from watcher.check.stages import stage_seen
from watcher.model.labels import SPARE_OF
from watcher.recovery.state import scenes
from watcher.update.steps.stages import WORDS

OLD, NEW, SPARE = (letter * 64 for letter in "abc")
OF_OLD = "web.ctr-updater-new-{}-" + OLD[:12]
TO_NEW = "web.ctr-updater-old-{}-" + NEW[:12]


def stage(*rows: tuple[str, str, str], spare: bool = False) -> str:
    """The stage that is told by containers: id, name and state of each."""
    listed: list[dict[str, Any]] = [
        {"Id": cid, "Names": [f"/{name}"], "State": state, "Labels": {SPARE_OF: OLD} if spare else None}
        for cid, name, state in rows
    ]
    return stage_seen(scenes(listed)["web"], {cid: state for cid, _, state in rows})


@pytest.mark.parametrize(
    ("wanted", "old", "new", "expected"),
    [
        ("r", ("web", "running"), (OF_OLD, "created"), "stopping"),
        ("p", ("web", "paused"), (OF_OLD, "created"), "stopping"),
        ("r", ("web", "exited"), (OF_OLD, "created"), "setting it aside"),
        ("s", ("web", "exited"), (OF_OLD, "created"), "setting it aside"),
        ("s", ("web", "running"), (OF_OLD, "created"), "setting it aside"),
        ("r", (TO_NEW, "exited"), (OF_OLD, "created"), "naming its successor"),
        ("r", (TO_NEW, "exited"), ("web", "created"), "starting"),
        ("r", (TO_NEW, "exited"), ("web", "running"), "proving"),
        ("r", (TO_NEW, "exited"), ("web", "exited"), "proving"),
        ("p", (TO_NEW, "exited"), ("web", "paused"), "removing the old one"),
        ("s", (TO_NEW, "exited"), ("web", "created"), "removing the old one"),
        ("r", (TO_NEW, "exited"), (OF_OLD, "running"), "going back"),
        ("r", ("web", "running"), (OF_OLD, "exited"), "going back"),
    ],
)
def test_names_and_states_tell_the_stage(
    wanted: str, old: tuple[str, str], new: tuple[str, str], expected: str
) -> None:
    rows = ((OLD, old[0].format(wanted), old[1]), (NEW, new[0].format(wanted), new[1]))

    assert stage(*rows) == expected
    assert expected in WORDS


def test_an_old_container_without_a_successor_goes_back() -> None:
    assert stage((OLD, TO_NEW.format("r"), "exited")) == "going back"


def test_one_that_removes_itself_has_a_spare_until_it_is_proved() -> None:
    spare = (SPARE, TO_NEW.format("rm"), "created")

    assert stage((OLD, "web", "running"), (NEW, OF_OLD.format("rm"), "created"), spare) == "stopping"
    assert stage((NEW, "web", "running"), spare, spare=True) == "proving"
