"""What became of a container is a value of its own for each end, not a line of text."""

from typing import cast

from watcher.check.judgement import Assessment
from watcher.update.request import Done, HeldBack, Outcome


def test_what_is_held_back_says_by_what_and_what_else_is_wrong_in_one_line() -> None:
    held = HeldBack("web", "db failed", ("api was not restarted",))

    assert str(held) == "web: held back: db failed; api was not restarted"
    assert str(HeldBack("web", "db failed")) == "web: held back: db failed"


def test_an_update_is_a_success_but_that_of_a_job_which_did_not_do_its_work() -> None:
    found = cast("Assessment", None)
    updated, undone = Outcome(found, Done.UPDATED), Outcome(found, Done.UPDATED, undone="job ended with 3")

    assert (updated.exit_code, updated.failure) == (0, None)
    assert (undone.exit_code, str(undone.failure).partition(" - ")[0]) == (6, "job ended with 3")
