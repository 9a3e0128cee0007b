"""Where an engine's daemon met an error of ours another one follows, and who waited beside it goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.dependencies.test_order import after, row
from watcher.config.policy import Policy
from watcher.config.settings import DaemonSettings
from watcher.daemon import engines
from watcher.daemon.controller import Daemon
from watcher.daemon.engines import Engines
from watcher.dependencies.order import Order
from watcher.engine.client import Engine
from watcher.engine.endpoint import find
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.host.publisher import Publisher
from watcher.model.events import EngineGivenUp, Event
from watcher.store.heartbeat import Pulse
from watcher.store.state import Memory


def context(directory: Path, name: str) -> Context:
    """One of two engines, which nobody asks for anything."""
    engine, events = Engine(find()), Publisher()
    opens = (lambda: None, lambda: None, lambda: events)
    known = (engine, Memory(directory, engine.identity), Policy(), *opens)
    return Context(*known, engine_name=name, prefix=f"{name}/")  # type: ignore[arg-type]


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    """Two engines; the first daemon that runs meets an error of ours, and all others run for ever."""
    ran = list[Daemon]()

    async def run(self: Daemon) -> int:
        ran.append(self)
        if len(ran) == 1:
            raise RuntimeError("a bug")
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(Daemon, "run", run)
    monkeypatch.setattr(engines, "AGAIN_S", 0.0)
    fleet = Fleet(tuple(context(tmp_path, name) for name in ("local", "nas")))
    return Engines(fleet, DaemonSettings(), Pulse(tmp_path, 60.0))


@contextlib.asynccontextmanager
async def running(followed: Engines) -> AsyncIterator[None]:
    """They are followed meanwhile, and the first daemon has come to its end."""
    given_up = asyncio.Event()

    def take(event: Event) -> None:
        if isinstance(event, EngineGivenUp):
            given_up.set()

    followed.daemon("local").context.events.subscribe("test", take)
    task = asyncio.create_task(followed.run())
    await given_up.wait()
    try:
        yield
    finally:
        task.cancel()
        await task


async def test_another_daemon_takes_its_place(followed: Engines) -> None:
    first, other = followed.daemon("local"), followed.daemon("nas")

    async with running(followed):
        assert followed.daemon("local") is not first
        assert followed.daemon("nas") is other


async def test_who_waits_for_a_turn_beside_it_waits_for_the_other_one(
    followed: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = followed.daemon("local")
    first.turns.order = Order.of([row("db"), after("web", "db")])
    monkeypatch.setattr(first, "is_busy", "db".__eq__)
    waits = asyncio.create_task(first.turns.come("web"))

    async with running(followed):
        await waits
        assert followed.daemon("local").turns is first.turns


async def test_what_is_done_beside_it_counts_for_the_other_one(followed: Engines) -> None:
    first = followed.daemon("local")
    first.turns.order = Order.of([row("db"), after("web", "db")])

    async with first.turns.turn("db"), running(followed):
        now = followed.daemon("local")
        assert not now.turns.has_come("web")
        assert now.context.downtimes is first.context.downtimes
