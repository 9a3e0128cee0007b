"""A helper has all that the updater works with, and nothing that only one of the two can have."""

from typing import Any

import pytest

from tests.unit.container.recreate.inspects import NEWEST, OLD_ID, container, image, volume
from watcher.container.recreate import Payload, replacement
from watcher.container.recreate.helper import as_helper, with_socket

WORDS = ("/usr/bin/python3", "-IS", "-m", "watcher", "self-update", "up")
OTHER = "/other.sock:/var/run/docker.sock"
SOCKET = "/var/run/docker.sock:/var/run/docker.sock"


def made(
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    networks: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    api: tuple[int, int] = NEWEST,
    **top: Any,
) -> Payload:
    """The helper of an updater that looks so."""
    seen = container(config, host, networks, **top)
    whole = replacement(seen, api=api, old_image=image(), new_image=image())
    return as_helper(whole, OLD_ID, WORDS, environment or {}, {"ours": "1"})


def test_it_runs_the_command_on_the_image_that_the_updater_has() -> None:
    body = made({"Cmd": ["run"], "Entrypoint": ["watcher"]}).body

    assert (body["Image"], body["Entrypoint"], body["Cmd"]) == (OLD_ID, [*WORDS], [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Binds", [SOCKET, "state:/var/lib/ctr-updater"]),
        ("Tmpfs", {"/tmp": "size=1m"}),  # noqa: S108 - the container's own
        ("SecurityOpt", ["no-new-privileges:true", "label=disable"]),
        ("CapDrop", ["ALL"]),
        ("CapAdd", ["CHOWN"]),
        ("ReadonlyRootfs", True),
        ("Privileged", True),
        ("UsernsMode", "host"),
        ("GroupAdd", ["998"]),
        ("ExtraHosts", ["registry:10.0.0.1"]),
        ("Dns", ["10.0.0.2"]),
        ("PidMode", "host"),
        ("Memory", 100_000_000),
        ("FieldOfANewerEngine", "kept"),
    ],
)
def test_an_option_that_it_may_need_is_the_updater_s(key: str, value: object) -> None:
    assert made(host={key: value}).body["HostConfig"][key] == value


def test_mounts_and_anonymous_volumes_are_the_updater_s() -> None:
    mount = {"Type": "bind", "Source": "/srv", "Target": "/srv"}
    body = made(host={"Mounts": [mount]}, Mounts=[volume("abc", "/var/lib/ctr-updater")]).body

    found = {(each["Source"], each["Target"]) for each in body["HostConfig"]["Mounts"]}
    assert found == {("/srv", "/srv"), ("abc", "/var/lib/ctr-updater")}


def test_user_and_directory_are_the_updater_s() -> None:
    body = made({"User": "1000:998", "WorkingDir": "/work"}).body

    assert (body["User"], body["WorkingDir"]) == ("1000:998", "/work")


def test_variables_are_the_updater_s_with_what_its_flags_say() -> None:
    config = {"Env": ["TZ=UTC", "CTR_UPDATER_STATE_DIR=/old", "DOCKER_HOST=tcp://proxy:2375"]}

    body = made(config, environment={"CTR_UPDATER_STATE_DIR": "/state", "CTR_UPDATER_LISTEN": ""}).body

    assert body["Env"] == ["TZ=UTC", "DOCKER_HOST=tcp://proxy:2375", "CTR_UPDATER_STATE_DIR=/state"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PortBindings", {"8080/tcp": [{"HostPort": "8080"}]}),
        ("PublishAllPorts", True),
        ("Links", ["/db:/up/db"]),
        ("AutoRemove", True),
        ("ContainerIDFile", "/run/up.cid"),
    ],
)
def test_what_only_one_can_have_is_left_out(key: str, value: object) -> None:
    assert key not in made(host={key: value}).body["HostConfig"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Hostname", "up"),
        ("Domainname", "example"),
        ("ExposedPorts", {"8080/tcp": {}}),
        ("MacAddress", "02:42:ac:11:00:02"),
    ],
)
def test_what_others_know_the_updater_by_is_left_out(key: str, value: object) -> None:
    assert not made({key: value}).body.get(key)


def test_it_bears_only_its_own_labels_and_no_health_check() -> None:
    labels = {"com.docker.compose.service": "up", "ctr-updater.enable": "true"}
    body = made({"Labels": labels, "Healthcheck": {"Test": ["CMD", "watcher", "healthy"]}}).body

    assert (body["Labels"], body["Healthcheck"]) == ({"ours": "1"}, {"Test": ["NONE"]})


def test_it_is_started_again_where_it_fails_and_its_log_can_be_read() -> None:
    host = {"RestartPolicy": {"Name": "always"}, "LogConfig": {"Type": "none", "Config": {}}}

    found = made(host=host).body["HostConfig"]

    assert (found["RestartPolicy"]["Name"], found["LogConfig"]["Type"]) == ("on-failure", "json-file")


@pytest.mark.parametrize("api", [(1, 41), NEWEST])
def test_its_networks_are_the_updater_s_without_aliases_and_addresses(api: tuple[int, int]) -> None:
    end = {"Aliases": ["up"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}, "DriverOpts": {"a": "b"}}
    networks = {"one": end, "two": end}

    payload = made(host={"NetworkMode": "one"}, networks=networks, api=api)

    ends = payload.body["NetworkingConfig"]["EndpointsConfig"] | payload.connect
    assert ends == {"one": {"DriverOpts": {"a": "b"}}, "two": {"DriverOpts": {"a": "b"}}}
    assert payload.networks == {"one", "two"}


def test_the_socket_of_a_proxy_takes_the_place_of_what_was_there() -> None:
    env = ["TZ=UTC", "DOCKER_HOST=tcp://proxy:2375", "DOCKER_TLS_VERIFY=1"]
    helper = made({"Env": env}, {"Binds": ["state:/state", OTHER], "GroupAdd": ["5"]})

    body = with_socket(helper, SOCKET, "DOCKER_HOST=unix:///var/run/docker.sock", ["998", "5"]).body

    assert body["HostConfig"]["GroupAdd"] == ["5", "998"]
    assert body["HostConfig"]["Binds"] == ["state:/state", SOCKET]
    assert body["Env"] == ["TZ=UTC", "DOCKER_HOST=unix:///var/run/docker.sock"]
