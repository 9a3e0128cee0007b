"""Layers and bytes of a pull, counted from the engine's report and shown as people see them."""

from typing import Any

import pytest

from watcher.cli.progress import pulling
from watcher.model.progress import Layers

LINES: list[dict[str, Any]] = [
    {"id": "1", "status": "Pulling from library/app"},
    {"id": "aaa", "status": "Pulling fs layer", "progressDetail": {}},
    {"id": "bbb", "status": "Already exists", "progressDetail": {}},
    {"id": "aaa", "status": "Downloading", "progressDetail": {"current": 1_500_000, "total": 4_000_000}},
]


def shown(*lines: dict[str, Any]) -> str:
    layers = Layers()
    for line in lines:
        layers.note(line)
    return pulling(layers.told("app:1"))


def test_layers_and_bytes_are_counted() -> None:
    assert shown(*LINES) == "pulling app:1: 1 of 2 layers, 1.5 of 4.0 MB"


def test_before_a_size_is_known_there_are_layers_alone() -> None:
    assert shown(*LINES[:3]) == "pulling app:1: 1 of 2 layers"


@pytest.mark.parametrize("status", ["Verifying Checksum", "Download complete", "Extracting", "Pull complete"])
def test_a_layer_that_is_fetched_counts_with_all_its_bytes(status: str) -> None:
    """The bytes of extraction are not those of the download."""
    after = {"id": "aaa", "status": status, "progressDetail": {"current": 5, "total": 10}}

    assert "4.0 of 4.0 MB" in shown(*LINES, after)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"current": 1_000_000, "total": 4_000_000}, "4.0 of 4.0 MB, unpacking 1.0 of 4.0 MB"),
        ({"current": 2, "units": "s"}, "4.0 of 4.0 MB, unpacking"),
        ({}, "4.0 of 4.0 MB, unpacking"),
    ],
)
def test_a_layer_that_is_unpacked_is_said_to_be(detail: dict[str, Any], said: str) -> None:
    unpacking = {"id": "aaa", "status": "Extracting", "progressDetail": detail}

    assert shown(*LINES, unpacking).endswith(said)
    assert "unpacking" not in shown(*LINES, unpacking, {"id": "aaa", "status": "Pull complete"})


def test_a_layer_is_done_when_it_is_unpacked() -> None:
    assert "1 of 2 layers" in shown(*LINES, {"id": "aaa", "status": "Download complete"})
    assert "2 of 2 layers" in shown(*LINES, {"id": "aaa", "status": "Pull complete"})


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"status": "Digest: sha256:aaa"},
        {"id": "1", "status": "Pulling from library/app"},
        {"stream": "x"},
    ],
)
def test_a_line_that_is_of_no_layer_counts_nothing(line: dict[str, Any]) -> None:
    assert shown(line) == "pulling app:1: 0 of 0 layers"
