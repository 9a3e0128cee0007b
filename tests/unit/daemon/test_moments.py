"""The moments of services on virtual time, while the clock on the wall is set."""

import asyncio
import time

import pytest

from tests.unit.virtual_time import now, run
from watcher.daemon.moments import Moments
from watcher.daemon.workqueue import WorkQueue

HOUR = 3600.0


class Wall:
    """The clock on the wall, which goes as the loop's does until it is set.

    Attributes:
        ahead: Seconds by which it was set.
    """

    ahead = 0.0

    def time(self) -> float:
        return 1_000_000 + now() + self.ahead


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    monkeypatch.setattr(time, "time", made.time)
    return made


@pytest.mark.parametrize(
    ("ahead", "looked_at"),
    [(0, False), (20, False), (2 * HOUR, True), (-2 * HOUR, True)],
    ids=["right", "kept right", "slept, or set ahead", "set back"],
)
def test_a_service_is_looked_at_once_its_clock_was_set(wall: Wall, *, ahead: float, looked_at: bool) -> None:
    async def scenario() -> list[bool]:
        queue = WorkQueue[str]()
        moments = Moments(queue)
        moments.wait("web", wall.time() + HOUR)
        wall.ahead = ahead
        moments.look({"web", "past", "db"})
        return [queue.is_busy("web"), queue.is_busy("db")]

    assert run(scenario()) == [looked_at, False]


def test_one_that_is_gone_is_not_looked_at(wall: Wall) -> None:
    async def scenario() -> bool:
        queue = WorkQueue[str]()
        moments = Moments(queue)
        moments.wait("web", wall.time() + HOUR)
        moments.look({"db"})
        wall.ahead = 2 * HOUR
        moments.look({"web"})
        return queue.is_busy("web")

    assert not run(scenario())


def test_its_moment_comes_by_itself_where_the_clock_is_right_and_not_where_there_is_none(wall: Wall) -> None:
    async def scenario() -> list[bool]:
        queue = WorkQueue[str]()
        moments = Moments(queue)
        for name, until in {"web": wall.time() + HOUR, "past": wall.time() - HOUR, "db": 0.0}.items():
            moments.wait(name, until)
        await asyncio.sleep(1)
        found = [queue.is_busy("web"), queue.is_busy("past")]
        await asyncio.sleep(HOUR)
        return [*found, queue.is_busy("web"), queue.is_busy("db")]

    assert run(scenario()) == [False, True, True, False]


def test_a_service_that_waits_for_no_clock_any_more_is_not_looked_at_when_that_is_set(wall: Wall) -> None:
    async def scenario() -> bool:
        queue = WorkQueue[str]()
        moments = Moments(queue)
        moments.wait("web", wall.time() + HOUR)
        moments.wait("web", 0)
        wall.ahead = 2 * HOUR
        moments.look({"web", "past", "db"})
        return queue.is_busy("web")

    assert not run(scenario())
