"""Watchtower's metrics, as its readers take them apart; and what an update takes that names nothing."""

from prometheus_client import generate_latest
from prometheus_client.registry import CollectorRegistry

from tests.unit.web.test_counts import ended
from watcher.check.eligibility import For, Wait
from watcher.check.shown import Shown
from watcher.check.verdict import Status, Verdict
from watcher.model.events import EngineGone, PassBegan, PassEnded
from watcher.web.watchtower import Scans, unnamed


def as_homepage(scans: Scans) -> dict[str, float]:
    """What Homepage makes of them: the words of each line that begins with `watchtower`."""
    registry = CollectorRegistry()
    registry.register(scans)
    lines = generate_latest(registry).decode().split("\n")
    return {
        key: float(value)
        for key, value in (line.split(" ") for line in lines if line.startswith("watchtower"))
    }


def test_they_have_watchtowers_names() -> None:
    scans = Scans()
    scans.scanned = 7
    for event in (PassBegan(), ended("updated"), ended("updated"), ended("failed"), ended("rolled back")):
        scans.take("local", event)

    assert as_homepage(scans) == {
        "watchtower_containers_scanned": 7,
        "watchtower_containers_updated": 2,
        "watchtower_containers_failed": 2,
        "watchtower_scans_total": 1,
        "watchtower_scans_skipped": 0,
    }


def test_each_pass_counts_anew_and_what_was_refused_has_not_failed() -> None:
    scans = Scans()
    for event in (PassBegan(), ended("updated"), ended("failed"), PassBegan(), ended("refused")):
        scans.take("local", event)

    found = as_homepage(scans)

    assert (found["watchtower_containers_updated"], found["watchtower_containers_failed"]) == (0, 0)
    assert found["watchtower_scans_total"] == 2


def test_while_the_engine_is_gone_nobody_says_how_many_there_are() -> None:
    assert "watchtower_containers_scanned" not in as_homepage(Scans())


def test_a_pass_of_several_engines_is_one_scan() -> None:
    scans = Scans()
    for engine, event in (
        ("local", PassBegan()), ("nas", PassBegan()), ("local", ended("updated")), ("local", PassEnded(0)),
        ("nas", ended("updated")), ("nas", EngineGone("")), ("local", PassBegan()),
    ):  # fmt: skip
        scans.take(engine, event)

    found = as_homepage(scans)

    assert found["watchtower_scans_total"] == 2
    assert found["watchtower_containers_updated"] == 0


def shown(name: str, mode: str, status: Status, *causes: For) -> Shown:
    waits = tuple(Wait(cause, "") for cause in causes)
    return Shown(name, "c" * 64, "web:1", "running", mode, Verdict(status, "", "sha256:1"), waits=waits)


def test_an_update_that_names_nothing_takes_what_wants_approval_only_where_that_is_given() -> None:
    rows = [
        shown("plain", "update", Status.OUTDATED),
        shown("current", "update", Status.CURRENT),
        shown("night", "update", Status.OUTDATED, For.SCHEDULE),
        shown("waiting", "approve", Status.OUTDATED, For.APPROVAL),
        shown("waiting-at-night", "approve", Status.OUTDATED, For.SCHEDULE, For.APPROVAL),
        shown("held", "approve", Status.HELD, For.HOLD, For.APPROVAL),
        shown("unpulled", "approve", Status.CURRENT),
        shown("unknown", "approve", Status.UNKNOWN),
        shown("approved", "approve", Status.OUTDATED),
        shown("approved-at-night", "approve", Status.OUTDATED, For.SCHEDULE),
    ]

    chosen, unpulled = unnamed(rows)

    assert [row.name for row in chosen] == ["plain", "current", "night", "approved", "approved-at-night"]
    assert unpulled == {"approved", "approved-at-night"}
