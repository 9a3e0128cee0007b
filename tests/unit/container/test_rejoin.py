"""Who took a container off a network: an updater that was at work then, or a person."""

from typing import Any

import pytest

from watcher.container.rejoin import TakenOff, taken_off

Json = dict[str, Any]

CID, NET, ID = "c" * 64, "n" * 64, "d" * 64
OTHER = f"db.ctr-updater-old-r-{'a' * 12}-0123456789ab"
OWNER = "ba9876543210"


def off(at: float, *, cid: str = CID, network: str = NET, action: str = "disconnect") -> Json:
    attributes = {"container": cid, "name": "net", "type": "bridge"}
    actor = {"ID": network, "Attributes": attributes}
    return {"Type": "network", "Action": action, "Actor": actor, "timeNano": int(at * 1e9)}


def sign(at: float, name: str = OTHER) -> Json:
    actor = {"ID": ID, "Attributes": {"name": name}}
    return {"Type": "container", "Action": "update", "Actor": actor, "timeNano": int(at * 1e9)}


@pytest.mark.parametrize(
    ("past", "beside"),
    [
        ([sign(90), off(100)], {"db", ID}),
        ([off(100), sign(110)], {"db", ID}),
        ([sign(80), off(100), sign(120)], set()),
        ([sign(99, "db"), off(100)], set()),
        ([sign(99, f"web.ctr-updater-new-r-{'a' * 12}-{OWNER}"), off(100)], set()),
        ([sign(99, f"old.ctr-updater-new-r-{'a' * 12}"), off(100)], {"old", ID}),
        ([sign(50), off(50), off(100)], set()),
    ],
)
def test_an_updater_is_told_by_its_signs_at_that_moment(past: list[Json], beside: set[str]) -> None:
    assert taken_off(past, CID, NET, OWNER) == TakenOff(100, frozenset(beside))


@pytest.mark.parametrize(
    "past",
    [
        [],
        [sign(100)],
        [sign(100), off(100, cid="e" * 64)],
        [sign(100), off(100, network="m" * 64)],
        [sign(100), off(100, action="connect")],
    ],
)
def test_where_the_engine_tells_of_no_disconnection_nobody_did_it(past: list[Json]) -> None:
    assert taken_off(past, CID, NET, OWNER) is None
