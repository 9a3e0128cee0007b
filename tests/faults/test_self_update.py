"""Whoever is killed in an updater's update of itself, at whichever call: there is one updater in the end."""

from collections.abc import Callable

import pytest

from tests.e2e.image.conftest import base, docker, image  # noqa: F401 - fixtures
from tests.faults.sampling import Share
from tests.faults.self_update import VICTIMS, SelfUpdate, Victims
from tests.testbed import images
from tests.testbed.engine import PrivateEngine
from tests.testbed.relay import When
from tests.testbed.stack import Stack

pytestmark = [pytest.mark.timeout(7200), pytest.mark.matrix]

_MOST = 20  # calls; the trial tells which of them there are


@pytest.fixture(scope="session")
def successor_image(engine: PrivateEngine, image: str) -> str:  # noqa: F811 - a fixture
    """The name of an image that differs from the other by its id alone; each trial tags both for itself."""
    name = f"{image}:successor"
    images.build(engine, name, f"FROM {image}\nLABEL marker=successor")
    return name


@pytest.mark.parametrize("policy", ["unless-stopped", "always"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("victims", VICTIMS, ids=lambda victims: victims.title)
def test_one_updater_is_left(
    request: pytest.FixtureRequest,
    stack: Stack,
    image: str,  # noqa: F811 - a fixture
    successor_image: str,
    share: Share,
    victims: Victims,
    when: When,
    policy: str,
    record_property: Callable[[str, object], None],
) -> None:
    is_whole = request.config.getoption("--matrix") == "all"
    lost, tried, revived, freed = [], 0, 0, 0
    for number in range(1, _MOST + 1):
        point = f"{victims.title}, {policy}: {when} call {number}"
        if not share.has_self_update(point, is_whole=is_whole):
            continue
        with SelfUpdate(stack, image, successor_image, policy) as trial:
            is_struck = trial.struck(victims, number, when)
            wrong = trial.ended()
            tried += is_struck
            lost += [f"{point}: {'; '.join(wrong)}\n{trial.shown}"] if wrong else []
            revived += trial.revived
            freed += trial.freed
        stack.clean()
        if not is_struck:
            break
    if not tried:
        pytest.skip("none of its points is in this share")
    record_property("tried", f"{tried} tried, {len(lost)} lost, {revived} revived, {freed} freed")
    assert not lost, "\n".join(lost)
