"""A forked command ends as the one that its script starts."""

import signal
from pathlib import Path

import pytest

from tests.integration.apps import outdated
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.forked import ForkedCommands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack


@pytest.fixture
def forked(stack: Stack, tmp_path: Path) -> ForkedCommands:
    """Commands that are not measured, whatever the run of the tests."""
    (tmp_path / "forked").mkdir()
    made = ForkedCommands(stack.engine.host, tmp_path / "forked")
    made.environ = {name: value for name, value in made.environ.items() if not name.startswith("COVERAGE")}
    return made


@pytest.mark.parametrize(
    "command",
    [
        ("watcher", "check", "{name}"),
        ("ctr-updater", "{name}"),
        ("watcher", "check", "nobody"),
        ("watcher", "update"),
        ("watcher", "--version"),
    ],
    ids=" ".join,
)
def test_it_says_and_answers_the_same(
    cli: Commands, forked: ForkedCommands, stack: Stack, command: tuple[str, ...]
) -> None:
    name = outdated(stack).name
    words = [word.format(name=name) for word in command]

    assert forked(*words) == cli(*words)


def test_its_environment_is_the_one_that_it_was_given(forked: ForkedCommands) -> None:
    done = forked("watcher", "check", "web", env={"DOCKER_HOST": "unix:///nowhere.sock"})

    assert done.code
    assert "/nowhere.sock" in done.err


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_by_the_signals_that_it_is_sent(
    forked: ForkedCommands, stack: Stack, proxy: Proxy, by: signal.Signals
) -> None:
    hold = Hold()
    proxy.arm(hold, match="/version|/json")
    process = forked.fork("watcher", "check", stack.name("web"), env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(30)

    process.kill() if by is signal.SIGKILL else process.terminate()
    process.communicate(timeout=30)
    hold.release()

    assert process.poll() == {signal.SIGKILL: -9, signal.SIGTERM: 143}[by]


def test_one_that_runs_is_killed_by_close(forked: ForkedCommands, stack: Stack, proxy: Proxy) -> None:
    hold = Hold()
    proxy.arm(hold, match="/version|/json")
    process = forked.fork("watcher", "check", stack.name("web"), env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(30)

    forked.close()
    hold.release()

    assert process.poll() == -signal.SIGKILL
