"""Whatever a person does in the middle of an update, at whichever of its calls: no container is lost."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.faults.begin import Begin
from tests.faults.deeds import DEEDS, Deed, Moment
from tests.faults.kinds import KINDS, MEDDLED, Kind
from tests.faults.person import Visit
from tests.faults.report import PERSON, PROPERTY, Point
from tests.faults.sampling import Share

pytestmark = pytest.mark.timeout(7200)  # one test is many updates

# Some of these make an update go back, or begin anew: those calls count as well.
_CALLS = 18


def _pairs() -> Iterator[tuple[Kind, Deed]]:
    """Compose's commands are for its own containers, and those about networks for one that has its own."""
    for kind, deed in itertools.product((kind for kind in KINDS if kind.name in MEDDLED), DEEDS):
        is_of_networks = "network" in deed.words
        if kind.compose == deed.is_of_compose and (kind.networks > 0) == is_of_networks:
            yield kind, deed


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "deed"), list(_pairs()), ids=lambda each: each.name if isinstance(each, Kind) else each.title
)
def test_no_container_is_lost_to_what_a_person_does(
    begin: Begin,
    share: Share,
    kind: Kind,
    deed: Deed,
    when: str,
    record_property: Callable[[str, object], None],
) -> None:
    lost, tried = [], 0
    for number in range(1, _CALLS + 1):
        moment = Moment("before" if when == "before" else "after", number)
        point = f"{kind.name}: {deed.title} {when} call {number}"
        if not share.has_deed(point):
            continue
        with begin(kind, Visit) as visit:
            if not visit.met(deed, moment):
                if visit.is_past:
                    break
                continue
            wrong = visit.wrong(deed)
        tried += 1
        record_property(PROPERTY, Point(kind.name, PERSON, bool(wrong), visit.notes, deed.title).as_json())
        lost += [f"{point}: {'; '.join(wrong)} ({visit.heard})"] if wrong else []
    if not tried:
        pytest.skip("none of its points is in this share")
    assert not lost, "\n".join(lost)
