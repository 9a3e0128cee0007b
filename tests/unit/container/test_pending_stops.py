"""Whether an old container may be stopping: by the order of the engine's events, whatever its clock shows."""

from typing import Any

import pytest

from watcher.container import pending_stops
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint

Json = dict[str, Any]

NOW = 4e7  # before anything was made
OLD, NEW = "a" * 64, "b" * 64


def container(cid: str, started: str, created: str) -> Json:
    state = {"Status": "running", "Running": True, "StartedAt": started}
    return {"Id": cid, "Name": f"/{cid}", "Created": created, "State": state, "Config": {}}


def event(cid: str, action: str) -> Json:
    return {"Action": action, "Actor": {"ID": cid}}


MADE, KILLED = event(NEW, "create"), event(OLD, "kill")


class Told(Engine):
    """An engine whose clock was set back to 1971, and which remembers what it is given."""

    def __init__(self, past: list[Json], *, started: str = "2026-01-01T00:00:00Z") -> None:
        super().__init__(Endpoint("", socket="/nowhere"))
        self.stopped: list[str] = []
        self._past = past
        self._there = {
            OLD: container(OLD, started, "2026-01-01T00:00:00Z"),
            NEW: container(NEW, "0001-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
        }

    async def container(self, name_or_id: str) -> Json:
        return self._there[name_or_id]

    async def now(self) -> float:
        return NOW

    async def past_events(self, until: float, **_: list[str]) -> list[Json]:
        assert until == NOW
        return self._past

    async def stop(self, container: Json, seconds: int | None = None, signal: str = "") -> None:
        assert (seconds, signal) == (None, "")
        self.stopped.append(container["Id"])


@pytest.mark.parametrize(
    ("past", "may_be"),
    [
        pytest.param([MADE, KILLED], True, id="it was sent a signal"),
        pytest.param([MADE], False, id="it was sent none"),
        pytest.param([KILLED, MADE], False, id="it was sent one before that had to do with the update"),
        pytest.param([KILLED], True, id="when its successor was made is forgotten"),
        pytest.param([], True, id="all is forgotten, or stamped with times that are still to come"),
    ],
)
async def test_it_may_be_stopping_where_it_was_sent_a_signal_since_or_nobody_knows(
    past: list[Json], may_be: bool
) -> None:
    engine = Told(past)

    await pending_stops.see_through(engine, OLD, NEW)

    assert engine.stopped == ([OLD] if may_be else [])


async def test_one_that_was_started_since_is_not_stopping() -> None:
    engine = Told([], started="2026-01-01T00:00:02Z")

    await pending_stops.see_through(engine, OLD, NEW)

    assert engine.stopped == []
