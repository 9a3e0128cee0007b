"""Whoever stops a container, or restarts it, gives it the time that its own label says, and waits so long."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from watcher.check.own_labels import OwnLabels
from watcher.check.watchtower_labels import WatchtowerLabels
from watcher.config.stop_timeout import STOP_TIMEOUT
from watcher.container import pending_stops
from watcher.container.probe import prove
from watcher.container.readiness import Demand, NotProved
from watcher.container.restart import restart_after
from watcher.container.stop import quiet
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.model.names import Marker
from watcher.recovery.executor import DOES, Open
from watcher.recovery.group import OpenUpdates
from watcher.recovery.restore import restore
from watcher.recovery.steps import depart, halt
from watcher.recovery.table import Depart

Json = dict[str, Any]

OLD, NEW, IMAGE = "a" * 64, "b" * 64, f"sha256:{'c' * 64}"
MARGIN_S = 60.0  # beyond the time to stop, until an engine counts as gone
START_S = 180.0  # until it does in a start


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

    def cut_off(self, cid: str) -> None:
        """Take the address of a container on its network."""
        off = {"EndpointID": "", "IPAddress": "", "Gateway": "", "NetworkID": "n"}
        self.there[cid] |= {
            "HostConfig": {"NetworkMode": "net", "PortBindings": {}},
            "NetworkSettings": {"Networks": {"net": off}, "Ports": {}},
        }

    async def events(self, **_: list[str]) -> AsyncGenerator[Json, None]:
        """Nothing but restarts."""
        yield {}
        while True:
            await asyncio.sleep(0)
            yield {}

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

    async def past_events(self, until: float, **_: list[str]) -> list[Json]:
        assert until == await self.now()
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


async def _follow(engine: Asked) -> None:
    engine.there[NEW]["State"]["StartedAt"] = "2026-01-01T00:00:02Z"
    assert await restart_after(engine, OLD, NEW) == ""


async def _revive(engine: Asked) -> None:
    engine.cut_off(OLD)
    await restore(engine, OLD, Marker("web", "old", "r", NEW[:12]), lambda _: {})


async def _prove(engine: Asked) -> None:
    engine.cut_off(OLD)
    with pytest.raises(NotProved, match="network"):
        await prove(engine, OLD, Demand())


@pytest.mark.parametrize("restarts", [_follow, _revive, _prove])
@pytest.mark.parametrize(
    ("text", "own", "params", "seconds"),
    [("10m", 3, {"t": 600}, 600), ("", 600, {}, 600), ("soon", None, {}, 10), ("10m", -1, {"t": 600}, 600)],
    ids=["labelled", "its own", "the engine's", "the label before its own"],
)
async def test_a_restart_may_take_as_long_as_the_stop_and_a_start(
    restarts: Callable[[Asked], Awaitable[None]], text: str, own: int | None, params: Json, seconds: float
) -> None:
    engine = Asked(text)
    engine.there[OLD]["Config"]["StopTimeout"] = own

    await restarts(engine)

    assert engine.sent == [(f"containers/{OLD}/restart", seconds + MARGIN_S + START_S, params)]


async def test_a_restart_of_one_that_is_never_killed_has_no_limit() -> None:
    engine = Asked("")
    engine.there[OLD]["Config"]["StopTimeout"] = -1

    await _follow(engine)

    assert engine.sent == [(f"containers/{OLD}/restart", None, {})]
