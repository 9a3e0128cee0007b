"""Clocks are set and machines sleep: a service's update begins at its moment all the same."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.integration.daemon.conftest import ENVIRON, ROOT, SHORT_TIMEOUTS, Running, clock  # noqa: F401 - fixtures
from tests.integration.swarm.conftest import Services
from tests.testbed.cli import Commands

HOUR, DAY = 3600, 86400


def due_in(seconds: float) -> tuple[str, str]:
    """The label of a schedule that names one moment a day, in so many seconds."""
    moment = datetime.fromtimestamp(time.time() + seconds).astimezone()
    return ("--label", f"ctr-updater.schedule={moment:%M} {moment:%H} * * *")


@pytest.mark.parametrize(("ahead", "then", "due_s"), [(0, HOUR + 60, HOUR), (730 * DAY + 12 * HOUR, 0, -600)])
def test_a_service_is_updated_at_its_moment_by_the_clock_that_was_set_meanwhile(
    services: Services,
    cli: Commands,
    clock: Callable[[float], None],  # noqa: F811 - a fixture
    tmp_path: Path,
    ahead: float,
    then: float,
    due_s: float,
) -> None:
    services.push("one")
    name = services.create(*due_in(due_s))
    new = services.push("two")
    clock(ahead)
    environ = ENVIRON | {"TEST_CLOCK": str(tmp_path / "clock")}
    process = cli.start("python", "-m", SHORT_TIMEOUTS, "run", "--interval", "30d", env=environ, cwd=ROOT)
    daemon = Running(process, Path(cli.state))
    daemon.wait("update waits for its schedule", container=f"service/{name}")

    clock(then)

    daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == new
    assert daemon.stop() == 0
