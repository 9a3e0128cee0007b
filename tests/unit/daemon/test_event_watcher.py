"""How an engine that is not there is tried again, on virtual time: for ever, and never hectically."""

import asyncio
import contextlib
import itertools
from pathlib import Path

from tests.unit.virtual_time import now, run
from watcher.daemon.event_watcher import Watch, is_kept, is_sign_of_life
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint

FIRST_S, LONGEST_S = 0.25, 30.0
HOURS = 12


async def tries(socket: Path, seconds: float) -> list[float]:
    """The moments at which an engine that is not there was asked for, in seconds."""
    moments: list[float] = []

    async def look() -> None:
        raise AssertionError("there is nothing to look at")

    async with Engine(Endpoint(str(socket), socket=str(socket))) as engine:
        watch = Watch(engine, look, lost=lambda _: moments.append(now()), found=moments.clear)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await watch.run()
    return moments


def test_an_engine_that_is_away_is_tried_for_ever_and_at_least_each_30_s(tmp_path: Path) -> None:
    moments = run(tries(tmp_path / "docker.sock", HOURS * 3600.0))

    assert moments[-1] > HOURS * 3600 - LONGEST_S
    waits = [after - before for before, after in itertools.pairwise(moments)]
    longest = FIRST_S
    for number, wait in enumerate(waits):
        assert longest / 2 <= wait <= longest + 0.001, f"wait {number}"
        longest = min(longest * 2, LONGEST_S)
    assert len({round(wait, 6) for wait in waits[-100:]}) > 90, "many daemons must not ask in step"


def test_signs_of_life_of_updaters_are_no_reason_to_look() -> None:
    temporary = f"web.ctr-updater-new-r-{'0' * 12}-{'1' * 12}"

    assert is_sign_of_life({"Action": "update", "Actor": {"Attributes": {"name": temporary}}})
    assert not is_sign_of_life({"Action": "update", "Actor": {"Attributes": {"name": "web"}}})
    assert not is_sign_of_life({"Action": "rename", "Actor": {"Attributes": {"name": temporary}}})
    assert not is_sign_of_life({})


def test_that_an_image_is_kept_is_no_news() -> None:
    ours, theirs = ({"Actor": {"Attributes": {"name": name}}} for name in ("ctr-updater/kept:1", "web:1"))

    assert is_kept({"Action": "tag"} | ours)
    assert not is_kept({"Action": "tag"} | theirs)
    assert not is_kept({"Action": "pull"} | ours)
    assert not is_kept({})
