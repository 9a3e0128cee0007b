"""What a helper writes into its log is what the updater reads there."""

import pytest
from attrs import evolve

from tests.testbed.attempts import ATTEMPT
from watcher.model.update_events import ImageVersion
from watcher.update.own.report import begun, blamed, has_begun, is_blamed, last_written, written

TOLD = evolve(
    ATTEMPT,
    outcome="rolled back",
    old=ImageVersion("sha256:a", "1"),
    stages={"create": 0.5},
    along=("side",),
    why="it ended with exit code 3",
    containers=("c", "d"),
    output=("Traceback", "…"),
)


def test_an_attempt_is_read_as_it_was_written() -> None:
    assert last_written(f"a line\n{written(TOLD)}\nanother\n") == TOLD


def test_the_last_of_several_counts() -> None:
    first = written(TOLD).replace("rolled back", "recovered")

    assert last_written(f"{first}\n{written(TOLD)}\n") == TOLD


@pytest.mark.parametrize(
    "log",
    [
        "",
        "no JSON",
        "[]",
        '{"attempt": null}',
        '{"attempt": {}}',
        '{"attempt": {"old": {}, "new": {}}}',
        "[" * 100_000,
        written(TOLD).replace('"took_s"', '"unheard_of"'),
        written(TOLD)[:-9],
    ],
)
def test_what_cannot_be_read_tells_of_none(log: str) -> None:
    assert last_written(log) is None


def test_the_image_is_blamed_by_a_line_of_its_own_alone() -> None:
    assert is_blamed(f"{begun()}\n{written(TOLD)}\n{blamed()}\n")
    assert not is_blamed(f"{begun()}\n{written(evolve(TOLD, why=blamed()))}\nas if {blamed()}\n")
    assert not has_begun(blamed())
