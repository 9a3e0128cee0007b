"""What events add up to."""

import pytest
from prometheus_client import generate_latest

from watcher.model.events import Event
from watcher.model.message_events import MessageGivenUp, MessageNotTaken, MessageTaken
from watcher.model.registry_events import RegistryAsked
from watcher.model.update_events import Attempt, AttemptEnded, Ending, ImageVersion
from watcher.web.counts import Counts

OLD, NEW = ImageVersion(f"sha256:{'a' * 64}"), ImageVersion(f"sha256:{'b' * 64}")


def ended(outcome: Ending, took_s: float = 3.0, down_s: float | None = None) -> AttemptEnded:
    attempt = Attempt("", "web", "update", outcome, "app:1", OLD, NEW, "daemon", took_s, down_s)
    return AttemptEnded(attempt)


def counted(*events: Event) -> Counts:
    counts = Counts(["local"])
    for event in events:
        counts.take("local", event)
    return counts


def value(counts: Counts, name: str, **labels: str) -> float | None:
    return counts.registry.get_sample_value(f"ctr_updater_{name}", labels)


def test_attempts_are_counted_by_how_they_ended() -> None:
    counts = counted(ended("updated"), ended("updated"), ended("rolled back"))

    assert value(counts, "updates_total", engine="local", outcome="updated") == 2
    assert value(counts, "updates_total", engine="local", outcome="rolled back") == 1
    assert value(counts, "updates_total", engine="local", outcome="failed") == 0


def test_what_was_refused_took_no_time_and_what_did_not_stop_was_not_down() -> None:
    counts = counted(ended("refused", 0.0), ended("failed", 4.0), ended("updated", 2.0, 0.5))

    assert value(counts, "update_seconds_count") == 2
    assert value(counts, "update_seconds_sum") == 6.0
    assert (value(counts, "downtime_seconds_count"), value(counts, "downtime_seconds_sum")) == (1, 0.5)


def test_questions_to_registries_are_counted_by_what_came_of_them() -> None:
    counts = counted(
        RegistryAsked("ghcr.io"), RegistryAsked("ghcr.io"), RegistryAsked("ghcr.io", "unreachable")
    )

    assert value(counts, "tag_checks_total", registry="ghcr.io", result="ok") == 2
    assert value(counts, "tag_checks_total", registry="ghcr.io", result="unreachable") == 1


def test_a_registry_that_nobody_follows_any_more_leaves_the_series() -> None:
    counts = counted(RegistryAsked("ghcr.io"), RegistryAsked("quay.io", "broken"))

    counts.keep({"ghcr.io"})

    assert b"quay.io" not in generate_latest(counts.registry)
    assert value(counts, "tag_checks_total", registry="ghcr.io", result="ok") == 1


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (MessageTaken("ntfy://*", "ntfy"), "taken"),
        (MessageNotTaken("ntfy://*", "ntfy", "503", is_news=False), "not taken"),
        (MessageGivenUp("ntfy://*", "ntfy", "503", 1), "given up"),
    ],
)
def test_messages_are_counted_by_what_became_of_them(event: Event, result: str) -> None:
    assert value(counted(event), "notifications_total", service="ntfy", result=result) == 1


def test_no_id_gets_into_a_label_and_no_series_says_when_a_count_was_made() -> None:
    text = generate_latest(counted(ended("updated")).registry).decode()

    assert "sha256" not in text
    assert "_created" not in text
