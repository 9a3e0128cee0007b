"""An engine that is away is waited for; what it refuses in the same words again and again is not."""

import asyncio
import re
from collections.abc import Iterable

import pytest

from tests.unit.virtual_time import run
from watcher.model.errors import Barred, EngineError, EngineUnavailable, Occupied
from watcher.update.retry import patiently

AWAY = EngineUnavailable("no connection")
GONE = EngineError("no such device", status=500)


class Work:
    """Fails with these errors, one after another, and then no more.

    Attributes:
        tries: How often it was done.
    """

    def __init__(self, errors: Iterable[EngineError]) -> None:
        self.tries = 0
        self._errors = iter(errors)

    async def __call__(self) -> None:
        self.tries += 1
        if error := next(self._errors, None):
            raise error


@pytest.mark.parametrize(
    ("errors", "tries"),
    [
        pytest.param([], 1, id="it goes well"),
        pytest.param([AWAY] * 20, 21, id="the engine comes back"),
        pytest.param([GONE, GONE], 3, id="it is there again"),
        pytest.param([GONE, AWAY, GONE, GONE], 5, id="the engine was away in between"),
        pytest.param([EngineError(str(n), status=500) for n in range(9)], 10, id="its words change"),
        pytest.param([EngineError("it comes back each time")] * 9, 10, id="no answer of the engine's"),
        pytest.param(
            [EngineError("bind: address already in use", status=500)] * 9, 10, id="a port is in use"
        ),
        pytest.param([EngineError("Address already in use", status=500)] * 9, 10, id="an address is in use"),
    ],
)
def test_what_may_change_is_waited_for(errors: list[EngineError], tries: int) -> None:
    assert run(patiently(Work(errors))) == tries


def test_the_id_of_an_endpoint_makes_no_other_words() -> None:
    work = Work(EngineError(f"endpoint web ({n:064x}): cannot assign address", status=500) for n in range(99))

    with pytest.raises(EngineError, match="cannot assign"):
        run(patiently(work))

    assert work.tries == 3


NEVER = [
    "failed to initialize logging driver: dial tcp 127.0.0.1:1: connect: connection refused",
    'error gathering device information while adding custom device "/dev/lamp": no such file or directory',
    "failed to bind host port for 198.51.100.7:80: cannot assign requested address",
    "Error starting userland proxy: listen tcp4 198.51.100.7:80: bind: cannot assign requested address",
]


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (GONE, 3),
        (Occupied("taken", status=500), 1),
        (Barred("a proxy", status=403), 1),
        (EngineError("by a plugin", status=403), 1),
        (EngineError("the container name /web is already in use", status=409), 3),
        *((EngineError(words, status=500), 1) for words in NEVER),
    ],
)
def test_what_will_not_change_is_said_at_once(error: EngineError, tries: int) -> None:
    work = Work([error] * 99)

    with pytest.raises(EngineError, match=re.escape(str(error))):
        run(patiently(work))

    assert work.tries == tries


def test_an_engine_that_stays_away_is_given_up() -> None:
    work = Work([AWAY] * 999)

    with pytest.raises(EngineUnavailable):
        run(patiently(work))

    assert 50 < work.tries < 99


@pytest.mark.parametrize(
    ("errors", "ends"),
    [
        pytest.param([AWAY] * 9, asyncio.CancelledError, id="the work is done"),
        pytest.param([Occupied("taken", status=500)], Occupied, id="it is not, and that is to be known"),
    ],
)
def test_who_is_cancelled_meanwhile_ends_so_when_the_work_has_ended(
    errors: list[EngineError], ends: type[BaseException]
) -> None:
    work = Work(errors)

    async def cancelled() -> None:
        task = asyncio.ensure_future(patiently(work))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(ends):
        run(cancelled())

    assert work.tries == len(errors) + (ends is asyncio.CancelledError)
