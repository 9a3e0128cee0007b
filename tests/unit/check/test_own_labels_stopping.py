"""Whoever stops a container gives it the time that its own label says, and waits for that long."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from watcher.check.own_labels import OwnLabels
from watcher.check.watchtower_labels import WatchtowerLabels
from watcher.config.stop_timeout import STOP_TIMEOUT
from watcher.container import pending_stops
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.recovery.executor import DOES, Open
from watcher.recovery.group import OpenUpdates
from watcher.recovery.steps import depart, halt
from watcher.recovery.table import Depart

Json = dict[str, Any]

OLD, NEW, IMAGE = "a" * 64, "b" * 64, f"sha256:{'c' * 64}"
MARGIN_S = 60.0  # beyond the time to stop, until an engine counts as gone


def container(cid: str, **labels: str) -> Json:
    """An inspected container that runs, and would have 3 s by its own setting."""
    at = {"StartedAt": "2026-01-01T00:00:00Z", "FinishedAt": "0001-01-01T00:00:00Z"}
    return {
        "Id": cid,
        "Name": f"/{cid}",
        "Image": IMAGE,
        "Created": "2026-01-01T00:00:01Z",
        "Config": {"Image": "app:1", "StopTimeout": 3, "Labels": labels},
        "State": {"Status": "running", "Running": True} | at,
        "HostConfig": {},
    }


class Asked(OwnLabels):
    """An engine with two containers, which notes what changes them."""

    api = 1, 41

    def __init__(self, text: str, *, baked: bool = False) -> None:
        super().__init__(Endpoint("", socket="/nowhere"))
        labels = {STOP_TIMEOUT: text} if text else {}
        self.recall = lambda _: {"Id": IMAGE, "Config": {"Labels": labels if baked else {}}}
        self.there = {cid: container(cid, **labels) for cid in (OLD, NEW)}
        self.sent: list[tuple[str, float | None, Json]] = []

    async def ask(
        self,
        what: str,
        method: str,
        path: str,
        *,
        limit: float | None = None,
        changes: bool = True,
        **options: Any,
    ) -> Any:
        del what, changes
        if method == "GET":
            return self.there[path.split("/")[1]]
        cid, verb = path.split("/")[1:]
        self.sent.append((path, limit, options.get("params", {})))
        if verb == "stop":
            self.there[cid]["State"]["Running"] = False
        return None

    async def now(self) -> float:
        return 2e9

    async def past_events(self, *_: Any, **__: Any) -> list[Json]:
        return []


class WithWatchtowers(Asked, WatchtowerLabels):
    """The same, where Watchtower's labels count."""


async def _halt(engine: Engine) -> None:
    await halt(engine, await engine.container(OLD))


async def _depart(engine: Engine) -> None:
    await depart(engine, await engine.container(OLD))


async def _quiet(engine: Engine) -> None:
    await quiet(engine, OLD)


async def _see_through(engine: Engine) -> None:
    await pending_stops.see_through(engine, OLD, NEW)


async def _carried_out(engine: Engine) -> None:
    await DOES[Depart](Open(engine, OpenUpdates({}, {}, {}), "web"), Depart(OLD))


STOPS = [_halt, _depart, _quiet, _see_through, _carried_out]


@pytest.mark.parametrize("kind", [Asked, WithWatchtowers])
@pytest.mark.parametrize("stops", STOPS)
@pytest.mark.parametrize(
    ("text", "params", "seconds"),
    [("5m", {"t": 300}, 300), ("", {}, 3), ("soon", {}, 3)],
    ids=["labelled", "not labelled", "not to be read"],
)
async def test_recovery_gives_a_container_its_labels_time(
    kind: type[Asked],
    stops: Callable[[Engine], Awaitable[None]],
    text: str,
    params: Json,
    seconds: float,
) -> None:
    engine = kind(text)

    await stops(engine)

    assert engine.sent[0] == (f"containers/{OLD}/stop", seconds + MARGIN_S, params)


async def test_who_says_how_long_is_not_asked() -> None:
    engine = Asked("5m")

    await engine.stop(await engine.container(OLD), 0)

    assert engine.sent == [(f"containers/{OLD}/stop", MARGIN_S, {"t": 0})]


async def test_a_label_of_the_image_alone_gives_no_time() -> None:
    engine = Asked("5m", baked=True)

    await halt(engine, await engine.container(OLD))

    assert engine.sent == [(f"containers/{OLD}/stop", 3 + MARGIN_S, {})]
