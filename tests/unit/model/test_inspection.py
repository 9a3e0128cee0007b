"""What an inspected container says of itself, whichever way an engine writes it."""

from typing import Any

import pytest

from watcher.model.inspection import Container, State, reference_of
from watcher.model.labels import REFERENCE

SAID: dict[str, Any] = {
    "Name": "/web",
    "State": {"Status": "paused", "Running": True},
    "Config": {"Labels": {"a": "b"}},
    "HostConfig": {"RestartPolicy": {"Name": "always"}},
    "NetworkSettings": {"Networks": {"net": {"NetworkID": "n"}}},
}


def test_a_view_names_what_the_engine_says_and_changes_none_of_it() -> None:
    before = repr(SAID)
    web = Container(SAID)

    assert (web.name, web.status, web.is_running) == ("web", "paused", True)
    assert (web.labels, web.restart_policy) == ({"a": "b"}, {"Name": "always"})
    assert web.networks is SAID["NetworkSettings"]["Networks"]
    assert repr(SAID) == before


def test_a_name_without_the_engines_slash_is_a_name() -> None:
    assert Container(SAID | {"Name": "web"}).name == "web"


@pytest.mark.parametrize("nothing", [{}, {"Labels": None, "RestartPolicy": None}])
def test_what_an_engine_does_not_say_is_empty(nothing: dict[str, Any]) -> None:
    web = Container(SAID | {"Config": nothing, "HostConfig": nothing})

    assert (web.labels, web.restart_policy) == ({}, {})


def test_a_state_names_what_the_engine_says() -> None:
    state = State(
        {
            "Status": "exited",
            "Running": False,
            "Paused": False,
            "Restarting": True,
            "OOMKilled": True,
            "ExitCode": 137,
            "Error": "no such device",
            "StartedAt": "2026-01-01T00:00:00Z",
            "FinishedAt": "2026-01-01T00:00:01Z",
            "Health": {"Status": "healthy"},
        }
    )

    assert (state.status, state.exit_code, state.error) == ("exited", 137, "no such device")
    assert [state.is_running, state.is_paused, state.is_restarting] == [False, False, True]
    assert (state.lacked_memory, state.has_run, state.is_healthy) == (True, True, True)
    assert (state.started, state.finished) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")


def test_a_container_that_was_never_started_has_not_run() -> None:
    state = State({"Status": "created", "Running": False, "StartedAt": "0001-01-01T00:00:00Z"})

    assert not state.has_run
    assert (state.exit_code, state.error, state.health, state.is_healthy) == (None, "", {}, False)


def test_published_ports_are_none_where_the_engine_says_nothing_of_them() -> None:
    said = SAID | {"NetworkSettings": {"Ports": {"80/tcp": [{"HostPort": "80"}]}}}

    assert Container(said).ports == {"80/tcp": [{"HostPort": "80"}]}
    assert (Container(SAID).ports, Container(said).networks) == ({}, {})


ID = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("created_with", "noted", "reference"),
    [
        ("app:1", None, "app:1"),
        (ID, None, ID),
        (ID, "app:1", "app:1"),
        ("db:2", "app:1", "db:2"),
        (ID, "no reference", ID),
        (ID, "", ID),
    ],
    ids=["a tag", "an id", "made anew from its id", "the label of another", "no reference", "an empty label"],
)
def test_the_reference_is_what_it_was_created_with_or_was_noted_when_it_was_made_anew_from_its_id(
    created_with: str, noted: str | None, reference: str
) -> None:
    labels = {} if noted is None else {REFERENCE: noted}

    assert reference_of({"Image": ID, "Config": {"Image": created_with, "Labels": labels}}) == reference


def test_of_a_row_without_a_configuration_there_are_no_labels() -> None:
    assert Container({"Name": "/web"}).labels == {}
