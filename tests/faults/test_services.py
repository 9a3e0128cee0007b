"""Whatever befalls a service's update, at whichever of its calls: it has an end, and one rollout was made."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.fault_points import Strike
from tests.faults.report import PROPERTY, Point
from tests.faults.sampling import Share
from tests.faults.services import (
    SERVICE_KINDS,
    SERVICE_STRIKES,
    Call,
    ServiceKind,
    ServiceTrial,
    is_as_listed,
)
from tests.integration.swarm.conftest import CRASH, Services, manager, services  # noqa: F401 - fixtures
from tests.testbed.forked import ForkedCommands

pytestmark = pytest.mark.timeout(7200)  # one test is many updates

Begin = Callable[[ServiceKind], ServiceTrial]


@pytest.fixture
def begin(services: Services, tmp_path: Path) -> Iterator[Begin]:  # noqa: F811 - a fixture
    """Makes a trial with a state directory of its own, of images that all trials of a test share."""
    folders = (tmp_path / str(number) for number in itertools.count())
    made: list[ForkedCommands] = []
    pushed: list[tuple[str, str]] = []

    def trial(kind: ServiceKind) -> ServiceTrial:
        if not pushed:
            old = services.push("old")
            pushed.append((old, services.push("new", cmd=CRASH) if kind.bad else services.push("new")))
        folder = next(folders)
        folder.mkdir()
        made.append(ForkedCommands(services.node.host, folder))
        made[-1].environ["CTR_UPDATER_STABLE_FOR"] = "100ms"
        return ServiceTrial(services, made[-1], kind, *pushed[0])

    yield trial
    for each in made:
        each.close()


@pytest.mark.parametrize("strike", SERVICE_STRIKES, ids=lambda strike: strike.title)
@pytest.mark.parametrize("kind", SERVICE_KINDS, ids=lambda kind: kind.name)
def test_no_service_is_lost(
    begin: Begin,
    share: Share,
    kind: ServiceKind,
    strike: Strike,
    record_property: Callable[[str, object], None],
) -> None:
    lost, tried = [], 0
    for calls in _points(kind, strike):
        point = f"{kind.name}: {strike.title} {', '.join(map(str, calls))}"
        if not share.has_service(point, strike):
            continue
        with begin(kind) as trial:
            if not all(trial.struck(call, strike) for call in calls):
                continue
            wrong = trial.recovered()
        tried += 1
        record_property(PROPERTY, Point(kind.name, strike.title, bool(wrong)).as_json())
        lost += [f"{point}: {'; '.join(wrong)} (last said: {trial.said})"] if wrong else []
    if not tried:
        pytest.skip("none of its points is in this share")
    assert not lost, "\n".join(lost)


def _points(kind: ServiceKind, strike: Strike) -> Iterator[tuple[Call, ...]]:
    """Which calls are struck; where it comes twice, each of the recovery's for each of the update's."""
    return itertools.product(kind.points, repeat=2 if strike.twice else 1)


@pytest.mark.parametrize("kind", SERVICE_KINDS, ids=lambda kind: kind.name)
def test_an_update_makes_the_calls_that_are_struck(begin: Begin, share: Share, kind: ServiceKind) -> None:
    if not share.has(f"{kind.name}: its calls", SERVICE_STRIKES[0]):
        pytest.skip("it is not in this share")

    with begin(kind) as trial:
        trial.through_proxy()
        calls = trial.calls

        assert trial.recovered() == []

    assert is_as_listed(kind, calls), "\n".join(calls)
