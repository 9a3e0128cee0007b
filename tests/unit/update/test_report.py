"""What a helper writes into its log is what the updater reads there."""

import pytest

from watcher.model.update_events import Attempt, ImageVersion
from watcher.update.report import last_written, written

ATTEMPT = Attempt(
    at="2026-01-01T00:00:00Z",
    name="up",
    kind="self-update",
    outcome="rolled back",
    image="self:1",
    old=ImageVersion("sha256:a", "1"),
    new=ImageVersion("sha256:b"),
    by="daemon",
    took_s=1.5,
    down_s=None,
    stages={"create": 0.5},
    along=("side",),
    why="it ended with exit code 3",
    containers=("c", "d"),
    output=("Traceback", "…"),
)


def test_an_attempt_is_read_as_it_was_written() -> None:
    assert last_written(f"a line\n{written(ATTEMPT)}\nanother\n") == ATTEMPT


def test_the_last_of_several_counts() -> None:
    first = written(ATTEMPT).replace("rolled back", "recovered")

    assert last_written(f"{first}\n{written(ATTEMPT)}\n") == ATTEMPT


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
        written(ATTEMPT).replace('"took_s"', '"unheard_of"'),
        written(ATTEMPT)[:-9],
    ],
)
def test_what_cannot_be_read_tells_of_none(log: str) -> None:
    assert last_written(log) is None
