"""What Watchtower's labels mean here."""

import pytest

from watcher.config.policy import Policy
from watcher.model.errors import UnreadableSetting
from watcher.model.watchtower import (
    COUNTS,
    PREFIX,
    meant,
    scope_of,
    settings_of,
    shown,
    signal_of,
    without_counterpart,
)


@pytest.mark.parametrize(
    ("label", "value", "ours"),
    [
        ("enable", "true", {"enable": "true"}),
        ("enable", "T", {"enable": "true"}),
        ("enable", " 0 ", {"enable": "false"}),
        ("enable", "", {}),
        ("monitor-only", "true", {"mode": "notify"}),
        ("monitor-only", "false", {}),
        ("no-pull", "1", {"source": "local"}),
        ("no-pull", "FALSE", {}),
        ("depends-on", "/db, cache ,", {"depends-on": "db,cache"}),
        ("cooldown-delay", "24h", {"cooldown": "86400000ms"}),
        ("cooldown-delay", "1.5h", {"cooldown": "5400000ms"}),
        ("cooldown-delay", "1w1d", {"cooldown": "691200000ms"}),
        ("cooldown-delay", "1M", {"cooldown": "2592000000ms"}),
        ("cooldown-delay", "0", {"cooldown": "0"}),
        ("lifecycle.pre-update", "/backup.sh", {"hook.pre-update": '["sh", "-c", "/backup.sh"]'}),
        ("lifecycle.pre-check", "/backup.sh", {}),
        ("scope", "prod", {}),
    ],
)
def test_a_label_is_written_as_one_of_ours(label: str, value: str, ours: dict[str, str]) -> None:
    said = {f"{PREFIX}{label}": value}

    assert meant(said) == shown(said) == {f"ctr-updater.{name}": text for name, text in ours.items()}
    Policy().with_labels(meant(said))


@pytest.mark.parametrize(("own", "expected"), [("false", {}), ("", {"ctr-updater.enable": "true"})])
def test_ours_speaks_first_where_it_says_anything(own: str, expected: dict[str, str]) -> None:
    assert meant({f"{PREFIX}enable": "true", "ctr-updater.enable": own}) == expected


UNREADABLE = [("enable", "yes"), ("monitor-only", "on"), ("no-pull", "-"), ("cooldown-delay", "soon")]
UNREADABLE += [("lifecycle.post-update-timeout", "2m")]


@pytest.mark.parametrize(("label", "value"), UNREADABLE)
def test_what_cannot_be_read_is_refused_by_its_own_name(label: str, value: str) -> None:
    said = {f"{PREFIX}{label}": value}

    with pytest.raises(UnreadableSetting, match=f"^{PREFIX}{label}='{value}' cannot be read"):
        meant(said)
    with pytest.raises(UnreadableSetting):
        Policy().with_labels(shown(said))


@pytest.mark.parametrize(
    ("text", "signal"), [("SIGHUP", "SIGHUP"), ("term", "SIGTERM"), ("15", "15"), ("", "")]
)
def test_a_stop_has_the_signal_that_is_asked_for(text: str, signal: str) -> None:
    assert signal_of({f"{PREFIX}stop-signal": text}) == signal


@pytest.mark.parametrize("text", ["SIGNOT", "0", "65", "-9", "9; rm", "\u0661"])
def test_what_is_no_signal_is_refused(text: str) -> None:
    labels = {f"{PREFIX}stop-signal": text}

    with pytest.raises(UnreadableSetting):
        settings_of({"Labels": labels, COUNTS: True})
    assert settings_of({"Labels": labels}) == labels


def test_a_container_says_what_its_labels_mean_only_where_they_count() -> None:
    labels = {f"{PREFIX}monitor-only": "true"}
    inspected = {"Config": {"Labels": labels}}

    assert settings_of(inspected) == labels
    assert settings_of(inspected | {COUNTS: True}) == labels | {"ctr-updater.mode": "notify"}
    assert settings_of({"Config": {"Labels": None}, COUNTS: True}) == {}


@pytest.mark.parametrize(
    ("labels", "scope"),
    [(None, "none"), ({f"{PREFIX}scope": " prod"}, "prod"), ({f"{PREFIX}scope": ""}, "none")],
)
def test_the_scope(labels: dict[str, str] | None, scope: str) -> None:
    assert scope_of(labels) == scope


def test_what_means_nothing_here_is_told_by_its_name() -> None:
    known = ("enable", "container-chain", "scope", "lifecycle.post-update", "lifecycle.pre-update-timeout")
    unknown = ("git-repo", "lifecycle.post-check", "lifecycle.pre-check", "lifecycle.uid")
    labels = {f"{PREFIX}{name}": "x" for name in (*known, *unknown)}

    assert without_counterpart(labels | {"other": "x"}) == [f"{PREFIX}{name}" for name in unknown]
