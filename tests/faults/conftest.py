"""The suite's options and its world."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.begin import Begin
from tests.faults.fixture_engine import World
from tests.faults.report import pytest_terminal_summary  # noqa: F401 - a hook
from tests.faults.sampling import Share
from tests.testbed.engine import PrivateEngine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fault-share",
        default="ci",
        help="the points of tests/faults to try: all, N/M, commit/M (a share that the commit chooses), or ci "
        "(the default): every SIGKILL of the updater, and a share of the rest",
    )
    parser.addoption(
        "--fault-table", type=Path, help="write the table of tests/faults into this document, too"
    )


@pytest.fixture(scope="session")
def share(request: pytest.FixtureRequest) -> Share:
    return Share.parse(request.config.getoption("--fault-share", default="ci"))


@pytest.fixture(scope="session")
def world(engine: PrivateEngine) -> Iterator[World]:
    made = World(engine)
    yield made
    made.close()


@pytest.fixture
def begin(world: World, tmp_path: Path) -> Begin:
    return Begin(world, tmp_path)
