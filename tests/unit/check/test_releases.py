"""The versions that a judgement knows of, and a link where there is something new to read about."""

from typing import Any

import pytest

from watcher.check.judgement import Assessment
from watcher.check.releases import releases_of
from watcher.check.verdict import Status, Verdict
from watcher.model.release import NOTHING, Release

SOURCE = "https://github.com/example/app"


def image(image_id: str, version: str) -> dict[str, Any]:
    labels = {"org.opencontainers.image.version": version, "org.opencontainers.image.source": SOURCE}
    return {"Id": image_id, "Config": {"Labels": labels}}


def judged(target: str, *, own: str = "", **images: Any) -> Assessment:
    verdict = Verdict(Status.OUTDATED, "", "sha256:old", target)
    labels = {"ctr-updater.release-url": own}
    return Assessment({"Config": {"Labels": labels}}, images.get("tagged"), verdict, images.get("running"))


OLD, NEW = image("sha256:old", "1"), image("sha256:new", "2")


def test_of_an_update_both_versions_and_a_link_are_known() -> None:
    found = releases_of(judged("sha256:new", running=OLD, tagged=NEW))

    assert (found.running.version, found.target.version, found.link) == ("1", "2", f"{SOURCE}/releases")


def test_what_is_current_runs_its_target_and_has_no_link() -> None:
    found = releases_of(judged("sha256:old", running=OLD, tagged=OLD, own="https://example.com/"))

    assert (found.running.version, found.target.version, found.link) == ("1", "1", "")


def test_what_is_still_in_its_registry_has_no_version_and_no_link() -> None:
    found = releases_of(judged("", running=OLD, tagged=OLD, own="https://example.com/"))

    assert (found.running.version, found.target, found.link) == ("1", Release(), "")


@pytest.mark.parametrize(
    ("own", "shown"),
    [("https://example.com/{version}", "https://example.com/2"), ("notes", f"{SOURCE}/releases")],
)
def test_the_users_own_address_is_the_link_where_it_can_be_read(own: str, shown: str) -> None:
    assert releases_of(judged("sha256:new", tagged=NEW, own=own)).link == shown


def test_images_that_nobody_knows_say_nothing() -> None:
    assert releases_of(judged("sha256:new")) == NOTHING
