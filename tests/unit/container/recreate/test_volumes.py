from typing import Any

import pytest

from tests.unit.container.recreate.inspects import NEWEST, container, image, volume
from watcher.container.recreate import replacement, volume_sources

PEER_ID = "9" * 64


def sent(host: dict[str, Any], *mounts: dict[str, Any], **more: Any) -> dict[str, Any]:
    seen = container(host=host, Mounts=list(mounts))
    body = replacement(seen, old_image=image(), new_image=image(), api=NEWEST, **more).body["HostConfig"]
    return {key: body[key] for key in ("Binds", "Mounts", "VolumesFrom", "Tmpfs") if key in body}


def attached(name: str, path: str, **more: Any) -> dict[str, Any]:
    return {"Type": "volume", "Source": name, "Target": path, "ReadOnly": False} | more


def peer(*mounts: dict[str, Any]) -> dict[str, Any]:
    return {"Id": PEER_ID, "Name": "/peer", "Mounts": list(mounts)}


def test_an_anonymous_volume_is_carried_over_by_name() -> None:
    assert sent({}, volume("v", "/data")) == {"Mounts": [attached("v", "/data")]}


def test_a_read_only_volume_stays_read_only() -> None:
    assert sent({}, volume("v", "/data", RW=False)) == {"Mounts": [attached("v", "/data", ReadOnly=True)]}


def test_a_volume_of_a_plugin_keeps_its_driver() -> None:
    carried = sent({}, volume("v", "/data", Driver="nfs"))

    assert carried["Mounts"][0]["VolumeOptions"] == {"DriverConfig": {"Name": "nfs"}}


def test_a_volume_that_was_carried_over_once_is_not_attached_twice() -> None:
    mounts = [attached("v", "/data")]

    assert sent({"Mounts": mounts}, volume("v", "/data")) == {"Mounts": mounts}


@pytest.mark.parametrize(
    "host",
    [
        {"Binds": ["v:/data"]},
        {"Binds": ["v:/data/:ro"]},
        {"Mounts": [{"Type": "volume", "Source": "v", "Target": "/data/"}]},
    ],
)
def test_a_volume_that_an_option_names_is_left_to_the_option(host: dict[str, Any]) -> None:
    assert sent(host, volume("v", "/data")) == host


def test_a_tmpfs_over_a_volume_of_the_image_stays_a_tmpfs() -> None:
    assert sent({"Tmpfs": {"/data": "size=1m"}}) == {"Tmpfs": {"/data": "size=1m"}}


def test_mounts_keep_every_option_of_their_own_type_and_lose_those_of_another() -> None:
    """API 1.42 refuses what 1.41 stored."""
    bind = {
        "Type": "bind",
        "Source": "/s",
        "Target": "/t",
        "Unheard": 1,
        "BindOptions": {"Propagation": "rslave"},
    }

    assert sent({"Mounts": [bind | {"VolumeOptions": {"NoCopy": True}}]}) == {"Mounts": [bind]}


def test_a_mount_without_source_gets_the_volume_that_it_has() -> None:
    carried = sent({"Mounts": [{"Type": "volume", "Target": "/data"}]}, volume("v", "/data"))

    assert carried == {"Mounts": [{"Type": "volume", "Target": "/data", "Source": "v"}]}


def test_a_bind_without_source_gets_the_volume_that_it_has() -> None:
    assert sent({"Binds": ["/data"]}, volume("v", "/data")) == {"Binds": ["v:/data"]}


def test_volumes_of_a_living_container_in_volumes_from_are_left_to_it() -> None:
    theirs = volume("t", "/theirs")

    carried = sent({"VolumesFrom": ["peer:ro"]}, theirs, volume("v", "/data"), sources={"peer": peer(theirs)})

    assert carried == {"VolumesFrom": ["peer:ro"], "Mounts": [attached("v", "/data")]}


def test_volumes_of_a_container_that_is_gone_are_attached_directly() -> None:
    bind = {
        "Type": "bind",
        "Source": "/s",
        "Destination": "/b",
        "RW": True,
        "Propagation": "rslave",
        "Mode": "",
    }

    carried = sent({"VolumesFrom": ["gone"]}, volume("t", "/theirs"), bind)

    assert carried == {
        "VolumesFrom": [],
        "Mounts": [
            attached("t", "/theirs"),
            {
                "Type": "bind",
                "Source": "/s",
                "Target": "/b",
                "ReadOnly": False,
                "BindOptions": {"Propagation": "rslave"},
            },
        ],
    }


def test_another_volume_at_a_path_of_volumes_from_is_the_containers_own_data() -> None:
    carried = sent(
        {"VolumesFrom": ["peer"]}, volume("mine", "/x"), sources={"peer": peer(volume("theirs", "/x"))}
    )

    assert carried["Mounts"] == [attached("mine", "/x")]


@pytest.mark.parametrize(
    ("typed", "sent_as"),
    [(PEER_ID, "n"), (PEER_ID[:12], "n"), ("peer", "peer")],
    ids=["id", "short-id", "name"],
)
def test_volumes_from_a_replaced_container_are_from_its_successor(typed: str, sent_as: str) -> None:
    carried = sent({"VolumesFrom": [f"{typed}:ro"]}, sources={typed: peer()}, successors={PEER_ID: "n"})

    assert carried["VolumesFrom"] == [f"{sent_as}:ro"]


def test_a_name_that_looks_like_the_beginning_of_its_own_id_is_a_name() -> None:
    named = peer() | {"Name": "/9999"}

    carried = sent({"VolumesFrom": ["9999"]}, sources={"9999": named}, successors={PEER_ID: "n"})

    assert carried["VolumesFrom"] == ["9999"]


def test_containers_in_volumes_from_are_named_without_their_mode() -> None:
    assert volume_sources(container(host={"VolumesFrom": ["a:ro", "b"]})) == ("a", "b")
    assert volume_sources(container()) == ()
