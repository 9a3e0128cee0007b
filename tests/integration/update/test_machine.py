"""What of the machine is gone since an old container started is said at once, with what brings it back."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.apps import QUICK, outdated
from tests.integration.outcomes import line_of
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Deed = Callable[[], object]


class Thing(NamedTuple):
    """What a container needs of its machine.

    Attributes:
        option: Gives it to a container.
        bring: Brings it, also again.
        take: Takes it away.
        cause: What the engine says where it is gone.
    """

    option: tuple[str, str]
    bring: Deed
    take: Deed
    cause: str


@pytest.fixture(params=["device", "address"])
def thing(request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Thing]:
    with _device(tmp_path) if request.param == "device" else _address(free_port()) as made:
        made.bring()
        yield made


@contextmanager
def _device(folder: Path) -> Iterator[Thing]:
    lamp = folder / "lamp"
    yield Thing(
        ("--device", f"{lamp}:/dev/lamp"),
        lambda: os.mknod(lamp, 0o20666, os.makedev(1, 3)),
        lamp.unlink,
        "gathering device information",
    )


@contextmanager
def _address(port: int) -> Iterator[Thing]:
    """An address of documentation that only this test has."""
    address = f"198.51.100.{port % 250 + 1}"

    def change(verb: str) -> Deed:
        command = ["ip", "address", verb, f"{address}/32", "dev", "lo"]
        return lambda: subprocess.run(command, check=verb != "delete", capture_output=True)

    yield Thing(
        ("--publish", f"{address}:{port}:80"),
        change("replace"),
        change("delete"),
        "cannot assign requested address",
    )
    change("delete")()


def test_what_is_gone_is_said_at_once(cli: Commands, stack: Stack, proxy: Proxy, thing: Thing) -> None:
    """The successor could be created: the engine sees at a start what is there."""
    web = outdated(stack, *thing.option)
    thing.take()

    line = line_of(cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}), 4)

    assert line.startswith(f"{web.name} could not be updated: could not start the successor: ")
    assert thing.cause in line
    assert f"; it IS NOT YET AS IT WAS: the old container {web.cid[:12]} is exited" in line
    assert line.endswith(f" - nothing is lost: run `docker start {web.cid[:12]}` once that is mended")
    starts = [call.path for call in proxy.changes if call.path.endswith("/start")]
    assert [web.cid in path for path in starts] == [False, True]
    assert "held" not in cli("watcher", "check", web.name).out

    thing.bring()
    stack.engine.docker("start", web.cid)
    assert stack.inspect(web.name)["State"]["Running"]
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert stack.inspect(web.name)["Image"] == stack.image_id(web.image)
    stack.engine.docker("rm", "-f", web.name)
