from typing import Any

import pytest

from tests.unit.container.recreate.inspects import NEW_ID, NEWEST, container, image
from watcher.container.recreate import Payload, replacement


def sent(config: dict[str, Any], old: dict[str, Any], host: dict[str, Any] | None = None) -> dict[str, Any]:
    return payload(config, old, host).body


def payload(
    config: dict[str, Any], old: dict[str, Any] | None, host: dict[str, Any] | None = None
) -> Payload:
    old_image = None if old is None else image(**old)
    return replacement(container(config, host), old_image=old_image, new_image=image(NEW_ID), api=NEWEST)


@pytest.mark.parametrize(
    ("env", "image_env", "user"),
    [
        ([], [], []),
        (["A=1", "B=2"], ["A=1", "B=2"], []),
        (["MINE=1", "A=1"], ["A=1"], ["MINE=1"]),
        (["B=2", "A=1"], ["A=1", "B=2"], ["B=2"]),
        (["A=9", "B=2"], ["A=1", "B=2"], ["A=9"]),
        (["A", "B=2"], ["A=1", "B=2"], ["A"]),
        (["X=a=b", "A=1"], ["A=1"], ["X=a=b"]),
        (["A=1", "MINE=1"], ["A=1", "GONE=1"], ["MINE=1"]),
    ],
    ids=[
        "nothing",
        "all-the-image's",
        "one-more",
        "the-default-given-by-hand-stands-in-front",
        "another-value",
        "taken-away",
        "equals-signs-in-the-value",
        "no-merge-explains-it",
    ],
)
def test_only_the_users_variables_are_sent(env: list[str], image_env: list[str], user: list[str]) -> None:
    assert sent({"Env": env}, {"Env": image_env}).get("Env", []) == user


@pytest.mark.parametrize(
    ("entrypoint", "cmd", "send"),
    [
        (["/e"], ["c"], {}),
        (["/e"], None, {"Entrypoint": ["/e"]}),
        (["/e"], ["mine"], {"Cmd": ["mine"]}),
        (None, ["mine"], {"Entrypoint": [""], "Cmd": ["mine"]}),
        (None, ["c"], {"Entrypoint": [""], "Cmd": ["c"]}),
        ([], ["c"], {"Entrypoint": []}),
        ([], ["mine"], {"Entrypoint": [], "Cmd": ["mine"]}),
        (["/mine"], ["c"], {"Entrypoint": ["/mine"], "Cmd": ["c"]}),
        (["/mine"], None, {"Entrypoint": ["/mine"]}),
    ],
)
def test_entrypoint_and_cmd_over_an_image_that_has_both(
    entrypoint: list[str] | None, cmd: list[str] | None, send: dict[str, Any]
) -> None:
    body = sent({"Entrypoint": entrypoint, "Cmd": cmd}, {"Entrypoint": ["/e"], "Cmd": ["c"]})

    assert {key: body[key] for key in ("Entrypoint", "Cmd") if key in body} == send


@pytest.mark.parametrize(
    ("cmd", "send"), [(["c"], {}), (["mine"], {"Cmd": ["mine"]})], ids=["the-image's", "the-user's"]
)
def test_cmd_over_an_image_without_entrypoint(cmd: list[str], send: dict[str, Any]) -> None:
    body = sent({"Entrypoint": None, "Cmd": cmd}, {"Cmd": ["c"]})

    assert {key: body[key] for key in ("Entrypoint", "Cmd") if key in body} == send


@pytest.mark.parametrize("key", ["User", "StopSignal"])
def test_a_value_is_sent_only_where_it_is_not_the_old_images(key: str) -> None:
    assert sent({key: "x"}, {key: "y"})[key] == "x"
    assert key not in sent({key: "x"}, {key: "x"})


@pytest.mark.parametrize(("typed", "shown"), [("/srv/", "/srv"), ("srv", "/srv"), ("/a//b/../c", "/a/c")])
def test_a_working_directory_is_the_images_however_its_path_was_typed(typed: str, shown: str) -> None:
    assert "WorkingDir" not in sent({"WorkingDir": shown}, {"WorkingDir": typed})


def test_labels_follow_the_image_one_by_one_but_never_those_that_say_whose_it_is() -> None:
    made_by = {"com.docker.compose.config-hash": "h"}
    shared = {
        "a": "1",
        "com.docker.compose.project": "p",
        "com.docker.stack.namespace": "s",
        "ctr-updater.enable": "true",
    }

    own = made_by | {"b": "mine", "c": "mine"}

    body = sent({"Labels": shared | own}, {"Labels": shared | {"b": "2"}})

    assert body["Labels"] == {key: shared[key] for key in list(shared)[1:3]} | own


BUILT = {"com.docker.compose.project": "p", "com.docker.compose.version": "2.40.3"}


@pytest.mark.parametrize(
    "own", [{"com.docker.compose.config-hash": "h"}, {"com.docker.compose.project": "q"}]
)
def test_labels_of_compose_are_kept_of_what_it_made_though_its_image_has_them_too(
    own: dict[str, str],
) -> None:
    assert sent({"Labels": BUILT | own}, {"Labels": BUILT})["Labels"] == BUILT | own


def test_labels_that_compose_built_into_the_image_follow_it_in_a_container_of_others() -> None:
    assert sent({"Labels": BUILT | {"mine": "1"}}, {"Labels": BUILT})["Labels"] == {"mine": "1"}


def test_a_note_of_compose_that_the_image_alone_bears_is_not_made_the_containers() -> None:
    baked = BUILT | {"com.docker.compose.image": "sha256:of-what-was-committed"}

    assert "Labels" not in sent({"Labels": baked}, {"Labels": baked})


def test_a_published_port_stays_exposed_though_the_image_exposed_it_too() -> None:
    body = sent(
        {"ExposedPorts": {"80/tcp": {}, "81/tcp": {}, "82/tcp": {}}},
        {"ExposedPorts": {"80/tcp": {}, "81/tcp": {}}},
        {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
    )

    assert body["ExposedPorts"] == {"80/tcp": {}, "82/tcp": {}}


def test_volumes_of_the_image_are_not_the_users() -> None:
    assert sent({"Volumes": {"/a": {}, "/b": {}}}, {"Volumes": {"/a": {}}})["Volumes"] == {"/b": {}}


@pytest.mark.parametrize(
    ("check", "send"),
    [
        ({"Test": ["CMD", "a"], "Interval": 5}, None),
        ({"Test": ["CMD", "a"], "Interval": 7}, {"Interval": 7}),
        ({"Test": ["CMD", "b"], "Interval": 5}, {"Test": ["CMD", "b"]}),
        ({"Test": ["NONE"], "Interval": 5}, {"Test": ["NONE"]}),
        ({"Test": ["CMD", "a"], "Interval": 5, "Retries": 2}, {"Retries": 2}),
        (None, None),
    ],
)
def test_the_health_check_follows_the_image_field_by_field(
    check: dict[str, Any] | None, send: dict[str, Any] | None
) -> None:
    body = sent({"Healthcheck": check}, {"Healthcheck": {"Test": ["CMD", "a"], "Interval": 5}})

    assert body.get("Healthcheck") == send


def test_triggers_of_the_image_are_no_option_of_the_container() -> None:
    assert "OnBuild" not in sent({"OnBuild": ["RUN x"]}, {"OnBuild": ["RUN x"]})


@pytest.mark.parametrize("key", ["Tty", "OpenStdin", "StdinOnce", "StopTimeout", "Shell", "Unheard"])
def test_what_does_not_merge_with_an_image_is_sent_as_it_is(key: str) -> None:
    assert sent({key: ["x"]}, {key: ["x"]})[key] == ["x"]


def test_the_reference_is_sent_not_the_id() -> None:
    assert sent({"Image": "web:1"}, {})["Image"] == "web:1"


def test_an_unknown_old_image_is_no_matter_where_the_new_one_explains_everything() -> None:
    config = {"Env": ["A=1"], "Cmd": ["c"], "Labels": {"a": "1"}, "User": "u"}

    made = replacement(container(config), old_image=None, new_image=image(NEW_ID, **config), api=NEWEST)

    assert made.assumed == ()
    assert not {"Env", "Cmd", "Labels", "User"} & made.body.keys()


def test_without_the_old_image_all_is_kept_and_named_that_may_have_been_its_default() -> None:
    config = {
        "Env": ["A=1", "B=2"],
        "Entrypoint": ["/e"],
        "Cmd": ["c"],
        "User": "u",
        "WorkingDir": "/w",
        "StopSignal": "SIGINT",
        "Labels": {"a": "1", "com.docker.compose.project": "p"},
        "ExposedPorts": {"80/tcp": {}, "81/tcp": {}},
        "Volumes": {"/v": {}},
        "Healthcheck": {"Test": ["CMD", "x"]},
    }

    made = payload(config, None, {"PortBindings": {"80/tcp": []}})

    assert {key: made.body[key] for key in config} == config
    assert made.assumed == (
        "User", "WorkingDir", "StopSignal", "Entrypoint", "Cmd", "Env A", "Env B",
        "Labels a", "ExposedPorts 81/tcp", "Volumes /v", "Healthcheck Test",
    )  # fmt: skip


def test_what_is_the_users_in_any_case_is_not_assumed() -> None:
    config = {"Labels": {"com.docker.compose.project": "p"}, "ExposedPorts": {"80/tcp": {}}}

    assert payload(config, None, {"PortBindings": {"80/tcp": []}}).assumed == ()


def test_what_is_not_sent_is_not_assumed_either() -> None:
    made = payload({"ExposedPorts": {"80/tcp": {}}}, None, {"NetworkMode": "container:x"})

    assert made.assumed == ()
