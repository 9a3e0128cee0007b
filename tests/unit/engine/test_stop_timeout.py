"""How long a container has to stop: by what was asked for, by its own setting, or by the engine's."""

import pytest

from watcher.engine.stop_timeout import stop_seconds


@pytest.mark.parametrize(
    ("own", "asked", "seconds"),
    [(None, None, 10.0), (30, None, 30.0), (30, 5, 5.0), (None, 0, 0.0), (0, None, 0.0), (-1, None, None)],
)
def test_the_nearest_that_was_said_counts(own: int | None, asked: int | None, seconds: float | None) -> None:
    config = {} if own is None else {"StopTimeout": own}

    assert stop_seconds({"Config": config}, asked) == seconds
