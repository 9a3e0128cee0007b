"""What is so now."""

from collections.abc import Iterable

import pytest

from watcher.check.shown import Shown
from watcher.check.verdict import Status, Verdict
from watcher.model.events import EngineFollowed, Looked, PassBegan
from watcher.web import gauges
from watcher.web.engine_status import EngineStatus
from watcher.web.gauges import Counted, Family

ID = "3f4a" + "0" * 60


def row(name: str, verdict: Status, image: str = "app:1") -> Shown:
    return Shown(name, "c" * 64, image, "running", "update", Verdict(verdict, "", f"sha256:{ID}"))


def values(families: Iterable[Family], name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"ctr_updater_{name}"
    }


def test_containers_are_counted_by_verdict_and_those_that_there_are_none_of_too() -> None:
    rows = [row("a", Status.CURRENT), row("b", Status.CURRENT), row("c", Status.HELD)]

    found = values(gauges.of_containers([Counted("nas", rows, 0)]), "containers")

    assert found == {
        ("nas", "current"): 2, ("nas", "held"): 1, ("nas", "outdated"): 0, ("nas", "unknown"): 0,
    }  # fmt: skip


def test_unknown_is_never_shown_as_up_to_date() -> None:
    rows = [
        row("a", Status.CURRENT), row("b", Status.OUTDATED), row("c", Status.HELD), row("d", Status.UNKNOWN),
    ]  # fmt: skip

    families = [*gauges.of_containers([Counted("nas", rows, 3)])]
    found = values(families, "container_update_available")

    assert found == {("nas", "a", "app:1"): 0, ("nas", "b", "app:1"): 1, ("nas", "c", "app:1"): 1}
    assert values(families, "open_updates") == {("nas",): 3}


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("app:1", "app:1"),
        (f"ghcr.io/a/app:1@sha256:{ID}", "ghcr.io/a/app:1"),
        (f"app@sha256:{ID}", "app"),
        (f"sha256:{ID}", ""),
        (ID, ""),
        (ID[:12], ""),
        ("cafe", "cafe"),
    ],
)
def test_no_id_and_no_digest_is_a_label(image: str, label: str) -> None:
    assert gauges.image_label(row("web", Status.CURRENT, image)) == label


def test_the_registries_are_those_of_what_is_followed() -> None:
    rows = [
        row("a", Status.CURRENT, "app:1"),
        row("b", Status.CURRENT, "ghcr.io/a/b"),
        row("c", Status.CURRENT, ID),
    ]

    assert gauges.registries(rows) == {"docker.io", "ghcr.io"}


def test_a_moment_that_has_not_come_is_left_out() -> None:
    seen = EngineStatus()
    assert {family.name for family in gauges.of_daemon({"nas": seen}) if family.samples} == {
        "ctr_updater_build_info", "ctr_updater_engine_up",
    }  # fmt: skip

    seen.take(EngineFollowed("unix:///docker.sock", "1.41"))
    seen.take(PassBegan())
    seen.take(Looked({}))
    found = [*gauges.of_daemon({"nas": seen})]

    assert values(found, "engine_up") == {("nas",): 1}
    assert values(found, "last_look_timestamp_seconds") == {("nas",): seen.last_look}
    assert values(found, "last_pull_timestamp_seconds") == {(): seen.last_pull}


def test_each_of_several_engines_has_its_own_series_in_one_family() -> None:
    seen = {"local": EngineStatus(), "nas": EngineStatus()}
    seen["nas"].take(EngineFollowed("unix:///docker.sock", "1.41"))
    rows = [row("web", Status.CURRENT)]
    both = [Counted("local", rows, 0), Counted("nas", rows, 1)]

    found = [*gauges.of_daemon(seen), *gauges.of_containers(both)]

    assert values(found, "engine_up") == {("local",): 0, ("nas",): 1}
    assert values(found, "open_updates") == {("local",): 0, ("nas",): 1}
    assert set(values(found, "container_update_available")) == {
        ("local", "web", "app:1"), ("nas", "web", "app:1"),
    }  # fmt: skip
    assert len({family.name for family in found}) == len(found)
