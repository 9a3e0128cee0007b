"""Fixtures over the test bed: an engine and a registry for the session, everything else for one test."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.faults.report import pytest_terminal_summary  # noqa: F401 - a hook, for the table
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.packages import default_engine
from tests.testbed.ports import free_port as next_free_port
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.sampling import PARTS, is_others
from tests.testbed.stack import Stack
from tests.testbed.workspace import require_root

# What all tests of a folder are; modules elsewhere have a `pytestmark` of their own.
FOLDERS = {
    "tests/integration/daemon/": "scenario",
    "tests/integration/registry/live/": "scenario",
    "tests/integration/container/fidelity/": "every_engine",
    "tests/e2e/image/": "every_commit",
}

# The machine's speed is no property of the code. CI tries the same examples each time, so that what it
# turns down is the change's own fault; new examples are found by whoever runs the tests by hand.
hypothesis.settings.register_profile("bed", deadline=None, derandomize="SAME_EXAMPLES" in os.environ)
hypothesis.settings.load_profile("bed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=["20.10", "26.1", "26.1c", "28.5", "28.5c", "distro"],
        help="the Docker engine to test against; c: with the containerd image store "
        "(default: 28.5 where Debian's packages can be had, else the distribution's)",
    )
    parser.addoption(
        "--matrix",
        choices=["share", "all"],
        default="share",
        help="lines of the fidelity matrices: a sixth that the commit chooses (the default), or all",
    )
    parser.addoption("--pictures", metavar="FOLDER", help="write pictures of the page there")
    parser.addoption(
        "--sample",
        type=int,
        default=1,
        metavar="N",
        help="of the tests that need an engine one in N, which the commit chooses (default: 1, all)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what whole folders are, then leave out what is another commit's part."""
    for item in items:
        for folder, marker in FOLDERS.items():
            if item.nodeid.startswith(folder):
                item.add_marker(marker)
    count, is_whole = config.getoption("--sample"), config.getoption("--matrix") == "all"
    others = {
        item
        for item in items
        if is_others(item, count)
        or (item.get_closest_marker("matrix") and not is_whole and is_others(item, PARTS))
    }
    config.hook.pytest_deselected(items=list(others))
    items[:] = [item for item in items if item not in others]


@contextlib.contextmanager
def in_one_line() -> Iterator[None]:
    """What keeps the bed from being made says so without a traceback."""
    try:
        yield
    except BedError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def engine_version(request: pytest.FixtureRequest) -> str:
    """The engine asked for, as PrivateEngine takes it: for tests that need one of their own."""
    with in_one_line():
        require_root()
        return str(request.config.getoption("--engine") or default_engine())


@pytest.fixture(scope="session")
def engine(engine_version: str) -> Iterator[PrivateEngine]:
    """A running engine that all tests of the session share, each leaving it as it was."""
    with in_one_line():
        private = PrivateEngine(engine_version)
    with private:
        yield private


@pytest.fixture(scope="session")
def registry() -> Iterator[PrivateRegistry]:
    """A registry without authentication that all tests of the session share."""
    with PrivateRegistry() as private:
        yield private


@pytest.fixture
def stack(engine: PrivateEngine) -> Iterator[Stack]:
    """What the test makes on the engine; all of it is removed afterwards."""
    made = Stack(engine.start())  # the test before may have killed it
    yield made
    engine.start()
    made.clean()


@pytest.fixture
def cli(engine: PrivateEngine, tmp_path: Path) -> Iterator[Commands]:
    """The installed commands, told of the engine."""
    directory = tmp_path / "cli"
    directory.mkdir()
    commands = Commands(engine.start().host, directory)
    yield commands
    commands.close()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns another free port of 127.0.0.1 at each call."""
    return next_free_port


@pytest.fixture
def proxy(engine: PrivateEngine) -> Iterator[Proxy]:
    """A proxy in front of the engine: `cli(..., env={"DOCKER_HOST": proxy.host})` goes through it."""
    with Proxy(engine.start().socket) as front:
        yield front
