"""What cards read: Homepage counts `updateAvailable`, Homarr checks types, Home Assistant names sensors."""

from typing import Any

import pytest

from watcher.check.shown import Shown
from watcher.check.verdict import Status, Verdict
from watcher.model.release import NOTHING, Release, Releases
from watcher.web.cards import card

OLD, NEW = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def row(status: Status, image: str = "ghcr.io/me/app:1", releases: Releases = NOTHING) -> Shown:
    verdict = Verdict(status, "the reason", OLD, NEW)
    shown = Shown("web", "c" * 64, image, "running", "update", verdict, engine="nas")
    return (
        shown
        if releases is None
        else Shown("web", "c" * 64, image, "running", "update", verdict, releases=releases)
    )


def as_homarr(container: dict[str, Any]) -> dict[str, Any]:
    """What Homarr makes of one, after it has checked the types."""
    assert isinstance(container["id"], str)
    assert isinstance(container["name"], str)
    assert isinstance(container["updateAvailable"], bool)
    assert container["link"] is None or isinstance(container["link"], str)
    kind, result = container.get("updateKind", {}), container.get("result", {})
    new = kind.get("remoteValue") or result.get("tag")
    return {"name": container["displayName"], "old": container["image"]["tag"]["value"], "new": new}


@pytest.mark.parametrize(
    ("status", "is_available"),
    [(Status.CURRENT, False), (Status.OUTDATED, True), (Status.HELD, True), (Status.UNKNOWN, False)],
)
def test_an_update_is_available_also_where_it_is_held(status: Status, is_available: bool) -> None:
    found = card(row(status))

    assert found["updateAvailable"] is is_available
    assert ("error" in found) is (status is Status.UNKNOWN)


def test_versions_are_shown_where_images_tell_them_else_the_tag_and_the_id() -> None:
    told = Releases(Release("1.2"), Release("1.3"))

    assert as_homarr(card(row(Status.OUTDATED, releases=told))) == {"name": "web", "old": "1.2", "new": "1.3"}
    assert as_homarr(card(row(Status.OUTDATED))) == {"name": "web", "old": "1", "new": NEW}


@pytest.mark.parametrize("image", ["-", "", OLD, f"app@{OLD}"])
def test_a_container_that_follows_no_tag_is_a_card_too(image: str) -> None:
    assert as_homarr(card(row(Status.UNKNOWN, image)))["name"] == "web"


def test_registry_and_name_are_apart() -> None:
    image = card(row(Status.CURRENT))["image"]

    assert (image["registry"]["url"], image["name"], image["tag"]["value"]) == ("ghcr.io", "me/app", "1")
