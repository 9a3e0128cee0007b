from typing import Any

import pytest

from tests.unit.container.recreate.inspects import ID, NEW_ID, NEWEST, OLD_ID, container, image
from watcher.container.recreate import Payload, replacement


def made(seen: dict[str, Any], **more: Any) -> Payload:
    given = {"old_image": image(), "new_image": image(NEW_ID)} | more
    return replacement(seen, api=NEWEST, **given)


@pytest.mark.parametrize(
    ("hostname", "host", "sent"),
    [
        (ID[:12], {}, ""),
        ("front", {}, "front"),
        ("abcdef012345", {}, "abcdef012345"),
        ("machine", {"NetworkMode": "host"}, ""),
        ("front", {"NetworkMode": "host"}, "front"),
        ("machine", {}, "machine"),
        ("other", {"UTSMode": "host"}, ""),
    ],
)
def test_a_host_name_that_the_engine_gave_is_not_sent(hostname: str, host: dict[str, Any], sent: str) -> None:
    assert made(container({"Hostname": hostname}, host), host_name="machine").body["Hostname"] == sent


def descriptor(**platform: str) -> dict[str, Any]:
    return {"ImageManifestDescriptor": {"digest": "sha256:m", "platform": platform}}


@pytest.mark.parametrize(
    ("top", "old", "host", "asked"),
    [
        ({}, {}, "linux/amd64", ""),
        ({}, {}, "linux/arm64", "linux/amd64"),
        ({}, {"Architecture": "arm64", "Variant": "v8"}, "linux/arm64", ""),
        ({}, {"Architecture": "arm", "Variant": "v7"}, "linux/arm64", "linux/arm/v7"),
        ({}, {"Architecture": "arm", "Variant": "v6"}, "linux/arm/v7", "linux/arm/v6"),
        (descriptor(os="linux", architecture="arm64"), {}, "linux/amd64", "linux/arm64"),
        (descriptor(os="linux", architecture="amd64"), {"Architecture": "arm64"}, "linux/amd64", ""),
        ({}, {"Architecture": "arm64"}, "", ""),
    ],
)
def test_a_platform_is_asked_for_where_it_is_not_the_hosts_own(
    top: dict[str, Any], old: dict[str, Any], host: str, asked: str
) -> None:
    assert made(container(**top), old_image=image() | old, host_platform=host).platform == asked


COMPOSE_IMAGE = "com.docker.compose.image"


def label(held: str, **top: Any) -> Any:
    seen = container({"Labels": {COMPOSE_IMAGE: held, "com.docker.compose.config-hash": "h"}}, **top)
    labels = made(seen, new_manifest="sha256:new-manifest").body["Labels"]
    assert labels["com.docker.compose.config-hash"] == "h"
    return labels[COMPOSE_IMAGE]


def test_composes_note_of_the_image_names_the_new_one() -> None:
    assert label(OLD_ID) == NEW_ID


def test_composes_note_of_a_manifest_names_the_new_one() -> None:
    assert label("sha256:m", **descriptor(os="linux")) == "sha256:new-manifest"


def test_a_container_without_composes_note_gets_none() -> None:
    assert "Labels" not in made(container()).body
