"""Each setting is shown with its value and where that comes from; no secret is."""

from typing import Any

import pytest

from watcher.web.settings import of_container, settings

ENVIRON = {
    "CTR_UPDATER_INTERVAL": "5m",
    "CTR_UPDATER_MODE": "notify",
    "CTR_UPDATER_PING_URL": "https://user:pw@hc.example/secret-id?x=1",
    "CTR_UPDATER_TOKEN": "secret-token",
    "CTR_UPDATER_NOTIFY_FILE": "/run/secrets/notify",
    "CTR_UPDATER_REGISTRY_USER": "alice",
    "CTR_UPDATER_COOLDOWN": "  ",
    "HOME": "/root",
}


def named(name: str) -> dict[str, Any]:
    (row,) = [each for each in settings(ENVIRON, {"interval"}) if each["name"] == name]
    return row


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("interval", "5m", "flag"),
        ("mode", "notify", "variable"),
        ("cooldown", "0", "default"),
        ("concurrency", "8", "default"),
        ("keep-for", "7d", "default"),
        ("cleanup", "false", "default"),
        ("schedule", "", "default"),
        ("ping-url", "https://hc.example/...", "variable"),
        ("CTR_UPDATER_TOKEN", "(set, and not shown)", "variable"),
        ("CTR_UPDATER_NOTIFY_FILE", "/run/secrets/notify", "variable"),
        ("CTR_UPDATER_REGISTRY_USER", "alice", "variable"),
    ],
)
def test_a_setting_is_shown_with_where_it_comes_from(name: str, value: str, source: str) -> None:
    row = named(name)

    assert (row["value"], row["from"]) == (value, source)


def test_every_setting_is_there_once_and_no_secret() -> None:
    rows = settings(ENVIRON, ())
    names = [row["name"] for row in rows]

    assert len(names) == len({*names})
    assert {"interval", "mode", "listen", "state-dir"} <= {*names}
    assert not any(word in str(rows) for word in ("secret-", "pw@", "HOME"))


def test_a_label_speaks_louder_than_what_holds_for_all() -> None:
    labels = {"ctr-updater.enable": "true", "ctr-updater.cooldown": "1d", "ctr-updater.schedule": " "}
    rows = {row["label"]: (row["value"], row["from"]) for row in of_container(labels, ENVIRON, {"interval"})}

    assert rows["ctr-updater.enable"] == ("true", "label")
    assert rows["ctr-updater.cooldown"] == ("1d", "label")
    assert rows["ctr-updater.schedule"] == ("", "default")
    assert rows["ctr-updater.mode"] == ("notify", "variable")
    assert rows["ctr-updater.stop-timeout"] == ("", "default")


def test_beside_a_watchtower_the_daemon_only_tells_whatever_the_label_says() -> None:
    labels = {"ctr-updater.enable": "true", "ctr-updater.mode": "update"}
    alone, beside = (of_container(labels, {}, (), is_told_of=is_told) for is_told in (False, True))
    (mode,) = [row for row in beside if row["name"] == "mode"]

    assert (mode["value"], mode["from"], mode["label"]) == ("notify", "watchtower", "ctr-updater.mode")
    assert [row for row in beside if row != mode] == [row for row in alone if row["name"] != "mode"]


def test_a_variable_is_no_setting_of_a_label_alone() -> None:
    rows = {row["label"]: row for row in of_container({}, {"CTR_UPDATER_ENABLE": "true"}, ())}

    assert (rows["ctr-updater.enable"]["value"], rows["ctr-updater.enable"]["from"]) == ("false", "default")
