"""How several engines are named."""

import pytest

from watcher.config.engines import engines
from watcher.model.chosen_engine import ChosenEngine


def test_engines_have_names_and_addresses_or_are_contexts() -> None:
    text = "local=unix:///var/run/docker.sock, nas=tcp://10.0.0.2:2376,far-away"
    assert engines(text) == (
        ChosenEngine("local", "unix:///var/run/docker.sock"),
        ChosenEngine("nas", "tcp://10.0.0.2:2376"),
        ChosenEngine("far-away"),
    )


@pytest.mark.parametrize("each", ["nas=tcp://10.0.0.2:2376", "far-away"])
def test_an_engine_is_spelled_as_it_was_given(each: str) -> None:
    assert str(engines(each)[0]) == each


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "nas,",
        "nas,nas",
        "nas=tcp://one:1,nas=tcp://two:1",
        "nas=",
        "nas=10.0.0.2:2376",
        "=tcp://10.0.0.2",
        "tcp://10.0.0.2:2376",
        "a/b=tcp://10.0.0.2",
        "-x=tcp://10.0.0.2",
        "na s",
        "service",
        "nas=tcp://a\nb",
    ],
)
def test_what_names_no_engine_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        engines(text)
