"""Who is lost when a container is replaced is found before it is touched."""

from collections.abc import Mapping
from typing import Any

import pytest

from watcher.dependencies.namespaces import Tie, TieKind, Way, dependents, made_anew, references, way

Json = dict[str, Any]


def container(name: str, *, links: tuple[str, ...] = (), **modes: str) -> Json:
    """An inspect; its id is made from its name, and modes are said with names."""
    host: Json = {"NetworkMode": "bridge", "PidMode": "", "IpcMode": "private", "Links": None}
    host |= {
        f"{key.capitalize()}Mode": f"container:{identifier(provider)}" for key, provider in modes.items()
    }
    if links:
        host["Links"] = [f"/{provider}:/{name}/{provider}" for provider in links]
    return {"Id": identifier(name), "Name": f"/{name}", "HostConfig": host}


def identifier(name: str) -> str:
    return name.encode().hex().ljust(64, "0")


def found(*containers: Json, of: str = "web") -> list[str]:
    return [str(each) for each in dependents(identifier(of), [container("web"), *containers])]


@pytest.mark.parametrize(
    ("dependent", "said"),
    [
        pytest.param(container("side", network="web"), "side shares the network of web", id="network"),
        pytest.param(container("side", pid="web"), "side shares the processes of web", id="pid"),
        pytest.param(container("side", ipc="web"), "side shares the memory (IPC) of web", id="ipc"),
        pytest.param(container("side", links=("web",)), "side links to web", id="link"),
        pytest.param(
            container("side", ipc="web", network="web"),
            "side shares the network of web and shares the memory (IPC) of web",
            id="several",
        ),
    ],
)
def test_who_holds_the_id_is_found_and_how_is_said(dependent: Json, said: str) -> None:
    assert found(dependent) == [said]


def test_a_link_names_its_provider_and_not_what_that_is_called_within() -> None:
    linked = container("side")
    linked["HostConfig"]["Links"] = ["/web:/side/db"]

    assert found(linked, container("db")) == ["side links to web"]
    assert found(linked, container("db"), of="db") == []


def test_who_holds_on_to_another_is_not_found() -> None:
    assert found(container("side", network="db"), container("db"), container("free")) == []


def test_who_only_uses_its_volumes_is_not_found() -> None:
    reader = container("reader")
    reader["HostConfig"]["VolumesFrom"] = [identifier("web"), "web:ro"]

    assert found(reader) == []


def test_a_link_in_a_network_of_the_users_own_is_no_more_than_a_name() -> None:
    linking = container("app", links=("web",))
    linking["HostConfig"]["NetworkMode"] = "front"

    assert found(linking) == []


def test_two_links_to_the_same_container_are_said_once() -> None:
    linking = container("app")
    linking["HostConfig"]["Links"] = ["/web:/app/web", "/web:/app/www"]

    assert found(linking) == ["app links to web"]


def test_whoever_holds_on_to_a_dependent_comes_after_it() -> None:
    everybody = [
        container("a", links=("side",)),
        container("b", ipc="a", pid="web"),
        container("side", network="web"),
    ]

    assert found(*everybody) == found(*reversed(everybody))
    assert found(*everybody) == [
        "side shares the network of web",
        "a links to side",
        "b shares the processes of web and shares the memory (IPC) of a",
    ]


def test_what_else_a_dependent_holds_on_to_is_not_said_for_it_stays() -> None:
    assert found(container("side", network="web", pid="db"), container("db")) == [
        "side shares the network of web"
    ]


def test_a_circle_that_names_alone_could_make_is_cut() -> None:
    one, other = container("one", network="web", pid="other"), container("other", pid="one")

    assert [each.split()[0] for each in found(one, other)] == ["one", "other"]


def test_temporary_names_do_not_count() -> None:
    """An update that is open has its own containers, which hold on to whom they are to hold on to."""
    assert found(container(f"side.ctr-updater-new-r-{'0' * 12}", network="web")) == []


def test_a_mode_that_holds_a_name_is_understood() -> None:
    odd = container("side")
    odd["HostConfig"]["NetworkMode"] = "container:web"

    assert found(odd) == ["side shares the network of web"]


@pytest.mark.parametrize(
    "host",
    [
        None,
        {},
        {"NetworkMode": None, "PidMode": None, "IpcMode": None, "Links": None},
        {"NetworkMode": "container:", "PidMode": "container", "Links": []},
        {"NetworkMode": "container:gone", "PidMode": f"container:{'f' * 64}"},
        {"Links": ["/gone:/side/gone", "gone", ""]},
        {"NetworkMode": "ns:/run/netns/x", "PidMode": "host", "IpcMode": "shareable"},
    ],
)
def test_odd_and_dangling_values_hold_on_to_nothing(host: Json | None) -> None:
    assert found({"Id": "e" * 64, "Name": "/side", "HostConfig": host}) == []


def test_nobody_depends_on_what_is_not_there() -> None:
    assert dependents("f" * 64, [container("side", network="web")]) == ()


def test_a_dependent_is_the_container_as_inspected() -> None:
    side = container("side", network="web")

    (only,) = dependents(identifier("web"), [container("web"), side])

    assert (only.name, only.container, only.ties) == ("side", side, (Tie(TieKind.NETWORK, "web"),))


def test_the_references_of_a_container_are_those_that_the_engine_says() -> None:
    """A link's name is what its provider is called just now, be it a temporary name."""
    linking = container("app", pid="web", links=("web.ctr-updater-old-r-000000000000",))

    assert references(linking) == (
        (TieKind.PID, identifier("web")),
        (TieKind.LINK, "web.ctr-updater-old-r-000000000000"),
    )


OLD, NEW = identifier("old"), identifier("new")
ASIDE, COMING = f"web.ctr-updater-old-r-{NEW[:12]}", f"web.ctr-updater-new-r-{OLD[:12]}"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param({OLD: "web", NEW: COMING}, Way.BACK, id="not replaced yet, or undone"),
        pytest.param({OLD: ASIDE, NEW: COMING}, Way.BACK, id="between, where its own update is undone too"),
        pytest.param({OLD: ASIDE, NEW: "web"}, Way.FORWARD, id="replaced, and the old one is still there"),
        pytest.param({OLD: "web"}, Way.BACK, id="undone, and the successor is dropped"),
        pytest.param({NEW: "web"}, Way.COMMITTED, id="replaced for good"),
        pytest.param({OLD: ASIDE}, Way.BACK, id="the successor was removed by hand"),
        pytest.param({}, Way.BACK, id="both were removed by hand"),
    ],
)
@pytest.mark.parametrize("mode", ["network", "pid", "ipc", "link"])
def test_the_names_of_its_provider_say_where_an_update_goes(
    mode: str, names: dict[str, str], expected: Way
) -> None:
    old, new = (holding(mode, cid, names) for cid in (OLD, NEW))

    assert way(old, new, names) is expected


AGAIN = identifier("again")
FOR_GOOD = f"web.ctr-updater-old-rb-{AGAIN[:12]}"


@pytest.mark.parametrize("mode", ["network", "pid", "ipc"])
def test_a_provider_that_was_made_anew_says_so_in_its_name(mode: str) -> None:
    names = {OLD: FOR_GOOD, AGAIN: "web"}
    old, new, again = (holding(mode, cid, names) for cid in (OLD, NEW, AGAIN))

    assert made_anew(old, names) == {OLD: AGAIN}
    assert way(old, new, names) is way(old, None, names) is Way.ANEW
    assert way(old, again, names) is Way.FORWARD
    assert made_anew(again, names) == made_anew(old, {OLD: FOR_GOOD, NEW: "web"}) == {}


def test_a_successor_that_is_made_to_go_back_is_no_provider_that_was_made_anew() -> None:
    names = {NEW: f"web.ctr-updater-new-rb-{OLD[:12]}", OLD: "web"}

    assert made_anew(holding("network", NEW, names), names) == {}


def test_an_update_whose_provider_stays_goes_its_own_way() -> None:
    side = container("side", network="web", pid="db")

    assert way(side, side, {identifier("web"): "web"}) is Way.OWN
    assert way(container("one"), container("other"), {}) is Way.OWN


def test_what_it_also_holds_on_to_and_stays_does_not_matter() -> None:
    old, new = container("side", network="old", pid="db"), container("side", network="new", pid="db")
    names = {identifier("db"): "db", OLD: ASIDE, NEW: "web"}

    assert way(old, new, names) is Way.FORWARD
    del names[OLD]
    assert way(old, new, names) is Way.COMMITTED


@pytest.mark.parametrize(
    ("names", "old", "new", "expected"),
    [
        pytest.param({OLD: "web"}, "web", "", Way.BACK, id="the successor is gone"),
        pytest.param({NEW: "web"}, "", "web", Way.COMMITTED, id="the old one is gone"),
        pytest.param({OLD: ASIDE, NEW: "web"}, "web", "web", Way.OWN, id="both mean who has the name"),
    ],
)
def test_links_that_the_engine_read_again_when_it_started_mislead_nobody(
    names: dict[str, str], old: str, new: str, expected: Way
) -> None:
    """It looks up the name that was typed, and forgets a link that means nothing any more."""
    before, after = (container("app", links=(text,) if text else ()) for text in (old, new))

    assert way(before, after, names) is expected


def holding(mode: str, cid: str, names: Mapping[str, str]) -> Json:
    """A container that holds on to an id; a link is said with the name that this has now."""
    if mode == "link":
        return container("side", links=(names.get(cid, cid),))
    found = container("side")
    found["HostConfig"][f"{mode.capitalize()}Mode"] = f"container:{cid}"
    return found
