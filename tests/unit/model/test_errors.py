"""The line of an error: whole where it fits, and with what else a person should know."""

import pytest

from watcher.model.errors import UpdateFailed

LONG = "x" * 1500


@pytest.mark.parametrize("message", ["it failed", LONG])
def test_an_error_with_nothing_else_to_be_said_is_left_as_it_is(message: str) -> None:
    error = UpdateFailed(message, advice="mend that").beside([])

    assert str(error) == f"{message} - mend that"


def test_what_else_is_to_be_said_stands_between_message_and_advice() -> None:
    error = UpdateFailed("it failed", advice="mend that").beside(["web stays", "so does db"])

    assert str(error) == "it failed; web stays; so does db - mend that"


def test_a_long_message_makes_way_for_what_else_is_to_be_said() -> None:
    line = str(UpdateFailed(LONG, advice="mend that").beside(["web stays"]))

    assert line.startswith("x" * 900)
    assert line.endswith("; web stays - mend that")
