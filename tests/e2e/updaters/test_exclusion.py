"""Two updaters that share no directory are set on the same containers at the same moment.

The one that is a person's command on the host stands beside the daemon, as in the README, or another one.
"""

import contextlib
import itertools
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.updaters.record import Record, most_at_once
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.conftest import start as start  # noqa: PLC0414 - a fixture
from tests.testbed.cli import Commands
from tests.testbed.errors import BedError
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack
from watcher.model.errors import Busy
from watcher.model.names import Marker

pytestmark = pytest.mark.timeout(7200)  # hundreds of updates where that is asked for

AT_ONCE = 12
TAKEN_OVER = "another updater has taken this update over"
Ended = tuple[str, str, str, int]

POLICIES = ("no", "always", "unless-stopped")
COMMAND, DAEMON = "command", "daemon"
WAYS = {
    "a command beside a daemon": (COMMAND, DAEMON),
    "a command beside a daemon that does not follow it": (COMMAND, DAEMON),
    "two commands": (COMMAND, COMMAND),
    "two daemons": (DAEMON, DAEMON),
}


class Fleet:
    """Containers of one tag, which moves; every other one is joined by another container.

    Args:
        stack: What makes them.
        number: How many, without those that join them.
        options: Of each but those that join.
    """

    def __init__(self, stack: Stack, number: int, options: tuple[str, ...]) -> None:
        self.stack = stack
        self.image = stack.name("app:1")
        stack.image(self.image, marker="old")
        policies = itertools.islice(itertools.cycle(POLICIES), number)
        self.names = [self._run(index, policy, options) for index, policy in enumerate(policies)]
        self.before = {name: row["Id"] for name, row in stack.containers().items()}

    def _run(self, index: int, policy: str, options: tuple[str, ...]) -> str:
        name = self.stack.name(f"web{index}")
        self.stack.run(self.image, "--restart", policy, *options, name=name)
        if index % 2:
            side = ("--network", f"container:{name}", "--env", "PORT=8081")
            self.stack.run(self.image, *side, name=self.stack.name(f"side{index}"))
        return name

    def move(self) -> str:
        """Move the tag; returns the id of the image that it means now."""
        return self.stack.image(self.image, marker="new")

    def wrong(self, new: str) -> list[str]:
        """A line for each container that is not another one than it was, on the new image, and running."""
        rows = self.stack.containers()
        lines = [f"{name} is left over" for name in rows.keys() - self.before.keys()]
        for name, was in self.before.items():
            row = rows.get(name, {})
            if row.get("State") != "running" or row.get("Id") == was:
                lines.append(
                    f"{name} is {row.get('State', 'gone')}, {'new' if row.get('Id') != was else 'old'}"
                )
            elif name in self.names and row["ImageID"] != new:
                lines.append(f"{name} runs another image")
        return lines

    def is_settled(self) -> bool:
        """Whether all were replaced, and no update is open."""
        rows = self.stack.containers()
        are_new = all(rows.get(name, {}).get("Id") not in {None, self.before[name]} for name in self.names)
        return are_new and not any(map(Marker.parse, rows))


@pytest.mark.parametrize("stable_for", ["1s", "10s"])
@pytest.mark.parametrize("way", WAYS)
def test_every_container_is_updated_once_and_never_runs_twice(
    cli: Commands, start: Start, stack: Stack, tmp_path: Path, way: str, stable_for: str, runs: int
) -> None:
    follows = "not follow" not in way
    for first in range(0, runs, AT_ONCE):
        fleet = Fleet(stack, min(AT_ONCE, runs - first), LOCAL if follows else ())
        with (
            Record(stack.engine) as record,
            _daemons(start, tmp_path / str(first), way, stable_for) as daemons,
        ):
            new = fleet.move()
            commands = _commands(cli, fleet, tmp_path / str(first), way, stable_for)
            ended = [
                (name, *process.communicate(timeout=600), process.returncode) for name, process in commands
            ]
            with contextlib.suppress(TimeoutError):  # what is not settled then is told below
                stack.wait(fleet.is_settled, timeout=120)
            taken = {name for name, _, err, code in ended if code == Busy.exit_code and TAKEN_OVER in err}
            with contextlib.suppress(BedError):
                wait_until(lambda: _told(ended, daemons) | taken >= {*fleet.names}, "each to be said updated")  # noqa: B023 - it is called here

        claims, others = _claims(ended, daemons), taken | _settled(daemons)
        assert fleet.wrong(new) == [], _said(ended, daemons)
        assert [(name, code, err) for name, _, err, code in ended if code and name not in taken] == []
        assert {name: claims[name] for name in fleet.names if claims[name] != 1 and name not in others} == {}
        assert max(claims.values()) == 1
        assert {name for name, most in most_at_once(record.events).items() if most > 1} == set()
        stack.clean()


def _settled(daemons: list[Running]) -> set[str]:
    """The containers whose updates a daemon took over, for their updater had given no sign of life for long.

    On a busy machine an updater may get no processor for so long; then it says that it was taken over (7).
    """
    return {line["container"] for daemon in daemons for line in daemon.said("open update settled")}


def _told(ended: list[Ended], daemons: list[Running]) -> set[str]:
    return {*_claims(ended, daemons)} | _settled(daemons)


@contextlib.contextmanager
def _daemons(start: Start, folder: Path, way: str, stable_for: str) -> Iterator[list[Running]]:
    """The way's daemons, each with a state directory of its own; they have ended on leaving."""
    environs = [_environ(folder / f"daemon{n}", stable_for) for n in range(WAYS[way].count(DAEMON))]
    running = [start("--interval", "1h", env=environ).looked() for environ in environs]
    yield running
    assert [daemon.stop() for daemon in running] == [0] * len(running)


def _commands(
    cli: Commands, fleet: Fleet, folder: Path, way: str, stable_for: str
) -> list[tuple[str, "subprocess.Popen[str]"]]:
    """The way's commands for each container, each with a state directory of its own."""
    started = []
    for name, number in itertools.product(fleet.names, range(WAYS[way].count(COMMAND))):
        environ = _environ(folder / f"{name}{number}", stable_for)
        started.append((name, cli.start("watcher", "update", "--no-pull", name, env=environ)))
    return started


def _claims(ended: list[Ended], daemons: list[Running]) -> Counter[str]:
    """How often each container was said to be updated."""
    said = Counter(name for name, out, _, _ in ended if ": updated" in out)
    said.update(line["container"] for daemon in daemons for line in daemon.said("container updated"))
    return said


def _environ(state: Path, stable_for: str) -> dict[str, str | None]:
    return {"CTR_UPDATER_STATE_DIR": str(state), "CTR_UPDATER_STABLE_FOR": stable_for}


def _said(ended: list[Ended], daemons: list[Running]) -> str:
    return f"{ended} {[line for daemon in daemons for line in daemon.lines]}"
