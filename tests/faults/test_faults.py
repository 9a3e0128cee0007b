"""Whatever befalls an update, at whichever of its calls: no container is lost."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.faults.begin import Begin
from tests.faults.fault_points import STRIKES, Strike
from tests.faults.kinds import KINDS, Kind
from tests.faults.report import PROPERTY, Point
from tests.faults.sampling import Share
from tests.faults.scenario import Trial
from tests.testbed.sampling import draw

pytestmark = pytest.mark.timeout(7200)  # one test is many updates

# A container that crashes in a loop is stopped in more calls one time than another.
_MORE = 3
# Without its state directory a run is another updater, which waits until the one before is known to be gone.
_REMEMBER = 4

Numbers = tuple[int, ...]


@pytest.fixture(scope="session")
def lengths() -> dict[str, int]:
    """How many calls the update of each kind makes that change something; as it is found out."""
    return {}


@pytest.mark.parametrize("strike", STRIKES, ids=lambda strike: strike.title)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.compose], ids=lambda kind: kind.name)
def test_no_container_is_lost(
    begin: Begin,
    lengths: dict[str, int],
    share: Share,
    kind: Kind,
    strike: Strike,
    record_property: Callable[[str, object], None],
) -> None:
    lost, tried = [], 0
    for numbers in _points(strike, _length(begin, lengths, kind)):
        point = f"{kind.name}: {strike.title} call {' and '.join(map(str, numbers))}"
        if not share.has(point, strike):
            continue
        with begin(kind, Trial) as trial:
            if not all(trial.struck(strike, number) for number in numbers):
                continue
            if draw(f"{point}: its memory") % _REMEMBER == 0:
                trial.lose_memory()
            wrong = trial.recovered()
        tried += 1
        record_property(PROPERTY, Point(kind.name, strike.title, bool(wrong), trial.notes).as_json())
        lost += [f"{point}: {'; '.join(wrong)} (last said: {trial.said})"] if wrong else []
    if not tried:
        pytest.skip("none of its points is in this share")
    assert not lost, "\n".join(lost)


def _length(begin: Begin, lengths: dict[str, int], kind: Kind) -> int:
    if kind.name not in lengths:
        with begin(kind, Trial) as trial:
            lengths[kind.name] = trial.undisturbed()
            assert trial.recovered() == [], trial.said
    return lengths[kind.name]


def _points(strike: Strike, calls: int) -> Iterator[Numbers]:
    """Which calls are struck; where it comes twice, each of the recovery's for each of the update's."""
    once = range(1, calls + _MORE + 1)
    # A recovery brings the update to an end, and then makes the next one from its beginning.
    return itertools.product(once, range(1, 2 * calls + _MORE + 1)) if strike.twice else ((n,) for n in once)
