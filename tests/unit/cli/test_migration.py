"""Each option of a Watchtower: which of ours, or why none."""

from typing import Any

import pytest

from watcher.cli.migration import service_of
from watcher.config.policy import Policy
from watcher.config.settings import DaemonSettings
from watcher.config.variables import refuse_unknown_variables
from watcher.config.watchtower import KNOWN

ALWAYS = {"CTR_UPDATER_WATCHTOWER": "true", "CTR_UPDATER_WATCH": "all", "CTR_UPDATER_INTERVAL": "24h"}


def watchtower(*words: str, env: tuple[str, ...] = (), mounts: Any = (), **host: Any) -> dict[str, Any]:
    config = {"Env": [*env], "Image": "containrrr/watchtower", "Labels": {}}
    return {"Name": "/wt", "Args": [*words], "Config": config, "HostConfig": host, "Mounts": [*mounts]}


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ([], {}),
        (["--label-enable"], {"CTR_UPDATER_WATCH": None}),
        (["--cleanup", "--monitor-only"], {"CTR_UPDATER_CLEANUP": "true", "CTR_UPDATER_MODE": "notify"}),
        (["--interval", "300"], {"CTR_UPDATER_INTERVAL": "300s"}),
        (
            ["--schedule", "0 30 4 * * 1-5"],
            {"CTR_UPDATER_SCHEDULE": "30 4 * * 1-5", "CTR_UPDATER_INTERVAL": None},
        ),
        (["-s", "0 30 4 * *"], {"CTR_UPDATER_SCHEDULE": "30 4 * * *", "CTR_UPDATER_INTERVAL": None}),
        (["-s", "@every 2h"], {"CTR_UPDATER_INTERVAL": "2h"}),
        (["-s", "@every 1.5h"], {"CTR_UPDATER_INTERVAL": "90m"}),
        (["-s", "@every 1h30m10s"], {"CTR_UPDATER_INTERVAL": "5410s"}),
        (["-s", "@every 10ms"], {"CTR_UPDATER_INTERVAL": "1s"}),
        (
            ["-s", "CRON_TZ=Europe/Berlin 0 0 4 * *"],
            {"CTR_UPDATER_SCHEDULE": "0 4 * * *", "CTR_UPDATER_INTERVAL": None, "TZ": "Europe/Berlin"},
        ),
        (
            ["-s", "TZ=Europe/Berlin 0 30 4 * * 1-5"],
            {"CTR_UPDATER_SCHEDULE": "30 4 * * 1-5", "CTR_UPDATER_INTERVAL": None, "TZ": "Europe/Berlin"},
        ),
        (
            ["-s", "CRON_TZ=UTC @midnight"],
            {"CTR_UPDATER_SCHEDULE": "0 0 * * *", "CTR_UPDATER_INTERVAL": None, "TZ": "UTC"},
        ),
        (["-s", "@annually"], {"CTR_UPDATER_SCHEDULE": "0 0 1 1 *", "CTR_UPDATER_INTERVAL": None}),
        (
            ["--http-api-update", "--http-api-token", "t", "--http-api-host", "::"],
            {"CTR_UPDATER_LISTEN": "[::]:8080", "CTR_UPDATER_TOKEN": "t"},
        ),
        (["--notification-url", "generic://h/p?k=v"], {"CTR_UPDATER_NOTIFY": "https://h/p?k=v"}),
        (["-s", "@daily"], {"CTR_UPDATER_SCHEDULE": "0 0 * * *", "CTR_UPDATER_INTERVAL": None}),
        (["--cooldown-delay", "1d"], {"CTR_UPDATER_COOLDOWN": "86400000ms"}),
        (["--log-level", "warn"], {"CTR_UPDATER_LOG_LEVEL": "warning"}),
        (["--host", "tcp://proxy:2375"], {"DOCKER_HOST": "tcp://proxy:2375"}),
        (
            ["--http-api-update", "--http-api-token", "t"],
            {"CTR_UPDATER_LISTEN": "0.0.0.0:8080", "CTR_UPDATER_TOKEN": "t"},
        ),
        (
            ["--notification-url", "discord://t@1", "--notification-url", "generic://h/p"],
            {"CTR_UPDATER_NOTIFY": "discord://1/t https://h/p"},
        ),
    ],
)
def test_an_option_is_ours(words: list[str], ours: dict[str, str | None]) -> None:
    found = service_of(watchtower(*words))

    expected = {name: value for name, value in (ALWAYS | ours).items() if value is not None}
    assert dict(found.environment) == expected
    assert found.unmet == ()
    refuse_unknown_variables(found.environment)
    Policy.of_environment(found.environment)
    DaemonSettings.of_environment(found.environment)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["web", "db"], "it watches web, db alone: give these the label ctr-updater.enable=true"),
        (["-x", "db"], "it leaves out db: give these the label ctr-updater.enable=false"),
        (["--no-restart"], "--no-restart: a successor that is not started could not prove itself"),
        (
            ["--ephemeral-self-update"],
            "with the label ctr-updater.enable=true the service updates itself",
        ),
        (["--interval", "soon"], "--interval: its value cannot be read"),
        (
            ["--schedule", "30 0 4 * * *"],
            "--schedule: its seconds (30) count for nothing, a minute is the least",
        ),
        (["--schedule", "often"], "--schedule: it cannot be read"),
        (["--notification-url", "zulip://secret@x"], "--notification-url: zulip has no counterpart"),
        (["--bogus"], "--bogus is no option of Watchtower's"),
        (["--schedule", "CRON_TZ=Europe/Berlin"], "--schedule: it cannot be read"),
        (["--schedule", "CRON_TZ=Mars/Crater 0 0 4 * *"], "--schedule: there is no time zone 'Mars/Crater'"),
        (["--schedule", "@every often"], "--schedule: it cannot be read"),
        (["--schedule", "@reboot"], "--schedule: it cannot be read"),
        (["--interval", "0"], "CTR_UPDATER_INTERVAL='0s' cannot be read - it takes a duration"),
        (["--interval", "-5"], "CTR_UPDATER_INTERVAL='-5s' cannot be read"),
        (["--log-level", "foo"], "CTR_UPDATER_LOG_LEVEL='foo' cannot be read - it takes one of debug"),
        (["--http-api-update", "--http-api-port", "web"], "CTR_UPDATER_LISTEN='0.0.0.0:web' cannot be read"),
        (
            ["--http-api-update", "--http-api-token", "secret word"],
            "CTR_UPDATER_TOKEN cannot stand in a header",
        ),
        (
            ["--host", "ssh://me@nas"],
            "cannot reach the engine at ssh://me@nas (DOCKER_HOST): ssh is not spoken",
        ),
        (["--host", "tcp://[::1"], "cannot reach the engine at 'tcp://[::1' (DOCKER_HOST): no such address"),
        (["--notification-url", "generic://secret@/x"], "CTR_UPDATER_NOTIFY: address 1"),
        (["--notification-url", "generic://h?@key=secret"], "--notification-url: @key of generic has no"),
    ],
)
def test_what_has_no_counterpart_is_said(words: list[str], line: str) -> None:
    found = service_of(watchtower(*words))
    unmet = "\n".join(found.unmet)

    assert line in unmet
    assert "secret" not in unmet
    Policy.of_environment(found.environment)
    DaemonSettings.of_environment(found.environment)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_no_option_is_dropped_without_a_word_or_breaks_the_rest(name: str) -> None:
    found = service_of(watchtower(f"--{name}=1"))

    refuse_unknown_variables(found.environment)
    assert found.name == "wt"


def test_mounts_ports_networks_and_what_it_was_told_by_variables_come_along() -> None:
    mounts = [
        {"Type": "bind", "Source": "/run/d.sock", "Destination": "/var/run/docker.sock", "RW": True},
        {"Type": "bind", "Source": "/root/.docker/config.json", "Destination": "/config.json", "RW": False},
    ]
    env = (
        "TZ=Europe/Rome",
        "WATCHTOWER_SCOPE=prod",
        "REPO_USER=me",
        "REPO_PASS=p$w",
        "WATCHTOWER_HTTP_API_METRICS=1",
    )
    ports = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9090"}]}

    found = service_of(watchtower(env=env, mounts=mounts, NetworkMode="proxy", PortBindings=ports))

    assert found.volumes == (
        "/run/d.sock:/var/run/docker.sock",
        "/root/.docker/config.json:/.docker/config.json:ro",
    )
    assert (found.networks, found.ports) == (("proxy",), ("127.0.0.1:9090:8080/tcp",))
    assert found.labels == {"com.centurylinklabs.watchtower.scope": "prod"}
    assert (found.environment["TZ"], found.environment["CTR_UPDATER_REGISTRY_PASSWORD"]) == (
        "Europe/Rome",
        "p$w",
    )


def test_a_schedules_own_zone_beats_the_one_that_it_was_told() -> None:
    env = ("TZ=Europe/Rome", "WATCHTOWER_SCHEDULE=CRON_TZ=Europe/Berlin 0 0 4 * *")

    found = service_of(watchtower(env=env))

    assert (found.environment["TZ"], found.environment["CTR_UPDATER_SCHEDULE"]) == (
        "Europe/Berlin",
        "0 4 * * *",
    )
    (line,) = found.unmet
    assert line.startswith("TZ=Europe/Rome: ")


@pytest.mark.parametrize("mode", ["host", "none", f"container:{'c' * 64}"])
def test_a_network_mode_that_is_no_network_stays_one(mode: str) -> None:
    ports = {"8080/tcp": [{"HostIp": "", "HostPort": "9090"}]}
    api = ("--http-api-update", "--http-api-token", "t")

    found = service_of(watchtower(*api, NetworkMode=mode, PortBindings=ports))

    assert (found.network_mode, found.networks, found.ports) == (mode, (), ())


@pytest.mark.parametrize("mode", ["default", "bridge", ""])
def test_the_default_network_needs_no_word(mode: str) -> None:
    found = service_of(watchtower(NetworkMode=mode))

    assert (found.network_mode, found.networks) == ("", ())


def test_a_port_at_an_address_of_six_is_bracketed() -> None:
    bindings = [{"HostIp": ip, "HostPort": "9090"} for ip in ("::1", "fd00::2", "10.0.0.1", "")]
    api = ("--http-api-update", "--http-api-token", "t")

    found = service_of(watchtower(*api, NetworkMode="default", PortBindings={"8080/tcp": bindings}))

    assert found.ports == (
        "[::1]:9090:8080/tcp", "[fd00::2]:9090:8080/tcp", "10.0.0.1:9090:8080/tcp", "9090:8080/tcp",
    )  # fmt: skip
