"""A pull gets on, waits for the engine, or is to be given up."""

import pytest

from watcher.registry.stalled_pull import LEAST_BYTES, PROGRESS_LIMIT_S, Stall

START = 1000.0
Line = tuple[str, str, int]


def deadline(*lines: Line) -> float | None:
    """When a pull is given up that said these lines, ten seconds apart."""
    stall, found = Stall(START), None
    for number, (layer, status, current) in enumerate(lines, 1):
        line = {"id": layer, "status": status, "progressDetail": {"current": current}}
        found = stall.deadline(line, START + 10 * number)
    return found


FETCHING, DRIP = ("a", "Pulling fs layer", 0), ("a", "Downloading", 100)


@pytest.mark.parametrize(
    "lines",
    [
        [FETCHING, ("a", "Downloading", 1), ("a", "Downloading", 2), ("a", "Downloading", 3)],
        [FETCHING, DRIP, ("a", "Retrying in 5 seconds", 0), DRIP, DRIP],
        [FETCHING, DRIP, ("a", "Downloading", LEAST_BYTES - 1)],
    ],
    ids=["drip", "retry", "little"],
)
def test_a_layer_that_hardly_comes_is_no_progress(lines: list[Line]) -> None:
    assert deadline(*lines) == START + 10 + PROGRESS_LIMIT_S


@pytest.mark.parametrize(
    "last",
    [("a", "Downloading", LEAST_BYTES), ("b", "Pulling fs layer", 0), ("b", "Already exists", 0)],
    ids=["bytes", "another layer", "a layer that is there"],
)
def test_what_comes_is_progress(last: Line) -> None:
    assert deadline(FETCHING, DRIP, last) == START + 30 + PROGRESS_LIMIT_S


def test_a_layer_that_came_as_a_whole_is_progress_for_the_others() -> None:
    lines = [FETCHING, ("b", "Pulling fs layer", 0), ("b", "Download complete", 0)]

    assert deadline(*lines) == START + 30 + PROGRESS_LIMIT_S


@pytest.mark.parametrize("status", ["Extracting", "Verifying Checksum", "Download complete", "Waiting"])
def test_what_the_engine_does_itself_has_no_limit_here(status: str) -> None:
    assert deadline(FETCHING, ("a", status, 0)) is None


def test_one_that_waits_beside_one_that_drips_is_given_up_with_it() -> None:
    assert deadline(FETCHING, ("b", "Waiting", 0), DRIP, DRIP) == START + 20 + PROGRESS_LIMIT_S


def test_a_registry_that_has_answered_must_say_which_layers_there_are() -> None:
    stall = Stall(START)

    assert stall.deadline({}, START + 1) == START + PROGRESS_LIMIT_S
    said = {"id": "1", "status": "Pulling from library/app"}
    assert stall.deadline(said, START + 2) == START + PROGRESS_LIMIT_S


@pytest.mark.parametrize("line", [{"id": 3, "status": None}, {"progressDetail": {"current": "x"}, "id": "a"}])
def test_a_line_of_another_form_is_no_progress(line: dict[str, object]) -> None:
    assert Stall(START).deadline(line, START + 1) == START + PROGRESS_LIMIT_S
