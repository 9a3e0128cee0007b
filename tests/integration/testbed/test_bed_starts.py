"""An engine that was killed is up again for whoever needs it next, whoever else starts it."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.testbed import api
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.processes import Daemon, commanded

_THREADS = 8


@pytest.fixture
def shared(engine: PrivateEngine) -> Iterator[PrivateEngine]:
    """The engine, up again afterwards."""
    yield engine
    engine.start()


def test_an_engine_that_several_threads_start_is_started_once(shared: PrivateEngine) -> None:
    shared.kill()

    with ThreadPoolExecutor(_THREADS) as threads:
        started = [threads.submit(shared.start) for _ in range(_THREADS)]

    assert [each.result() for each in started] == [shared] * _THREADS
    assert commanded(f"dockerd --config-file {shared.directory}/") == {shared.pid}
    assert api.answers(shared.socket)


def test_an_engine_that_one_thread_kills_and_another_starts_is_up_once_both_have(
    shared: PrivateEngine,
) -> None:
    def die() -> None:
        shared.kill()
        shared.start()

    with ThreadPoolExecutor(_THREADS) as threads:
        done = [threads.submit(act) for act in (die, shared.start) * (_THREADS // 2)]

    assert [each.exception() for each in done] == [None] * _THREADS
    assert commanded(f"dockerd --config-file {shared.directory}/") == {shared.pid}
    assert api.answers(shared.socket)


def test_an_engine_that_ended_by_itself_is_started(shared: PrivateEngine) -> None:
    before = shared.pid
    descriptor = os.pidfd_open(before)
    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    os.waitid(os.P_PIDFD, descriptor, os.WEXITED | os.WNOWAIT)
    os.close(descriptor)

    shared.start()

    assert shared.pid != before
    assert api.answers(shared.socket)


class Stumbling(PrivateEngine):
    """One whose first dockerd ends at once."""

    stumbles = 1

    def _spawn(self, program: str, *arguments: object) -> Daemon:
        if program == "dockerd" and self.stumbles:
            self.stumbles -= 1
            return super()._spawn(program, "--no-such-flag")
        return super()._spawn(program, *arguments)


def test_a_start_that_fails_is_tried_once_more(engine_version: str) -> None:
    with Stumbling(engine_version) as own:
        assert own.stumbles == 0
        assert api.answers(own.socket)


def test_a_start_that_fails_again_says_what_the_engine_said(shared: PrivateEngine) -> None:
    settings = shared.directory / "daemon.json"
    good = settings.read_text()
    shared.kill()

    settings.write_text("{")
    with pytest.raises(BedError, match=r"did not start: (?s:.*)unable to configure the Docker daemon"):
        shared.start()
    settings.write_text(good)

    assert shared.pid == 0


@pytest.mark.parametrize("fixture", ["stack", "cli", "proxy"])
def test_what_a_test_is_given_of_a_shared_engine_is_of_one_that_is_up(
    shared: PrivateEngine, request: pytest.FixtureRequest, fixture: str
) -> None:
    shared.kill()

    request.getfixturevalue(fixture)

    assert api.answers(shared.socket)
