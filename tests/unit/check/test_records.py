"""A container, or a service, as JSON: what is not known is null."""

from watcher.check.records import record
from watcher.check.shown import Shown
from watcher.check.verdict import Status, Verdict


def test_what_it_runs_and_what_it_should_run_are_null_where_nobody_knows() -> None:
    """As of a service whose spec has no digest, of a tag in a message, and of a name that means nothing."""
    row = Shown(
        "web", "", "app:1", "-", "-", Verdict(Status.UNKNOWN, "nobody can say what its nodes run", "")
    )

    found = record(row)

    assert (found["running"], found["target"]) == (None, None)
