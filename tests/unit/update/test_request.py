"""What became of a container is a value of its own for each end, not a line of text."""

from watcher.update.request import HeldBack


def test_what_is_held_back_says_by_what_and_what_else_is_wrong_in_one_line() -> None:
    held = HeldBack("web", "db failed", ("api was not restarted",))

    assert str(held) == "web: held back: db failed; api was not restarted"
    assert str(HeldBack("web", "db failed")) == "web: held back: db failed"
