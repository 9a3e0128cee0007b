"""What an inspected container says of itself, whichever way an engine writes it."""

from typing import Any

import pytest

from watcher.model.inspection import Container

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
